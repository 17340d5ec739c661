"""Contract of LMDB (Danish Health Data Authority), one row per dispensed prescription."""

from evidens.registers.contract import RegisterColumn, RegisterTable, person

LMDB = RegisterTable(
    register="lmdb",
    name="lmdb",
    aliases=("lms", "lmdb_ekspedition"),
    description="One prescription filled at a community pharmacy.",
    columns=(
        person("pnr", "pnr12", "v_pnr", "cpr", "v_cpr"),
        RegisterColumn("dispensed_on", "date", ("eksd",), "when the drug was handed out"),
        RegisterColumn("code", "code", ("atc",), "the drug"),
        RegisterColumn("item", "code", ("vnr",), "tells packages of a drug apart", required=False, pad=6),
        RegisterColumn("n_packs", "number", ("apk",), "amount dispensed"),
        RegisterColumn("ddd_per_pack", "number", ("volume",), "amount in daily doses", required=False),
        RegisterColumn("correction", "code", ("korr",), "rows that correct another", required=False),
        RegisterColumn("provider", "code", ("ovnr",), "tells equal rows of two dispensings apart", required=False),
        RegisterColumn("dispensing", "code", ("etid",), "tells equal rows of two dispensings apart", required=False),
    ),
    unused=(
        "packsize", "voltypecode", "voltypetxt", "strnum", "strunit", "streng", "dosform", "indo", "doso",
        "ekst", "eksp", "reca", "rinr", "patt", "aldr", "cpr_kom", "cpr_reg", "abc", "atc1", "atc2", "atc3",
        "atc4", "koen", "version", "year", "aar",
    ),
)  # fmt: skip

TABLES = (LMDB,)
