"""Whatever is delivered, every row is accounted for, and what is kept keeps its contract."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.registers.rows import LOCK, SETTINGS

from evidens.contracts import check_table
from evidens.events import Event, Person, Residence
from evidens.privacy import PseudonymMap, PseudonymSettings, demonstration_key, find_identifiers_in_frame
from evidens.registers import TABLES, add_accounts, intake_bucket, link_contacts, pseudonymise_batch

ANNE, BO = "6802701234", "6903801235"
# Good values stand several times, so that most rows are right in most columns.
KEYS = [*[ANNE, BO] * 6, "680270-1234", "6101501111", "1206550VK9", "0101701234", "", None]
CONTACTS = [*[f"200000000000000{n}" for n in range(9)] * 2, "02000000000000001", "x", None]
DATES = [*["2006-12-31", "2012-12-31", "2015-06-01", "2018-02-02"] * 4, "2020-06-01", "1899-12-30", "2099-01-01",
         "20120601", "2019-02-30", "", None]  # fmt: skip
CODES = [*["DE119", "DI109"] * 3, "de119", "E119", "25000", "TUL1", "DZ763", None]
PROCEDURES = [*["KJFB30", "UXRC00"] * 3, "uxrc00", "TUL1", "DE119", "1", None]
SYSTEMS = [*["LPR3"] * 6, "LPR2", "MiniPAS", None]
POOLS = {
    "bef": {
        "pnr": KEYS, "referencetid": DATES, "koen": ["1", "2", "9", None], "foed_dag": ["1950-05-05"] * 6 + DATES[-7:],
        "reg": ["84", "81", "0", None], "ie_type": ["1", "2", "9"], "opr_land": ["5100", "5172", "0"],
    },
    "dod": {"pnr": [*KEYS, *[None] * 40], "doddato": DATES},
    "dodsaasg": {"pnr": KEYS, "d_dodsdato": DATES, "c_dodtilgrundl_acme": ["C189", "R990", "DC18", "i219", None],
                 "c_dod_21": ["E119", "X", None]},
    "vnds": {"pnr": KEYS, "haend_dato": DATES, "indud_kode": ["I", "U", "X", None]},
    "vnds_ind": {"pnr": KEYS, "haend_dato": DATES},
    "vnds_ud": {"pnr": KEYS, "haend_dato": DATES},
    "udda": {"pnr": KEYS, "aar": ["2015", "2016", "", "x"], "hfaudd": ["4112", "0981", "981", "1", "9999", None],
             "hf_kilde": ["2", "18", None]},
    "ind": {"pnr": KEYS, "aar": ["2015", "2016", None], "aekvivadisp_13": ["210000", "-5,5", "many", None]},
    "faik": {"pnr": KEYS, "aar": ["2015", "2016", "2099"], "famaekvivadisp_13": ["210000", "1.5", None]},
    "akm": {"pnr": KEYS, "aar": ["2015", "2016"], "socio13": ["110", "420", "0", "999", None]},
    "lpr_adm": {
        "pnr": KEYS, "recnum": CONTACTS, "d_inddto": DATES, "d_uddto": DATES, "c_indm": ["1", "2"],
        "c_pattype": ["0", "2", "3", "7", None],
    },
    "uaf_adm": {"pnr": KEYS, "recnum": CONTACTS, "d_inddto": DATES, "c_pattype": ["0", "2", "2", None]},
    "t_psyk_adm": {
        "v_cpr": KEYS, "k_recnum": CONTACTS, "d_inddto": DATES, "d_uddto": DATES, "c_pattype": ["0", "2", "2", None],
    },
    "lpr_bes": {"recnum": CONTACTS, "d_ambdto": DATES},
    "lpr_sksopr": {"recnum": CONTACTS, "c_opr": PROCEDURES, "c_oprart": ["V", "P", "D", "+", "Q", None],
                   "d_odto": DATES, "v_otime": ["9", "99", None]},
    "lpr_diag": {"recnum": CONTACTS, "c_diag": CODES, "c_diagtype": ["A", "B", "H", "+", "Q", None]},
    "lpr_a_kontakt": {
        "pnr": KEYS, "dw_ek_kontakt": CONTACTS, "kont_starttidspunkt": DATES, "kont_sluttidspunkt": DATES,
        "kont_type": ["ALCA00", "ALCA03", "ALCA10", "ALCA20", None], "prioritet": ["ATA1", "ATA3"],
        "lprindberetningssystem": SYSTEMS,
    },
    "lpr_a_forloeb": {"pnr": KEYS, "dw_ek_forloeb": CONTACTS, "forl_henv_maade": ["ALDA99", None]},
    "lpr_a_procregistrering": {
        "dw_ek_kontakt": [*CONTACTS, None, None, None], "dw_ek_forloeb": [*CONTACTS, None, None, None],
        "proc_kode": PROCEDURES, "proc_kode_type": ["P", "P", "+", "I", "Q", None], "proc_starttidspunkt": DATES,
        "proc_sluttidspunkt": DATES, "lprindberetningssystem": SYSTEMS,
    },
    "lpr_a_diagnose": {
        "dw_ek_kontakt": CONTACTS, "diag_kode": CODES, "diag_kode_type": ["A", "B", "+"],
        "senere_afkraeftet": ["Ja", "Nej", None], "lprindberetningssystem": SYSTEMS,
    },
    "lmdb": {
        "pnr": KEYS, "eksd": DATES, "atc": [*["A10BA02"] * 4, "A1", None], "apk": ["1", "1,5", "-1", "many", None],
        "korr": [*[None] * 4, "K"],
    },
    "sssy": {
        "pnr": KEYS, "honuge": ["1201", "0653", "2053", "x", "", None], "speciale": ["801101", "54001", "8", None],
        "ydlant": ["1", "2", "-1", "many", None], "barnmak": ["0", "1", None],
    },
    "t_tumor": {
        "k_cprnr": KEYS, "k_tumornr": ["1", "2", None], "d_diagnosedato": DATES,
        "c_icd10": [*["C189", "C509"] * 3, "DC189", "X", None], "c_tmn_t": ["2", None],
    },
    "lab_dm_forsker": {
        "patient_cpr": KEYS, "samplingdate": DATES, "analysiscode": [*["NPU27300"] * 4, "DNK35312", "X1", None],
        "value": ["41", "42,5", "<20", "POSITIV", "??", "Aflyst", None], "operator": [*[None] * 4, "<", ">", "?"],
        "unit": [*["mmol/mol"] * 4, "%", None],
    },
}  # fmt: skip
SURE = [{"pnr": key, "referencetid": "2010-12-31", "koen": "2", "foed_dag": "1950-05-05", "reg": "84", "ie_type": "1",
         "opr_land": "5100"} for key in (ANNE, BO)]  # fmt: skip


@st.composite
def deliveries(draw):
    """Up to 80 rows per table, any of which may be wrong in any column; Anne and Bo are in the population."""
    n_rows, random = draw(st.integers(0, 80)), draw(st.randoms(use_true_random=True))
    delivery = {}
    for name, columns in POOLS.items():
        rows = [{column: random.choice(pool) for column, pool in columns.items()} for _ in range(n_rows)]
        rows += SURE if name == "bef" else []
        delivery[name] = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String))
    return delivery


def sums(account):
    return {key: dict(rows.group_by("fate").agg(pl.col("n_rows").sum()).iter_rows())
            for key, rows in account.group_by("stage", "table")}  # fmt: skip


def run(delivery):
    """Pseudonymise every table and take all of it in as one bucket."""
    key = demonstration_key(1)
    persons, contacts, links = PseudonymMap(key, "person"), PseudonymMap(key, "contact"), {}
    accounts, tables = [], {}
    for name in (name for name in TABLES if name in delivery):
        known = link_contacts(links[TABLES[name].register]) if TABLES[name].is_linked else None
        batch = pseudonymise_batch(
            delivery[name], TABLES[name], persons=persons, contacts=contacts, links=known, simulated=True,
            settings=PseudonymSettings(),
        )  # fmt: skip
        accounts.append(batch.account)
        links.setdefault(TABLES[name].register, []).append(batch.links)
        tables[name] = batch.kept
    intake = intake_bucket(tables, SETTINGS, delivery="test", data_lock_on=LOCK)
    return tables, intake, add_accounts([*accounts, intake.account])


@settings(max_examples=20, deadline=None, derandomize=True)
@given(deliveries())
def test_every_row_is_kept_dropped_or_quarantined_and_what_is_kept_keeps_its_contract(delivery):
    tables, intake, account = run(delivery)
    check_table(intake.events, Event, place="events")
    check_table(intake.persons, Person, place="persons")
    check_table(intake.residence, Residence, place="residence")
    assert all(find_identifiers_in_frame(frame) == {} for frame in (*tables.values(), *intake.quarantined.values()))
    assert find_identifiers_in_frame(intake.events) == {}
    came = {"pseudonymise": delivery, "intake": tables}
    assert {(stage, name) for stage, frames in came.items() for name in frames if frames[name].height} <= set(
        sums(account)
    )
    for (stage, name), fates in sums(account).items():
        assert fates["in"] == (came[stage][name].height if name in came[stage] else 0)
        assert fates["in"] == fates["kept"] + fates.get("dropped", 0) + fates.get("quarantined", 0)
        if stage == "intake":
            assert fates.get("quarantined", 0) == intake.quarantined[name].height
    assert set(intake.events["person_id"]) <= set(intake.persons["person_id"])
    assert intake.events.filter(pl.col("event_at").dt.date() > LOCK).is_empty()


@settings(max_examples=8, deadline=None, derandomize=True)
@given(deliveries(), st.randoms(use_true_random=True))
def test_the_order_of_rows_decides_nothing(delivery, random):
    shuffled = {name: frame[random.sample(range(frame.height), frame.height)] for name, frame in delivery.items()}
    (_, one, account), (_, other, other_account) = run(delivery), run(shuffled)
    assert one.events.equals(other.events)
    assert one.persons.equals(other.persons)
    assert one.residence.equals(other.residence)
    assert account.equals(other_account)
