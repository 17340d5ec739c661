"""Contract of BEF (Statistics Denmark), one row per person and reference time."""

from evidens.registers.contract import RegisterColumn, RegisterTable, person

BEF = RegisterTable(
    register="bef",
    name="bef",
    description="One person who lived in Denmark at one reference time.",
    columns=(
        person("pnr", "v_pnr", "cpr", "v_cpr"),
        RegisterColumn("snapshot_on", "date", ("referencetid", "reftid"), "residence on this day"),
        RegisterColumn("sex", "code", ("koen",), "predictor and group; 1 male, 2 female, 9 unknown"),
        RegisterColumn("born_on", "date", ("foed_dag", "foed_dato"), "age"),
        RegisterColumn("region", "code", ("reg",), "phase of validation and group; 81-85, 0 unknown"),
        RegisterColumn("origin_type", "code", ("ie_type",), "group; 1 Danish, 2 immigrant, 3 descendant, 9 unknown"),
        RegisterColumn("country", "code", ("opr_land",), "group: western or not", pad=4),
    ),
    unused=(
        "alder", "kom", "statsb", "civst", "familie_id", "mor_id", "far_id", "aegte_id", "e_faelle_id", "adresse_id",
        "hustype", "plads", "antboernf", "antboernh", "antpersf", "antpersh", "antefam", "familie_type", "fam_koen",
        "fm_mark", "civ_vfra", "bop_vfra", "foedreg_kode", "opholdmd_dk", "van_vtil", "foerste_indvandring",
        "seneste_indvandring", "fkirk", "cprtjek", "cprtype", "version", "year", "aar",
    ),
)  # fmt: skip

TABLES = (BEF,)
