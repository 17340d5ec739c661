"""Contacts and diagnoses of both patient registers."""

import dataclasses
import datetime as dt

import polars as pl
import pytest
from tests.unit.registers.rows import RESIDENTS, SETTINGS, day, fates, moment, table, take_in

from evidens.contracts import check_table
from evidens.events import Event
from evidens.registers import intake_bucket


def adm(**columns):
    """A contact of LPR2: a planned outpatient course of person 1 at Rigshospitalet, over within a week."""
    usual = {"person_id": 1, "contact_id": 11, "began_on": "2016-03-04", "ended_on": "2016-03-10", "patient_type": "2",
             "urgency": "2", "hospital": "1301"}  # fmt: skip
    return usual | columns


def diag(code="DE119", kind="A", **columns):
    return {"person_id": 1, "contact_id": 11, "code": code, "type": kind} | columns


def visit(on, **columns):
    return {"person_id": 1, "contact_id": 11, "visited_on": on} | columns


def operation(code="KJFB30", **columns):
    return {"person_id": 1, "contact_id": 11, "code": code, "type": "V", "done_on": "2016-03-05"} | columns


def lpr2(contacts, diagnoses=(), settings=SETTINGS, **others):
    given = {"lpr_adm": contacts, "lpr_diag": diagnoses} | others
    intake = take_in(settings, **{name: table(name, *rows) for name, rows in given.items()})
    check_table(intake.events, Event, place="events")
    return intake


def kontakt(**columns):
    """A contact of LPR3: an acute physical one of person 1 that took two hours."""
    usual = {"person_id": 1, "contact_id": 21, "began_at": "2020-03-04T10:00", "ended_at": "2020-03-04T12:00",
             "contact_type": "ALCA00", "priority": "ATA1", "system": "LPR3"}  # fmt: skip
    return usual | columns


def diagnose(code="DE119", kind="A", retracted=None, **columns):
    usual = {"person_id": 1, "contact_id": 21, "code": code, "type": kind, "retracted": retracted, "system": "LPR3"}
    return usual | columns


def procedure(code="KJFB30", **columns):
    usual = {"person_id": 1, "contact_id": 21, "code": code, "type": "P", "began_at": "2020-03-04T11:00",
             "ended_at": "2020-03-04T11:30", "system": "LPR3"}  # fmt: skip
    return usual | columns


def lpr3(contacts, diagnoses=(), settings=SETTINGS, **others):
    given = {"lpr_a_kontakt": contacts, "lpr_a_diagnose": diagnoses} | others
    intake = take_in(settings, **{name: table(name, *rows) for name, rows in given.items()})
    check_table(intake.events, Event, place="events")
    return intake


def kinds(intake):
    return intake.events.filter(intake.events["code"].str.starts_with("CONTACT/"))["code"].str.slice(8).to_list()


def diagnoses_of(intake):
    return diagnoses_of_events(intake.events)


def diagnoses_of_events(events):
    return events.filter(events["code"].str.starts_with("ICD10/"))["code"].str.slice(6).to_list()


# --- when something is known


def test_a_contact_of_lpr2_and_its_diagnoses_happen_at_its_start_and_are_known_after_its_end():
    events = lpr2([adm(began_hour=9.0, began_minute=30.0)], [diag()]).events
    assert events.select("code", "text").rows() == [("CONTACT/outpatient", None), ("ICD10/DE119", "A")]
    assert set(events["event_at"]) == {moment("2016-03-04T09:30")}
    assert set(events["end_at"]) == {moment("2016-03-10T00:00")}
    assert set(events["known_at"]) == {moment("2016-03-11T00:00")}  # the end is a day, not an hour


def test_a_contact_that_ends_on_its_first_day_does_not_end_before_it_began():
    [event] = lpr2([adm(began_hour=9.0, ended_on="2016-03-04")]).events.rows(named=True)
    assert event["event_at"] == event["end_at"] == moment("2016-03-04T09:00")
    assert event["known_at"] == moment("2016-03-05T09:00")


def test_an_open_course_has_no_end_and_is_known_a_month_after_its_start():
    [event] = lpr2([adm(ended_on=None)]).events.rows(named=True)
    assert event["end_at"] is None
    assert event["known_at"] == moment("2016-04-03T00:00")


@pytest.mark.parametrize("ended_on", [None, "2016-09-01", "2018-09-01"])
def test_when_a_long_course_is_known_does_not_depend_on_whether_it_was_over_when_the_delivery_was_cut(ended_on):
    [event] = lpr2([adm(ended_on=ended_on)]).events.rows(named=True)
    assert event["known_at"] == moment("2016-04-03T00:00")


