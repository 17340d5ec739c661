import datetime as dt

import polars as pl
import pytest

from evidens.privacy import PseudonymMap, PseudonymSettings, demonstration_key, find_identifiers_in_frame
from evidens.registers import TABLES, add_accounts, link_contacts, pseudonymise_batch, pseudonymised_schema

ANNE, BO = "6802701234", "6903801235"
DAY = dt.date(2018, 3, 4)


class Desk:
    """One run of pseudonymisation: remembers persons, contacts and links as a stage does."""

    def __init__(self, seed=1, **settings):
        key = demonstration_key(seed)
        self.persons, self.contacts = PseudonymMap(key, "person"), PseudonymMap(key, "contact")
        self.settings, self.simulated = PseudonymSettings(**settings), True

    def __call__(self, name, rows, links=None):
        return pseudonymise_batch(
            rows, TABLES[name], persons=self.persons, contacts=self.contacts, links=links,
            simulated=self.simulated, settings=self.settings,
        )  # fmt: skip


def lmdb(*keys, **columns):
    usual = {"eksd": DAY, "atc": "A10BA02", "vnr": [f"{n:06d}" for n in range(len(keys))], "apk": 1}
    return pl.DataFrame({"pnr": list(keys)} | usual | columns, schema_overrides={"pnr": pl.String})


def adm(*rows):
    return pl.DataFrame(
        [(pnr, key, DAY, DAY, "2") for pnr, key in rows], orient="row",
        schema={"pnr": pl.String, "recnum": pl.String, "d_inddto": pl.Date, "d_uddto": pl.Date, "c_pattype": pl.String},
    )  # fmt: skip


def diag(*rows):
    schema = dict.fromkeys(("recnum", "c_diag", "c_diagtype"), pl.String)
    return pl.DataFrame([(key, code, "A") for key, code in rows], orient="row", schema=schema)


def account(batch):
    return {rule or fate: n for fate, rule, n in batch.account.select("fate", "rule", "n_rows").iter_rows()}


def test_rows_keep_their_logical_columns_and_lose_the_persons_key():
    batch = Desk()("lmdb", lmdb(ANNE, BO, ANNE))
    assert batch.kept.schema == pseudonymised_schema(TABLES["lmdb"])
    first, second, third = batch.kept["person_id"]
    assert first == third != second
    assert find_identifiers_in_frame(batch.kept) == {}
    assert account(batch) == {"in": 3, "kept": 3}


def test_rows_without_a_usable_key_go_to_quarantine_as_delivered_with_the_reason():
    rows = lmdb(ANNE, None, "", "1206550VK9", "12345", "0802701234")
    batch = Desk()("lmdb", rows)
    assert batch.kept.height == 1
    assert batch.quarantined.select("pnr", "reason").rows() == [
        (None, "no person key"),
        ("", "no person key"),
        ("1206550VK9", "replacement number"),
        ("12345", "person key without the shape of one"),
        ("0802701234", "number that a living person could have, in a simulated delivery"),
    ]
    assert account(batch) == {
        "in": 6, "kept": 1, "no person key": 2, "replacement number": 1, "person key without the shape of one": 1,
        "number that a living person could have, in a simulated delivery": 1,
    }  # fmt: skip


def test_in_a_real_delivery_the_numbers_of_living_persons_are_the_good_ones():
    desk = Desk()
    desk.simulated = False
    batch = desk("lmdb", lmdb("0101701234", "010170-1234"))
    assert batch.kept.height == 2
    assert batch.kept["person_id"].n_unique() == 1
    assert desk("lmdb", lmdb(ANNE)).quarantined["reason"].to_list() == ["replacement number"]


def test_a_number_without_a_valid_check_digit_is_kept():
    # 1 January: such numbers were issued without one; refusing them would remove mostly immigrants.
    assert Desk()("lmdb", lmdb("6101701111", "6101701112", "6101701113")).kept.height == 3


def test_a_key_that_lost_its_zero_is_the_same_person():
    desk = Desk()
    desk.simulated = False
    text, number = desk("lmdb", lmdb("0101701234")), desk("lmdb", lmdb(*[None]).with_columns(pnr=pl.lit(101701234)))
    assert text.kept["person_id"].to_list() == number.kept["person_id"].to_list()


