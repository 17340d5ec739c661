"""Contracts of LPR3 in its two delivered shapes, LPR_A (current) and LPR_F; never both in one delivery."""

from evidens.registers.contract import RegisterColumn, RegisterTable, contact, person

_SYSTEM = RegisterColumn(
    "system", "code", ("lprindberetningssystem", "lprindberetningssytem"), "rows of older systems lie inside LPR3"
)
_CONTACT_UNUSED = (
    "dw_ek_forloeb", "dw_sk_sygehusophold", "dw_ek_helbredsforloeb", "dw_ek_borger", "kont_patient_type", "adiag",
    "kont_aarsag", "kont_ans", "kont_ans_inst", "kont_ans_hovedspec", "kont_ans_geo_reg", "kont_ans_org_reg",
    "borger_bo_kom", "borger_bo_reg", "borger_koen", "borger_foedselsdato", "borger_doedsdato", "borger_alder_aar_ind",
    "borger_alder_aar_ud", "flag_kont_afsluttet", "cprtjek", "cprtype", "version", "year", "aar",
)  # fmt: skip

CONTACTS_A = RegisterTable(
    register="lpr3",
    name="lpr_a_kontakt",
    description="One contact: a delimited meeting, physical or virtual.",
    columns=(
        person("pnr", "cpr", "v_cpr"),
        contact("dw_ek_kontakt"),
        RegisterColumn("began_at", "datetime", ("kont_starttidspunkt",), "when the contact began"),
        RegisterColumn("ended_at", "datetime", ("kont_sluttidspunkt",), "when diagnoses were known; length of stay"),
        RegisterColumn("contact_type", "code", ("kont_type",), "kind of contact"),
        RegisterColumn("priority", "code", ("prioritet",), "kind of contact; ATA1 acute, ATA3 planned"),
        RegisterColumn("reported_at", "datetime", ("kont_indb_tidspunkt",), "when it became known", required=False),
        _SYSTEM,
    ),
    unused=_CONTACT_UNUSED,
)  # fmt: skip

DIAGNOSES_A = RegisterTable(
    register="lpr3",
    name="lpr_a_diagnose",
    duplicates="diagnosis repeated on its contact",
    description="One diagnosis, or one additional code, of a contact.",
    columns=(
        contact("dw_ek_kontakt"),
        RegisterColumn("code", "code", ("diag_kode",), "the diagnosis"),
        RegisterColumn("type", "code", ("diag_kode_type", "diag_type"), "A action and B secondary become events"),
        RegisterColumn("retracted", "text", ("senere_afkraeftet",), "Ja: found not to be so; often empty"),
        _SYSTEM,
    ),
    unused=("diag_kode_tekst", "diag_parent_kode", "diag_parent_kode_type", "diag_parent_kode_tekst", "version",
            "year", "aar"),
)  # fmt: skip

CONTACTS_F = RegisterTable(
    register="lpr3",
    name="kontakter",
    aliases=("lpr_f_kontakter", "lpr3f_kontakter"),
    description="One contact, as LPR_F was delivered to 2025.",
    columns=(
        person("pnr", "cpr", "v_cpr"),
        contact("dw_ek_kontakt"),
        RegisterColumn("began_on", "date", ("dato_start",), "when the contact began"),
        RegisterColumn("began_time", "time", ("tidspunkt_start",), "when the contact began", required=False),
        RegisterColumn("ended_on", "date", ("dato_slut",), "when its diagnoses were known; length of stay"),
        RegisterColumn("ended_time", "time", ("tidspunkt_slut",), "length of stay", required=False),
        RegisterColumn("contact_type", "code", ("kontakttype",), "kind of contact"),
        RegisterColumn("priority", "code", ("prioritet",), "kind of contact; ATA1 acute, ATA3 planned"),
        _SYSTEM,
    ),
    unused=(
        "dw_ek_forloeb", "dato_behandling_start", "tidspunkt_behandling_start", "dato_henvisning",
        "tidspunkt_henvisning", "aktionsdiagnose", "kontaktaarsag", "henvisningsaarsag", "henvisningsmaade",
        "henvisning_fritvalg", "sorenhed_ans", "sorenhed_hen", "sorenhed_ind", "enhedstype_ans", "enhedstype_hen",
        "hovedspeciale_ans", "hovedspeciale_hen", "region_ans", "region_hen", "version", "year", "aar",
    ),
)  # fmt: skip

DIAGNOSES_F = RegisterTable(
    register="lpr3",
    name="diagnoser",
    aliases=("lpr_f_diagnoser", "lpr3f_diagnoser"),
    duplicates="diagnosis repeated on its contact",
    description="One diagnosis, or one additional code, of a contact, as LPR_F was delivered to 2025.",
    columns=(
        contact("dw_ek_kontakt"),
        RegisterColumn("code", "code", ("diagnosekode",), "the diagnosis"),
        RegisterColumn("type", "code", ("diagnosetype",), "A action and B secondary become events"),
        RegisterColumn("retracted", "text", ("senere_afkraeftet",), "Ja: found not to be so; often empty"),
        _SYSTEM,
    ),
    unused=("diagnosekode_parent", "diagnosetype_parent", "version", "year", "aar"),
)

TABLES = (CONTACTS_A, DIAGNOSES_A, CONTACTS_F, DIAGNOSES_F)