@pytest.mark.parametrize(
    ("ended_on", "known_on"),
    [("2016-03-09", "2016-03-10"), ("2018-09-01", "2018-09-02"), (None, "2016-04-03"), ("2025-07-20", "2016-04-03")],
    ids=["short", "long", "open", "over after the data lock"],
)
def test_the_diagnosis_of_a_course_is_known_after_its_end_and_of_an_open_one_a_month_after_its_start(
    ended_on, known_on
):
    events = lpr2([adm(ended_on=ended_on)], [diag()], lpr_bes=[visit("2016-03-04")]).events
    [known_at] = events.filter(pl.col("code") == "ICD10/DE119")["known_at"]
    assert known_at == moment(known_on)
    [seen_at] = events.filter(pl.col("code") == "CONTACT/outpatient")["known_at"]
    assert seen_at == moment("2016-03-05")


def test_an_admission_is_known_after_its_end_however_long_it_takes():
    [event] = lpr2([adm(patient_type="0", ended_on="2016-09-01")]).events.rows(named=True)
    assert event["known_at"] == moment("2016-09-02T00:00")


def test_each_visit_of_a_course_is_a_contact_and_known_the_day_after():
    visits = [visit("2016-03-04"), visit("2016-03-08"), visit("2016-03-10")]
    events = lpr2([adm(began_hour=9.0)], [diag()], lpr_bes=visits).events
    seen = events.filter(events["code"] == "CONTACT/outpatient").select("event_at", "known_at").rows()
    assert seen == [
        (moment("2016-03-04T09:00"), moment("2016-03-05T09:00")),
        (moment("2016-03-08T00:00"), moment("2016-03-09T00:00")),
        (moment("2016-03-10T00:00"), moment("2016-03-11T00:00")),
    ]
    assert diagnoses_of_events(events) == ["DE119"]


def test_a_course_none_of_whose_visits_counts_is_one_contact_itself():
    intake = lpr2([adm()], lpr_bes=[visit("2016-03-01"), visit("2016-03-12")])
    assert kinds(intake) == ["outpatient"]


def test_a_procedure_of_lpr2_is_known_the_day_after_and_with_its_contact_at_the_earliest():
    rows = [operation(), operation("KJGB00", done_on="2016-03-10", done_hour=8.0, done_minute=15.0)]
    events = lpr2([adm(patient_type="0")], lpr_sksopr=rows).events
    done = events.filter(events["code"].str.starts_with("SKS/")).select("code", "event_at", "known_at").rows()
    assert done == [
        ("SKS/KJFB30", moment("2016-03-05T00:00"), moment("2016-03-11T00:00")),
        ("SKS/KJGB00", moment("2016-03-10T08:15"), moment("2016-03-11T08:15")),
    ]


@pytest.mark.parametrize(
    ("row", "known_at"),
    [
        (procedure(), "2020-03-08T06:00"),  # with its contact
        (procedure(reported_at="2020-03-20T06:00"), "2020-03-20T06:00"),
        (procedure(reported_at="2020-03-01T06:00"), "2020-03-04T11:30"),  # not before it is over
        (procedure(contact_id=None, course_id=5), "2020-03-04T11:30"),
        (procedure(contact_id=None, course_id=5, ended_at=None), "2020-03-04T11:00"),
    ],
)
def test_a_procedure_of_lpr3_is_known_when_reported_or_else_with_its_contact_or_at_its_end(row, known_at):
    events = lpr3([kontakt(reported_at="2020-03-08T06:00")], lpr_a_procregistrering=[row]).events
    [event] = events.filter(events["code"] == "SKS/KJFB30").rows(named=True)
    assert event["event_at"] == moment("2020-03-04T11:00")
    assert event["known_at"] == moment(known_at)


@pytest.mark.parametrize(
    ("ended_at", "reported_at", "known_at"),
    [
        ("2020-03-04T12:00", "2020-03-08T06:00", "2020-03-08T06:00"),
        ("2020-03-04T12:00", None, "2020-03-04T12:00"),
        (None, "2020-03-08T06:00", "2020-03-08T06:00"),
        (None, None, "2020-04-03T10:00"),
        ("2020-03-04T12:00", "2020-03-01T06:00", "2020-03-04T12:00"),  # how long it lasted is known at its end
    ],
)
def test_a_contact_of_lpr3_is_known_when_it_was_reported_or_else_at_its_end(ended_at, reported_at, known_at):
    intake = lpr3([kontakt(ended_at=ended_at, reported_at=reported_at)], [diagnose()])
    assert set(intake.events["known_at"]) == {moment(known_at)}


