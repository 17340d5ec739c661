"""Contract of T_TUMOR (Danish Health Data Authority, cancer register), one row per tumour."""

from evidens.registers.contract import RegisterColumn, RegisterTable, person

TUMOUR = RegisterTable(
    register="cancer",
    name="t_tumor",
    aliases=("cancer", "car_tumor"),
    description="One tumour of one person.",
    columns=(
        person("k_cprnr", "pnr", "v_cpr", "cpr"),
        RegisterColumn("tumour_number", "code", ("k_tumornr",), "tells tumours of a person apart"),
        RegisterColumn("diagnosed_on", "date", ("d_diagnosedato",), "when the tumour was diagnosed"),
        RegisterColumn("code", "code", ("c_icd10",), "what tumour; without the D of the patient register"),
        RegisterColumn("morphology", "code", ("c_morfo3",), "kind of tumour", required=False),
        RegisterColumn("t", "code", ("c_tnm_t", "c_tmn_t"), "stage", required=False),
        RegisterColumn("n", "code", ("c_tnm_n", "c_tmn_n"), "stage", required=False),
        RegisterColumn("m", "code", ("c_tnm_m", "c_tmn_m"), "stage", required=False),
    ),
    unused=(
        "c_topo3", "c_udbred", "c_aa", "c_region", "c_sex", "c_status", "d_statdato", "v_diagnosealder", "c_icdo3",
        "c_sgh", "c_kom", "d_foddato", "version", "year", "aar",
    ),
)  # fmt: skip

TABLES = (TUMOUR,)
