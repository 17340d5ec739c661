"""Contracts of LPR2: contacts (lpr_adm) and their diagnoses (lpr_diag, without person and date)."""

from evidens.registers.contract import RegisterColumn, RegisterTable, contact, person

CONTACTS = RegisterTable(
    register="lpr2",
    name="lpr_adm",
    aliases=("t_adm", "lpr_contact"),
    description="One contact; for outpatients one course, which may be open for years.",
    columns=(
        person("pnr", "v_cpr", "v_cpr_encrypted", "cpr", "v_pnr"),
        contact("recnum", "k_recnum", "v_recnum"),
        RegisterColumn("began_on", "date", ("d_inddto",), "when the contact began"),
        RegisterColumn("began_hour", "number", ("v_indtime",), "hour of the day it began", required=False),
        RegisterColumn("began_minute", "number", ("v_indminut",), "minute it began", required=False),
        RegisterColumn("ended_on", "date", ("d_uddto",), "when its diagnoses were known"),
        RegisterColumn("patient_type", "code", ("c_pattype",), "kind of contact; 0 in, 1 part-day, 2 out, 3 emergency"),
        RegisterColumn("urgency", "code", ("c_indm",), "emergency contacts from 2014; 1 acute, 2 planned, 9 unknown",
                       required=False),
        RegisterColumn("hospital", "code", ("c_sgh",), "region, for its day of change to LPR3", required=False, pad=4),
    ),
    unused=(
        "c_adiag", "c_afd", "c_spec", "c_udm", "c_henm", "c_kontaars", "c_kom", "c_amt", "c_bopamt", "c_sex", "v_alder",
        "v_alddg", "v_aldmdr", "v_sengdage", "v_behdage", "v_udtime", "d_hendto", "d_opdatdto", "cprtjek", "cprtype",
        "leverancedato", "version", "year", "aar",
    ),
)  # fmt: skip

DIAGNOSES = RegisterTable(
    register="lpr2",
    name="lpr_diag",
    aliases=("t_diag",),
    duplicates="diagnosis repeated on its contact",
    description="One diagnosis of a contact.",
    columns=(
        contact("recnum", "v_recnum", "k_recnum"),
        RegisterColumn("code", "code", ("c_diag",), "the diagnosis"),
        RegisterColumn("type", "code", ("c_diagtype",), "A action and B secondary diagnoses become events"),
    ),
    unused=("c_tildiag", "c_diagmod", "leverancedato", "version", "year", "aar"),
)

TABLES = (CONTACTS, DIAGNOSES)
