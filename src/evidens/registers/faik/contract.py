"""Contract of FAIK (Statistics Denmark), one row per member of a family and year.

To 2021 the register has one row per family and only the family's number, which is not stable from year to year and
stands on as many rows of BEF as the family has members. Such a file is refused: the authority can add the persons.
"""

from evidens.registers.contract import RegisterColumn, RegisterTable
from evidens.registers.yearly import YEAR

_PERSON = RegisterColumn(
    "person", "person", ("pnr", "v_pnr", "cpr", "v_cpr"),
    "links a person's rows; a file to 2021 has familie_id alone: have it delivered linked to pnr, through BEF of the "
    "same 31 December",
)  # fmt: skip

FAIK = RegisterTable(
    register="faik",
    name="faik",
    description="The income of the family of one person in one year.",
    columns=(
        _PERSON,
        YEAR,
        RegisterColumn("income", "number", ("famaekvivadisp_13",), "group: equivalised disposable income, DKK"),
    ),
    unused=("familie_id", "famsociogrup_13", "famdisponibel_13", "referencetid", "cprtjek", "cprtype", "version"),
)  # fmt: skip

TABLES = (FAIK,)