def test_an_authoritys_pseudonyms_are_pseudonymised_once_more():
    desk = Desk(person_key="project")
    desk.simulated = False
    batch = desk("lmdb", lmdb("000000000042", "42", "12A"))
    assert batch.kept["person_id"].n_unique() == 1
    assert batch.quarantined["reason"].to_list() == ["person key without the shape of one"]


def test_a_person_is_the_same_in_every_register():
    desk = Desk()
    bought = desk("lmdb", lmdb(ANNE)).kept["person_id"][0]
    seen = desk("lpr_adm", adm((ANNE, "2000000000000001"))).kept["person_id"][0]
    tested = desk("lab_dm_forsker", pl.DataFrame({
        "patient_cpr": [ANNE], "samplingdate": [DAY], "analysiscode": ["NPU27300"], "value": ["41"], "unit": ["%"],
    })).kept["person_id"][0]  # fmt: skip
    assert bought == seen == tested


def test_another_projects_pseudonyms_link_to_nothing_of_ours():
    rows = lmdb(*(f"680270{n:04d}" for n in range(500)))
    ours, theirs = (set(Desk(seed)("lmdb", rows).kept["person_id"]) for seed in (1, 2))
    assert len(ours) == len(theirs) == 500
    assert not ours & theirs


def test_diagnoses_find_their_person_through_the_contact():
    desk = Desk()
    contacts = desk("lpr_adm", adm((ANNE, "2000000000000001"), (BO, "0000000000000002")))
    links = link_contacts([contacts.links])
    rows = diag(("2000000000000001", "DE119"), ("2", "DI10"))  # the other table has lost the zeros
    diagnoses = desk("lpr_diag", rows, links)
    assert diagnoses.kept["person_id"].to_list() == contacts.kept["person_id"].to_list()
    assert diagnoses.kept["contact_id"].to_list() == contacts.kept["contact_id"].to_list()
    assert diagnoses.links.is_empty()


def test_a_diagnosis_without_its_contact_goes_to_quarantine():
    desk = Desk()
    # Bo's contact has no person key, so that nobody knows whose diagnosis it holds.
    contacts = desk("lpr_adm", adm((ANNE, "2000000000000001"), (None, "2000000000000002")))
    keys = ("2000000000000001", "2000000000000002", "9", None, "x")
    rows = diag(*((key, "DE119") for key in keys))
    batch = desk("lpr_diag", rows, link_contacts([contacts.links]))
    assert account(batch) == {
        "in": 5, "kept": 1, "no contact with this key": 2, "no contact key": 1,
        "contact key without the shape of one": 1,
    }  # fmt: skip


def test_a_procedure_finds_its_person_through_the_contact_or_else_through_the_course():
    desk = Desk()
    contacts = desk("lpr_a_kontakt", pl.DataFrame({
        "pnr": [ANNE], "dw_ek_kontakt": ["500000000000000001"], "kont_starttidspunkt": [DAY],
        "kont_sluttidspunkt": [DAY], "kont_type": ["ALCA00"], "prioritet": ["ATA1"], "lprindberetningssystem": ["LPR3"],
    }))  # fmt: skip
    # The course of Bo has the number that Anne's contact has: contacts and courses are apart.
    courses = desk("lpr_a_forloeb", pl.DataFrame({"pnr": [BO], "dw_ek_forloeb": ["500000000000000001"]}))
    links = link_contacts([contacts.links, courses.links])
    anne, bo = contacts.kept["person_id"][0], courses.kept["person_id"][0]
    rows = pl.DataFrame(
        [("500000000000000001", None, "UXRC00"), (None, "500000000000000001", "AAF22"), (None, None, "AAF22"),
         ("9", "500000000000000001", "BWHA1"), ("x", "500000000000000001", "BWHA1"), (None, "9", "BWHA1")],
        orient="row", schema={"dw_ek_kontakt": pl.String, "dw_ek_forloeb": pl.String, "proc_kode": pl.String},
    ).with_columns(proc_kode_type=pl.lit("P"), proc_starttidspunkt=pl.lit(DAY))  # fmt: skip
    batch = desk("lpr_a_procregistrering", rows, links)
    assert batch.kept.select("code", "person_id").rows() == [("UXRC00", anne), ("AAF22", bo), ("BWHA1", bo)]
    assert account(batch) == {
        "in": 6, "kept": 3, "no contact key": 1, "contact key without the shape of one": 1,
        "no contact with this key": 1,
    }  # fmt: skip
    assert find_identifiers_in_frame(batch.kept) == {}


