"""Contracts of LPR3 in its two delivered shapes, LPR_A (current) and LPR_F; never both in one delivery.

Contacts and courses have a person; diagnoses hang on a contact's key, procedures on a contact's or a course's.
"""

from evidens.registers.contract import RegisterColumn, RegisterTable, contact, person

_SYSTEM = RegisterColumn(
    "system", "code", ("lprindberetningssystem", "lprindberetningssytem"), "rows of older systems lie inside LPR3"
)
_SYSTEM_IF_THERE = RegisterColumn(_SYSTEM.name, _SYSTEM.kind, _SYSTEM.aliases, _SYSTEM.purpose, required=False)
_COURSE = RegisterColumn("course", "course", ("dw_ek_forloeb",), "links procedures without a contact to a person")
_EXTRA = ("version", "year", "aar")
_CONTACT_UNUSED = (
    "dw_ek_forloeb", "dw_sk_sygehusophold", "dw_ek_helbredsforloeb", "dw_ek_borger", "adiag",
    "kont_aarsag", "kont_ans", "kont_ans_inst", "kont_ans_hovedspec", "kont_ans_geo_reg", "kont_ans_org_reg",
    "borger_bo_kom", "borger_bo_reg", "borger_koen", "borger_foedselsdato", "borger_doedsdato", "borger_alder_aar_ind",
    "borger_alder_aar_ud", "flag_kont_afsluttet", "cprtjek", "cprtype", *_EXTRA,
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
        RegisterColumn("patient_type", "code", ("kont_patient_type",), "kind of contact, in rows of older systems",
                       required=False),
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
    unused=("diag_kode_tekst", "diag_parent_kode", "diag_parent_kode_type", "diag_parent_kode_tekst", *_EXTRA),
)

PROCEDURES_A = RegisterTable(
    register="lpr3",
    name="lpr_a_procregistrering",
    duplicates="procedure repeated on its contact",
    description="One procedure, or one additional code, of a contact or of a course only.",
    columns=(
        contact("dw_ek_kontakt"),
        _COURSE,
        RegisterColumn("code", "code", ("proc_kode",), "what was done"),
        RegisterColumn("type", "code", ("proc_kode_type",), "P procedures become events, + additional codes do not"),
        RegisterColumn("began_at", "datetime", ("proc_starttidspunkt",), "when it was done"),
        RegisterColumn("ended_at", "datetime", ("proc_sluttidspunkt",), "how long it took", required=False),
        RegisterColumn("reported_at", "datetime", ("proc_indb_tidspunkt",), "when it became known", required=False),
        _SYSTEM_IF_THERE,
    ),
    unused=(
        "dw_ek_procedureregistrering", "dw_sk_sygehusophold", "proc_parent_kode", "proc_parent_kode_tekst",
        "proc_parent_kode_type", "proc_parent_kode_type_tekst", "proc_kode_tekst", "proc_kode_type_tekst",
        "proc_lpr_entity_id", "prod_enh", "prod_inst", "flag_proc_uden_kont", *_EXTRA,
    ),
)  # fmt: skip

COURSES_A = RegisterTable(
    register="lpr3",
    name="lpr_a_forloeb",
    description="One course: a container of contacts and procedures.",
    columns=(
        person("pnr", "cpr", "v_cpr"),
        _COURSE,
        RegisterColumn("referral", "code", ("forl_henv_maade",), "ALDA99: a course that LPR2 had begun",
                       required=False),
    ),
    unused=(
        "dw_ek_borger", "cprtjek", "cprtype", "dw_ek_forloeb_forrige", "fejl_forloeb_forrige", "dw_ek_helbredsforloeb",
        "helbredsforl_starttidspunkt", "helbredsforl_sluttidspunkt", "forl_starttidspunkt", "forl_sluttidspunkt",
        "forl_indb_tidspunkt", "forl_label", "forl_label_tekst", "forl_ref_type", "forl_ref_type_tekst",
        "forl_afslut_maade", "forl_afslut_maade_tekst", "forl_henv_tidspunkt", "forl_henv_maade_tekst",
        "forl_henv_aarsag", "forl_henv_aarsag_tekst", "forl_henv_instans", "forl_fritvalg", "forl_fritvalg_tekst",
        "forl_ans", "forl_ans_inst", "forl_inst_ejertype", "lprindberetningssystem", *_EXTRA,
    ),
)  # fmt: skip

