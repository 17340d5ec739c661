"""Contract of DOD (Statistics Denmark), one row per death."""

from evidens.registers.contract import RegisterColumn, RegisterTable, person

DOD = RegisterTable(
    register="dod",
    name="dod",
    description="One death.",
    columns=(
        person("pnr", "v_pnr", "cpr", "v_cpr"),
        RegisterColumn("died_on", "date", ("doddato", "d_doddato"), "competing event and end of follow-up"),
    ),
    unused=("alder_haend", "cprtjek", "cprtype", "version", "year", "aar"),
)

TABLES = (DOD,)
