"""Contract of VNDS (Statistics Denmark) and the tables that follow it, one row per migration."""

from evidens.registers.contract import RegisterColumn, RegisterTable, person

_BACKGROUND = (
    "indud_land", "indv_land", "indvmd", "udv_land", "udvmd", "koen", "foed_dag", "alder", "reg", "kom", "ie_type",
    "opr_land", "statsb", "civst", "cprtjek", "cprtype", "version", "year", "aar",
)  # fmt: skip
_PERSON = person("pnr", "v_pnr", "cpr", "v_cpr")
_MOVED_ON = RegisterColumn("moved_on", "date", ("haend_dato",), "begin and end of residence between snapshots")

VNDS = RegisterTable(
    register="vnds",
    name="vnds",
    aliases=("vnds_hist",),  # 1973-2004, in the shape of the closed table
    description="One migration into or out of Denmark.",
    columns=(
        _PERSON,
        _MOVED_ON,
        RegisterColumn("direction", "code", ("indud_kode",), "I into, U out of the country"),
    ),
    unused=_BACKGROUND,
)
VNDS_IND = RegisterTable(
    register="vnds",
    name="vnds_ind",
    description="One migration into Denmark, from 2005 on.",
    columns=(_PERSON, _MOVED_ON),
    unused=_BACKGROUND,
)
VNDS_UD = RegisterTable(
    register="vnds",
    name="vnds_ud",
    description="One migration out of Denmark, from 2005 on.",
    columns=(_PERSON, _MOVED_ON),
    unused=_BACKGROUND,
)

TABLES = (VNDS, VNDS_IND, VNDS_UD)