# --- what kind of contact it is


@pytest.mark.parametrize(
    ("patient_type", "urgency", "began_on", "kind"),
    [
        ("0", "1", "2016-03-04", "inpatient"),
        ("1", "2", "2016-03-04", "outpatient"),
        ("2", "2", "2016-03-04", "outpatient"),
        ("3", "1", "2012-03-04", "emergency"),
        ("2", "1", "2013-12-31", "outpatient"),
        ("2", "1", "2014-01-01", "emergency"),  # from 2014 an emergency contact is an acute outpatient one
        ("2", None, "2016-03-04", "outpatient"),
    ],
)
def test_kinds_of_contact_in_lpr2(patient_type, urgency, began_on, kind):
    row = adm(patient_type=patient_type, urgency=urgency, began_on=began_on, ended_on=began_on)
    assert kinds(lpr2([row])) == [kind]


@pytest.mark.parametrize(
    ("contact_type", "priority", "hours", "kind"),
    [
        ("ALCA00", "ATA1", 2, "emergency"),
        ("ALCA00", "ATA1", 5.9, "emergency"),
        ("ALCA00", "ATA1", 6, "inpatient"),
        ("ALCA00", "ATA3", 6, "inpatient"),
        ("ALCA00", "ATA3", 1, "outpatient"),
        ("ALCA01", "ATA1", 9, "outpatient"),  # outside the house
        ("ALCA03", "ATA3", 9, "outpatient"),  # virtual
        ("ALCA00", "ATA1", None, "emergency"),  # not over: how long it takes is not known
        ("ALCA00", "ATA3", None, "outpatient"),
    ],
)
def test_kinds_of_contact_in_lpr3(contact_type, priority, hours, kind):
    minutes = None if hours is None else int(hours * 60)
    ended_at = None if hours is None else f"2020-03-04T{10 + minutes // 60}:{minutes % 60:02d}"
    row = kontakt(contact_type=contact_type, priority=priority, ended_at=ended_at)
    assert kinds(lpr3([row])) == [kind]


def test_how_long_an_admission_takes_is_a_setting():
    eight = dataclasses.replace(SETTINGS, admission_hours=8.0)
    assert kinds(lpr3([kontakt(ended_at="2020-03-04T17:59")], settings=eight)) == ["emergency"]


def test_a_contact_that_only_reports_a_diagnosis_is_no_contact_and_its_diagnosis_counts():
    intake = lpr3([kontakt(contact_type="ALCA20")], [diagnose()])
    assert kinds(intake) == []
    assert diagnoses_of(intake) == ["DE119"]


def test_a_contact_for_a_death_is_dropped_with_its_diagnosis():
    intake = lpr3([kontakt(contact_type="ALCA10")], [diagnose("DR991")])
    assert fates(intake, "lpr_a_kontakt") == {"contact for a death": 1}
    assert fates(intake, "lpr_a_diagnose") == {"diagnosis of a contact that was dropped": 1}


# --- which diagnoses count


@pytest.mark.parametrize(
    ("code", "kind", "fate"),
    [
        ("DE119", "A", "kept"),
        ("DE119", "B", "kept"),
        ("DE119", "H", "diagnosis type other than A or B"),  # referral
        ("DE119", "G", "diagnosis type other than A or B"),
        ("DE119", "M", "diagnosis type other than A or B"),
        ("DE119", "C", "diagnosis type other than A or B"),
        ("TUL1", "+", "additional code"),
        ("TUL1", "A", "code that is no ICD-10 code"),  # an additional code as main diagnosis
        ("DE119", "Q", "unknown type of diagnosis"),
        ("DE119", None, "unknown type of diagnosis"),
        (None, "A", "no code"),
        ("E119", "A", "code that is no ICD-10 code"),  # without the D
        ("25000", "A", "code that is no ICD-10 code"),  # ICD-8
        ("DZ763", "A", "administrative code"),
    ],
)
def test_each_diagnosis_has_one_fate_in_both_registers(code, kind, fate):
    assert fates(lpr2([adm()], [diag(code, kind)]), "lpr_diag") == {fate: 1}
    assert fates(lpr3([kontakt()], [diagnose(code, kind)]), "lpr_a_diagnose") == {fate: 1}


