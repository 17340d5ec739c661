"""Contract of LAB_DM_FORSKER (Danish Health Data Authority), one row per answered analysis."""

from evidens.registers.contract import RegisterColumn, RegisterTable, person

LAB = RegisterTable(
    register="lab",
    name="lab_dm_forsker",
    aliases=("lab_forsker",),
    description="One answered analysis of a sample.",
    columns=(
        person("patient_cpr", "pnr", "cpr", "cprnummer"),
        RegisterColumn("sampled_on", "date", ("samplingdate",), "when the sample was taken"),
        RegisterColumn("sampled_time", "time", ("samplingtime",), "order of samples within a day", required=False),
        RegisterColumn("code", "code", ("analysiscode",), "the analysis"),
        RegisterColumn("value", "text", ("value",), "the result, in digits or words"),
        RegisterColumn("operator", "text", ("operator",), "the result is a limit of what is measured", required=False),
        RegisterColumn("unit", "text", ("unit",), "the same analysis occurs in several units"),
        RegisterColumn("laboratory", "code", ("laboratorium_idcode",), "tells equal results of two laboratories apart",
                       required=False),
    ),
    unused=(
        "resulttype", "referenceinterval_lowerlimit", "referenceinterval_upperlimit", "resultvalidation",
        "rekvirent_id", "rekvirent_idtype", "version", "year", "aar",
    ),
)  # fmt: skip

TABLES = (LAB,)