_DAYS_F = (
    RegisterColumn("began_on", "date", ("dato_start",), "when it began"),
    RegisterColumn("began_time", "time", ("tidspunkt_start",), "when it began", required=False),
    RegisterColumn("ended_on", "date", ("dato_slut",), "how long it took; when diagnoses were known"),
    RegisterColumn("ended_time", "time", ("tidspunkt_slut",), "how long it took", required=False),
)

CONTACTS_F = RegisterTable(
    register="lpr3",
    name="kontakter",
    aliases=("lpr_f_kontakter", "lpr3f_kontakter"),
    description="One contact, as LPR_F was delivered to 2025.",
    columns=(
        person("pnr", "cpr", "v_cpr"),
        contact("dw_ek_kontakt"),
        *_DAYS_F,
        RegisterColumn("contact_type", "code", ("kontakttype",), "kind of contact"),
        RegisterColumn("priority", "code", ("prioritet",), "kind of contact; ATA1 acute, ATA3 planned"),
        _SYSTEM,
    ),
    unused=(
        "dw_ek_forloeb", "dato_behandling_start", "tidspunkt_behandling_start", "dato_henvisning",
        "tidspunkt_henvisning", "aktionsdiagnose", "kontaktaarsag", "henvisningsaarsag", "henvisningsmaade",
        "henvisning_fritvalg", "sorenhed_ans", "sorenhed_hen", "sorenhed_ind", "enhedstype_ans", "enhedstype_hen",
        "hovedspeciale_ans", "hovedspeciale_hen", "region_ans", "region_hen", *_EXTRA,
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
    unused=("diagnosekode_parent", "diagnosetype_parent", *_EXTRA),
)


def _procedures_f(name: str, what: str) -> RegisterTable:
    return RegisterTable(
        register="lpr3",
        name=name,
        aliases=(f"lpr_f_{name}", f"lpr3f_{name}"),
        duplicates="procedure repeated on its contact",
        description=f"{what}, or one additional code, of a contact or a course, as LPR_F was delivered to 2025.",
        columns=(
            contact("dw_ek_kontakt"),
            _COURSE,
            RegisterColumn("code", "code", ("procedurekode",), "what was done"),
            RegisterColumn("type", "code", ("proceduretype",), "P procedures become events, + and I do not"),
            *_DAYS_F,
            _SYSTEM_IF_THERE,
        ),
        unused=(
            "dw_ek_procedureregistrering", "procedurekode_parent", "proceduretype_parent", "sorenhed_pro",
            "enhedstype_pro", "hovedspeciale_pro", "region_pro", "kontrast", *_EXTRA,
        ),
    )  # fmt: skip


OPERATIONS_F = _procedures_f("procedurer_kirurgi", "One operation")
OTHER_PROCEDURES_F = _procedures_f("procedurer_andre", "One other procedure")

COURSES_F = RegisterTable(
    register="lpr3",
    name="forloeb",
    aliases=("lpr_f_forloeb", "lpr3f_forloeb"),
    description="One course: a container of contacts and procedures, as LPR_F was delivered to 2025.",
    columns=(
        person("pnr", "cpr", "v_cpr"),
        _COURSE,
        RegisterColumn("referral", "code", ("henvisningsmaade",), "ALDA99: a course that LPR2 had begun",
                       required=False),
    ),
    unused=(
        "dw_ek_helbredsforloeb", "dw_ek_forloeb_forrige", "fejl_forloeb_forrige", "forloeblabel", "afslutningsmaade",
        "henvisningsaarsag", "henvisning_fritvalg", "dato_start", "tidspunkt_start", "dato_slut", "tidspunkt_slut",
        "dato_henvisning", "tidspunkt_henvisning", "sorenhed_ans", "sorenhed_hen", "enhedstype_ans", "region_ans",
        "hovedspeciale_ans", "lprindberetningssystem", *_EXTRA,
    ),
)  # fmt: skip

# Contacts and courses stand first: the others find their person through them.
TABLES_A = (CONTACTS_A, COURSES_A, DIAGNOSES_A, PROCEDURES_A)
TABLES_F = (CONTACTS_F, COURSES_F, DIAGNOSES_F, OPERATIONS_F, OTHER_PROCEDURES_F)
TABLES = (*TABLES_A, *TABLES_F)
