"""Contracts of the national laboratory database (Danish Health Data Authority), one row per answered analysis.

The same answers are delivered in three tables of different width: a delivery has one of them.
"""

from evidens.registers.contract import RegisterColumn, RegisterTable, person

_PERSON = person("patient_cpr", "pnr", "cpr", "cprnummer")
_CODE = RegisterColumn("code", "code", ("analysiscode",), "the analysis")
_SAMPLED_ON = RegisterColumn("sampled_on", "date", ("samplingdate",), "when the sample was taken")
_VALUE = RegisterColumn("value", "text", ("value", "samplevalue"), "the result, in digits or words")
_OPERATOR = RegisterColumn("operator", "text", ("operator",), "the result is a limit of what is measured",
                           required=False)  # fmt: skip
_UNIT = RegisterColumn("unit", "text", ("unit",), "the same analysis occurs in several units")
_LABORATORY = RegisterColumn("laboratory", "code", ("laboratorium_idcode",),
                             "tells equal results of two laboratories apart", required=False)  # fmt: skip
_UNUSED = (
    "resulttype", "referenceinterval_lowerlimit", "referenceinterval_upperlimit", "resultvalidation",
    "rekvirent_id", "rekvirent_idtype", "version", "year", "aar",
)  # fmt: skip

LAB = RegisterTable(
    register="lab",
    name="lab_dm_forsker",
    description="One answered analysis of a sample.",
    columns=(
        _PERSON, _SAMPLED_ON,
        RegisterColumn("sampled_time", "time", ("samplingtime",), "order of samples within a day", required=False),
        _CODE, _VALUE, _OPERATOR, _UNIT, _LABORATORY,
    ),
    unused=_UNUSED,
)  # fmt: skip

LAB_NARROW = RegisterTable(
    register="lab",
    name="lab_forsker",
    description="One answered analysis of a sample, without the time of day.",
    columns=(_PERSON, _SAMPLED_ON, _CODE, _VALUE, _OPERATOR, _UNIT, _LABORATORY),
    unused=_UNUSED,
)

LAB_ANSWERS = RegisterTable(
    register="lab",
    name="laboratorieproevesvar",
    description="One answered analysis of a sample: person, day, code and value, without unit.",
    columns=(_PERSON, _SAMPLED_ON, _CODE, _VALUE),
    unused=_UNUSED,
)

TABLES = (LAB, LAB_NARROW, LAB_ANSWERS)
