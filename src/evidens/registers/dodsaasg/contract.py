"""Contract of DODSAASG (Health Data Authority), one row per death."""

from evidens.registers.contract import RegisterColumn, RegisterTable, person

CHAIN = tuple(f"c_dod_1{letter}" for letter in "abcd")
OTHERS = tuple(f"c_dod_2{number}" for number in range(1, 9))

DODSAASG = RegisterTable(
    register="dodsaasg",
    name="dodsaasg",
    aliases=("dodsaarsager", "t_dodsaarsag"),
    description="One death with its causes.",
    columns=(
        person("pnr", "v_pnr", "cpr", "v_cpr", "k_cprnr"),
        RegisterColumn("died_on", "date", ("d_dodsdato", "d_dodsdto"), "when the causes came to be"),
        RegisterColumn("underlying", "code", ("c_dodtilgrundl_acme",), "cause of death, ICD-10 without D"),
        *(
            RegisterColumn(f"cause_{column[-2:]}", "code", (column,), "contributing cause", required=False)
            for column in (*CHAIN, *OTHERS)
        ),
    ),
    unused=(
        "c_liste14", "c_liste49", "c_dodssted", "c_dodsmaade", "c_sex", "v_alder", "aar", "year", "version", "cprtjek",
        "cprtype",
    ),
)  # fmt: skip

TABLES = (DODSAASG,)
