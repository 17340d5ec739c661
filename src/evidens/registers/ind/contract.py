"""Contract of IND (Statistics Denmark), one row per person and year."""

from evidens.registers.contract import RegisterColumn, RegisterTable, person
from evidens.registers.yearly import YEAR

IND = RegisterTable(
    register="ind",
    name="ind",
    description="The income of one person in one year.",
    columns=(
        person("pnr", "v_pnr", "cpr", "v_cpr"),
        YEAR,
        RegisterColumn("income", "number", ("aekvivadisp_13",), "group: equivalised disposable income, DKK"),
    ),
    unused=("dispon_13", "perindkialt_13", "loenmv_13", "familie_id", "referencetid", "cprtjek", "cprtype", "version"),
)

TABLES = (IND,)
