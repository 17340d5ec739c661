"""Contract of UDDA (Statistics Denmark), one row per person and year: the highest completed education."""

from evidens.registers.contract import RegisterColumn, RegisterTable, person
from evidens.registers.yearly import YEAR

UDDA = RegisterTable(
    register="udda",
    name="udda",
    aliases=("uddf",),
    description="The highest education one person had completed by 30 September of one year.",
    columns=(
        person("pnr", "v_pnr", "cpr", "v_cpr"),
        YEAR,
        RegisterColumn("education", "code", ("hfaudd",), "group: level of education", pad=4),
        RegisterColumn("source", "code", ("hf_kilde",), "whether the education was imputed", required=False),
    ),
    unused=("hf_vfra", "hf_vtil", "hfinstnr", "instnr", "referencetid", "cprtjek", "cprtype", "version"),
)

TABLES = (UDDA,)