@pytest.mark.parametrize(("answer", "counts"), [("Ja", False), ("ja", False), ("Nej", True), (None, True)])
def test_a_retracted_diagnosis_is_dropped_and_a_missing_answer_is_no_retraction(answer, counts):
    intake = lpr3([kontakt()], [diagnose(retracted=answer)])
    assert fates(intake, "lpr_a_diagnose") == ({"kept": 1} if counts else {"diagnosis retracted later": 1})


def test_a_diagnosis_counts_once_per_contact_and_its_retraction_holds_for_all_its_rows_and_for_no_other():
    rows = [
        diagnose(retracted="ja"), diagnose(), diagnose(retracted="Nej"), diagnose(kind="B"), diagnose(kind="B"),
        diagnose("DI109", "B"), diagnose(contact_id=22),
    ]  # fmt: skip
    for order in (rows, rows[::-1]):
        assert fates(lpr3([kontakt(), kontakt(contact_id=22)], order), "lpr_a_diagnose") == {
            "kept": 3, "diagnosis retracted later": 3, "diagnosis repeated on its contact": 1,
        }  # fmt: skip


def test_diagnoses_share_the_fate_of_their_contact():
    late = {"began_on": "2019-06-01", "ended_on": None}
    contacts = [adm(), adm(contact_id=12, began_on="2016-03-11"), adm(contact_id=13, **late)]
    intake = lpr2(contacts, [diag(contact_id=number) for number in (11, 12, 13, 14)])
    assert fates(intake, "lpr_adm") == {
        "kept": 1, "end before start": 1, "reported to LPR2 after the region changed to LPR3": 1,
    }  # fmt: skip
    assert fates(intake, "lpr_diag") == {
        "kept": 1, "diagnosis of a contact in quarantine": 1, "diagnosis of a contact that was dropped": 2,
    }  # fmt: skip


# --- the two registers together


def test_rows_of_older_systems_inside_lpr3_are_the_same_contacts_again():
    intake = lpr3(
        [kontakt(), kontakt(contact_id=22, began_at="2018-03-04T10:00", ended_at="2018-03-04T12:00", system="LPR2"),
         kontakt(contact_id=23, system="MINIPAS")],
        [diagnose(), diagnose(contact_id=22, system="LPR2"), diagnose(contact_id=23, system="MINIPAS")],
    )  # fmt: skip
    assert fates(intake, "lpr_a_kontakt") == {"kept": 1, "row of an older reporting system": 2}
    assert fates(intake, "lpr_a_diagnose") == {"kept": 1, "row of an older reporting system": 2}


def test_where_lpr2_stops_early_the_older_rows_of_lpr3_fill_the_gap():
    settings = dataclasses.replace(SETTINGS, lpr2_delivered_to=day("2018-12-31"))
    old = {"system": "LPR2", "contact_type": "ALCA00"}
    intake = lpr3(
        [kontakt(began_at="2018-12-31T10:00", ended_at="2018-12-31T12:00", **old),
         kontakt(contact_id=22, began_at="2019-01-01T10:00", ended_at="2019-01-01T12:00", **old)],
        [diagnose(system="LPR2"), diagnose(contact_id=22, system="LPR2")],
        settings,
    )  # fmt: skip
    assert fates(intake, "lpr_a_kontakt") == {"kept": 1, "row of an older reporting system": 1}
    assert fates(intake, "lpr_a_diagnose") == {"kept": 1, "diagnosis of a contact that was dropped": 1}


@pytest.mark.parametrize(
    ("hospital", "began_on", "counts"),
    [
        ("1301", "2019-02-01", True),  # region 84 changed on 2 February 2019
        ("1301", "2019-02-02", False),
        ("8001", "2019-03-01", True),  # region 81 changed on 2 March
        ("8001", "2019-03-02", False),
        ("9999", "2019-03-01", True),  # a hospital on no list may belong to any region
        (None, "2019-03-02", False),
    ],
)
def test_each_region_changes_from_lpr2_to_lpr3_on_its_own_day(hospital, began_on, counts):
    intake = lpr2([adm(hospital=hospital, began_on=began_on, ended_on=None)])
    assert (kinds(intake) != []) is counts


def test_of_two_versions_of_a_contact_the_finished_one_is_kept():
    for order in ([None, "2016-03-10"], ["2016-03-10", None]):
        intake = lpr2([adm(ended_on=ended_on) for ended_on in order], [diag()])
        assert fates(intake, "lpr_adm") == {"kept": 1, "older version of a contact": 1}
        assert intake.events.height == 2
        assert set(intake.events["end_at"]) == {moment("2016-03-10T00:00")}


