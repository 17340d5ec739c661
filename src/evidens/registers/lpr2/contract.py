"""Contracts of LPR2: contacts (the only table with a person), and what hangs on a contact's key.

Contacts that are not finished (uaf_) and contacts of psychiatry (t_psyk_) lie in tables of their own, with the same
columns: whoever reads only lpr_adm loses them.
"""

from dataclasses import replace

from evidens.registers.contract import RegisterColumn, RegisterTable, contact, person

_EXTRA = ("leverancedato", "version", "year", "aar")
_KEY = contact("recnum", "k_recnum", "v_recnum")

CONTACTS = RegisterTable(
    register="lpr2",
    name="lpr_adm",
    aliases=("t_adm", "lpr_contact", "priv_adm"),
    description="One contact; for outpatients one course, which may be open for years.",
    columns=(
        person("pnr", "v_cpr", "v_cpr_encrypted", "cpr", "v_pnr"),
        _KEY,
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
        "v_alddg", "v_aldmdr", "v_sengdage", "v_behdage", "v_udtime", "v_udminut", "d_hendto", "d_opdatdto", "cprtjek",
        "cprtype", *_EXTRA,
    ),
)  # fmt: skip

DIAGNOSES = RegisterTable(
    register="lpr2",
    name="lpr_diag",
    aliases=("t_diag", "priv_diag"),
    duplicates="diagnosis repeated on its contact",
    description="One diagnosis of a contact.",
    columns=(
        contact("recnum", "v_recnum", "k_recnum"),
        RegisterColumn("code", "code", ("c_diag",), "the diagnosis"),
        RegisterColumn("type", "code", ("c_diagtype",), "A action and B secondary diagnoses become events"),
    ),
    unused=("c_tildiag", "c_diagmod", *_EXTRA),
)

VISITS = RegisterTable(
    register="lpr2",
    name="lpr_bes",
    aliases=("t_bes", "priv_bes"),
    duplicates="visit repeated in its course",
    description="One visit of an outpatient course.",
    columns=(
        contact("recnum", "v_recnum", "k_recnum"),
        RegisterColumn("visited_on", "date", ("d_ambdto",), "when the patient was seen"),
    ),
    unused=_EXTRA,
)

OPERATIONS = RegisterTable(
    register="lpr2",
    name="lpr_sksopr",
    aliases=("t_sksopr", "priv_sksopr"),
    duplicates="procedure repeated on its contact",
    description="One operation, or one additional code, of a contact.",
    columns=(
        contact("recnum", "v_recnum", "k_recnum"),
        RegisterColumn("code", "code", ("c_opr",), "what was done"),
        RegisterColumn("type", "code", ("c_oprart",), "V, P, D procedures become events, + additional codes do not"),
        RegisterColumn("done_on", "date", ("d_odto",), "when it was done"),
        RegisterColumn("done_hour", "number", ("v_otime",), "hour of the day", required=False),
        RegisterColumn("done_minute", "number", ("v_ominut",), "minute", required=False),
    ),
    unused=("c_tilopr", "c_osgh", "c_oafd", *_EXTRA),
)

EXAMINATIONS = replace(
    OPERATIONS,
    name="lpr_sksube",
    aliases=("t_sksube", "priv_sksube"),
    description="One examination or treatment, or one additional code, of a contact.",
)


def _twin(table: RegisterTable, name: str, *aliases: str, unused: tuple[str, ...] = ()) -> RegisterTable:
    """Return the contract of a table with the same columns under another name."""
    return replace(table, name=name, aliases=aliases, unused=(*table.unused, *unused))


# What is not finished has no end, and may lack the column of it.
_UNFINISHED = tuple(replace(c, required=False) if c.name == "ended_on" else c for c in CONTACTS.columns)
_STAFF = ("c_perskat1", "c_perskat2", "c_perskat3", "c_psykyd", "c_ydsted")
# Tables with the same columns are read as one, in this order.
CONTACT_TABLES = (
    CONTACTS,
    replace(_twin(CONTACTS, "uaf_adm", "t_uaf_adm"), columns=_UNFINISHED),
    _twin(CONTACTS, "t_psyk_adm", "psyk_adm"),
)
DIAGNOSIS_TABLES = (
    DIAGNOSES,
    _twin(DIAGNOSES, "uaf_diag", "t_uaf_diag"),
    _twin(DIAGNOSES, "t_psyk_diag", "psyk_diag"),
)
VISIT_TABLES = (
    VISITS,
    _twin(VISITS, "uaf_bes", "t_uaf_bes"),
    _twin(VISITS, "t_psyk_pers", "psyk_pers", "t_psyk_bes", "psyk_bes", unused=_STAFF),
)
PROCEDURE_TABLES = (
    OPERATIONS,
    EXAMINATIONS,
    _twin(OPERATIONS, "uaf_sksopr", "t_uaf_sksopr"),
    _twin(EXAMINATIONS, "uaf_sksube", "t_uaf_sksube"),
    _twin(OPERATIONS, "t_psyk_sksopr", "psyk_sksopr"),
    _twin(EXAMINATIONS, "t_psyk_sksube", "psyk_sksube"),
)

TABLES = (*CONTACT_TABLES, *DIAGNOSIS_TABLES, *VISIT_TABLES, *PROCEDURE_TABLES)
