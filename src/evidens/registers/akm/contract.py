"""Contract of AKM (Statistics Denmark), one row per person and year."""

from evidens.registers.contract import RegisterColumn, RegisterTable, person
from evidens.registers.yearly import YEAR

AKM = RegisterTable(
    register="akm",
    name="akm",
    description="The position of one person on the labour market in one year.",
    columns=(
        person("pnr", "v_pnr", "cpr", "v_cpr"),
        YEAR,
        RegisterColumn("class", "code", ("socio13",), "group: position on the labour market"),
    ),
    unused=("socio", "socio02", "beskst13", "socstil_kode", "referencetid", "cprtjek", "cprtype", "version"),
)

TABLES = (AKM,)
