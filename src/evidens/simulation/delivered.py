"""In which shape the simulated registers are delivered, and with which defects."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

REGISTERS = (
    "bef", "dod", "dodsaasg", "vnds", "cpr", "lpr2", "lpr3", "lmdb", "lab", "sssy", "cancer", "udda", "ind", "faik",
    "akm",
)  # fmt: skip

DEFECTS = (
    "duplicate_row", "missing_person_key", "impossible_date", "code_without_prefix", "missing_code", "nonsense_value",
    "negative_packs", "orphan_diagnosis", "retracted_diagnosis", "older_system_row",
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
        Rows planted per row of each table that can have the defect; see `registers.defects`.
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