def test_an_unfinished_contact_of_one_delivery_is_an_older_version_of_the_finished_one_of_the_next():
    intake = lpr2([adm()], [diag()], uaf_adm=[adm(ended_on=None)], uaf_diag=[diag()])
    assert fates(intake, "uaf_adm") == {"older version of a contact": 1}
    assert fates(intake, "lpr_adm") == {"kept": 1}
    assert fates(intake, "uaf_diag") == {"diagnosis repeated on its contact": 1}
    assert diagnoses_of(intake) == ["DE119"]


def test_a_contact_key_of_two_persons_gives_the_contacts_of_both():
    intake = lpr2([adm(), adm(person_id=2, ended_on="2016-05-10")])
    assert fates(intake, "lpr_adm") == {"kept": 2}
    assert sorted(intake.events["person_id"]) == [1, 2]


def test_an_impossible_version_of_a_contact_does_not_displace_the_possible_one():
    intake = lpr2([adm(), adm(ended_on="2099-12-31")], [diag()])
    assert fates(intake, "lpr_adm") == {"kept": 1, "end after the data lock": 1}
    assert fates(intake, "lpr_diag") == {"kept": 1}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (adm(began_on=None), "no date"),
        (adm(began_on="1899-12-30"), "date before birth"),
        (adm(began_on="2099-12-31", ended_on=None), "date after the data lock"),
        (adm(ended_on="2016-03-03"), "end before start"),
        (adm(patient_type="7"), "unknown kind of contact"),
        (adm(person_id=9), "person not in the population register"),
    ],
)
def test_a_contact_of_lpr2_that_cannot_be_right_is_quarantined(row, reason):
    intake = lpr2([row])
    assert fates(intake, "lpr_adm") == {reason: 1}
    assert intake.quarantined["lpr_adm"].columns == [*table("lpr_adm").columns, "reason"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (kontakt(began_at=None), "no date"),
        (kontakt(ended_at="2020-03-04T09:00"), "end before start"),
        (kontakt(ended_at="2099-07-01T00:00"), "end after the data lock"),
        (kontakt(contact_type="ALCA99"), "unknown kind of contact"),
        (kontakt(contact_type=None), "unknown kind of contact"),
        (kontakt(system="LPR4"), "unknown reporting system"),
        (kontakt(system=None), "unknown reporting system"),
    ],
)
def test_a_contact_of_lpr3_that_cannot_be_right_is_quarantined(row, reason):
    assert fates(lpr3([row]), "lpr_a_kontakt") == {reason: 1}


def test_a_contact_that_ends_after_the_data_lock_is_kept_as_not_over_with_its_diagnoses():
    late = lpr3([kontakt(began_at="2025-06-29T10:00", ended_at="2025-07-04T10:00")], [diagnose()])
    assert [fates(late, name) for name in ("lpr_a_kontakt", "lpr_a_diagnose")] == [{"kept": 1}] * 2
    assert late.events["end_at"].to_list() == [None, None]
    assert kinds(late) == ["emergency"]
    tables = {"lpr_adm": table("lpr_adm", adm(ended_on="2016-09-01")), "lpr_diag": table("lpr_diag", diag()),
              "lpr_bes": table("lpr_bes", visit("2016-07-01"), visit("2019-07-01"))}  # fmt: skip
    early = intake_bucket({"bef": RESIDENTS} | tables, SETTINGS, delivery="test", data_lock_on=dt.date(2016, 6, 30))
    assert [fates(early, name) for name in ("lpr_adm", "lpr_diag")] == [{"kept": 1}] * 2
    assert fates(early, "lpr_bes") == {"after the data lock": 1, "visit after the region changed to LPR3": 1}
    assert early.events["end_at"].to_list() == [None, None]


def test_the_former_shape_of_lpr3_gives_the_same_events():
    current = lpr3([kontakt()], [diagnose()])
    former = take_in(
        kontakter=table("kontakter", {
            "person_id": 1, "contact_id": 21, "began_on": "2020-03-04", "began_time": "10:00", "ended_on": "2020-03-04",
            "ended_time": "12:00", "contact_type": "ALCA00", "priority": "ATA1", "system": "LPR3"}),
        diagnoser=table("diagnoser", diagnose()),
    )  # fmt: skip
    assert former.events.equals(current.events)
    assert fates(former, "kontakter") == {"kept": 1}
