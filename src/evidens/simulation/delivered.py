"""In which shape the simulated registers are delivered, and with which defects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

REGISTERS = (
    "bef", "dod", "dodsaasg", "vnds", "cpr", "lpr2", "lpr3", "lmdb", "lab", "sssy", "cancer", "udda", "ind", "faik",
    "akm",
)  # fmt: skip

# Defects of rows, by their names in registers/defects.csv.
DEFECTS = (
    "duplicate_row", "contact_with_new_key", "contact_without_end", "contact_without_diagnosis", "end_before_start",
    "future_date", "date_before_birth", "date_after_death", "missing_person_key", "replacement_number",
    "negative_packs", "orphan_diagnosis", "rounded_key", "reused_key", "missing_code", "additional_as_main",
    "retracted_diagnosis", "code_without_prefix", "icd8_code", "older_system_row", "leading_zero_lost",
    "decimal_sign", "sign_in_value", "broken_letters", "nonsense_value", "cancelled_analysis", "missing_unit",
    "wrong_unit", "implausible_value", "local_code",
)  # fmt: skip


@dataclass(frozen=True)
class DeliveredSettings:
    """What of the registers is delivered, and how.

    Parameters
    ----------
    registers : tuple of str
        Which registers; a register that is left out changes no other register's rows.
    first_year : mapping of register to year
        The first year delivered, where it is later than the world's start.
    lpr3_shape : str
        "lpr_a" or "lpr_f".
    letter_case : bool
        Whether the letter case of column names changes from year to year.
    type_drift : bool
        Whether physical types change from year to year: dates as text or as SAS day numbers, codes as numbers
        that have lost their leading zeros.
    half_year_files : tuple of int
        Years whose first half of LMDB comes in a file of its own beside the whole year.
    redelivered : mapping of register to years
        Years whose files come twice, the second time in a dated folder.
    defects : mapping of defect to rate
        Rows planted per row of each table that can have the defect; see `registers/defects.csv`.
    """

    registers: tuple[str, ...] = REGISTERS
    first_year: Mapping[str, int] = field(default_factory=dict)
    lpr3_shape: Literal["lpr_a", "lpr_f"] = "lpr_a"
    letter_case: bool = False
    type_drift: bool = False
    half_year_files: tuple[int, ...] = ()
    redelivered: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    defects: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        named = {*self.registers, *self.first_year, *self.redelivered}
        if strangers := sorted(named - set(REGISTERS)):
            raise ValueError(f"no such register: {', '.join(strangers)}; there are {', '.join(REGISTERS)}")
        if strangers := sorted(set(self.defects) - set(DEFECTS)):
            raise ValueError(f"no such defect: {', '.join(strangers)}; there are {', '.join(DEFECTS)}")
        if not all(0 <= rate < 1 for rate in self.defects.values()):
            raise ValueError("rates of defects lie in [0, 1)")
