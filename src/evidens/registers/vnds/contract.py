"""Contract of VNDS (Statistics Denmark), one row per migration."""

from evidens.registers.contract import RegisterColumn, RegisterTable, person

VNDS = RegisterTable(
    register="vnds",
    name="vnds",
    description="One migration into or out of Denmark.",
    columns=(
        person("pnr", "v_pnr", "cpr", "v_cpr"),
        RegisterColumn("moved_on", "date", ("haend_dato",), "begin and end of residence between snapshots"),
        RegisterColumn("direction", "code", ("indud_kode",), "I into, U out of the country"),
    ),
    unused=("indud_land", "udv_land", "udvmd", "cprtjek", "cprtype", "version", "year", "aar"),
)

TABLES = (VNDS,)