def test_a_contact_key_used_for_two_persons_belongs_to_none():
    desk = Desk()
    first, second = desk("lpr_adm", adm((ANNE, "1"))), desk("lpr_adm", adm((BO, "1"), (BO, "2"), (BO, "2")))
    links = link_contacts([first.links, second.links])
    assert links.n_shared == 1
    batch = desk("lpr_diag", diag(("1", "DE119"), ("2", "DE119")), links)
    assert account(batch) == {"in": 2, "kept": 1, "contact key of two persons": 1}


def test_equal_contact_keys_of_two_registers_are_two_contacts():
    desk = Desk()
    older = desk("lpr_adm", adm((ANNE, "500000000000000007"))).kept["contact_id"][0]
    newer = desk("lpr_a_kontakt", pl.DataFrame({
        "pnr": [ANNE], "dw_ek_kontakt": ["500000000000000007"], "kont_starttidspunkt": [DAY],
        "kont_sluttidspunkt": [DAY], "kont_type": ["ALCA00"], "prioritet": ["ATA1"], "lprindberetningssystem": ["LPR3"],
    })).kept["contact_id"][0]  # fmt: skip
    assert older != newer


def test_a_duplicate_row_is_dropped_by_a_named_rule():
    desk = Desk()
    batch = desk("lmdb", pl.concat([lmdb(ANNE, BO)] * 2))
    assert account(batch) == {"in": 4, "kept": 2, "exact duplicate row": 2}
    contacts = desk("lpr_adm", adm((ANNE, "1")))
    batch = desk("lpr_diag", diag(("1", "DE119"), ("1", "DE119"), ("1", "DI10")), link_contacts([contacts.links]))
    assert account(batch) == {"in": 3, "kept": 2, "diagnosis repeated on its contact": 1}


def test_rows_that_differ_only_in_what_is_left_behind_are_duplicates():
    rows = pl.concat([lmdb(ANNE).with_columns(indo=pl.lit(indication)) for indication in ("0000092", "0000781")])
    assert account(Desk()("lmdb", rows)) == {"in": 2, "kept": 1, "exact duplicate row": 1}


def test_a_date_that_cannot_be_read_goes_to_quarantine():
    batch = Desk()("lmdb", lmdb(ANNE, BO, None, eksd=["2018-02-30", "2018-03-04", "2018-02-30"]))
    assert batch.quarantined["reason"].to_list() == ["unreadable dispensed_on", "no person key"]
    assert batch.kept.height == 1


def test_columns_that_nobody_needs_are_left_behind():
    rows = lmdb(ANNE).with_columns(indo=pl.lit("0000092"), cpr_kom=pl.lit("101"))
    assert set(Desk()("lmdb", rows).kept.columns) == set(pseudonymised_schema(TABLES["lmdb"]))


def test_diagnoses_cannot_be_pseudonymised_before_their_contacts():
    with pytest.raises(ValueError, match="lpr_diag has no person key"):
        Desk()("lpr_diag", diag(("1", "DE119")))


def test_batches_give_what_the_whole_gives():
    rows = lmdb(*[ANNE, BO, None] * 4, vnr=[f"{n:06d}" for n in range(12)])
    whole, desk = Desk()("lmdb", rows), Desk()
    parts = [desk("lmdb", rows.slice(start, 5)) for start in (0, 5, 10)]
    assert pl.concat([part.kept for part in parts]).equals(whole.kept)
    assert add_accounts([part.account for part in parts]).equals(add_accounts([whole.account]))


def test_an_empty_file_is_no_problem():
    batch = Desk()("lmdb", lmdb(ANNE).clear())
    assert batch.kept.schema == pseudonymised_schema(TABLES["lmdb"])
    assert account(batch) == {"in": 0, "kept": 0}
