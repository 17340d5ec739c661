import polars as pl
import pytest
from tests.unit.registers.rows import fates, moment, table, take_in

from evidens.contracts import check_table
from evidens.events import Event


def result(value="41", **columns):
    usual = {"person_id": 1, "sampled_on": "2018-03-04", "code": "NPU27300", "unit": "mmol/mol", "laboratory": "84101"}
    return usual | {"value": value} | columns


def lab(*results):
    intake = take_in(lab_dm_forsker=table("lab_dm_forsker", *results))
    check_table(intake.events, Event, place="events")
    return intake


def test_a_result_is_an_event_that_is_known_a_day_after_the_sample():
    [event] = lab(result(sampled_time="08:30:00")).events.rows(named=True)
    assert event == {
        "person_id": 1, "event_at": moment("2018-03-04T08:30"), "known_at": moment("2018-03-05T08:30"), "end_at": None,
        "code": "NPU/NPU27300", "value": 41.0, "operator": None, "unit": "mmol/mol", "text": None, "register": "lab",
        "delivery": "test",
    }  # fmt: skip


def test_without_a_time_of_day_it_is_midnight():
    assert lab(result()).events["event_at"].to_list() == [moment("2018-03-04T00:00")]


@pytest.mark.parametrize(
    ("text", "operator", "value", "sign"),
    [
        ("41,5", None, 41.5, None),  # decimal comma
        ("41.5", None, 41.5, None),
        ("0041", None, 41.0, None),
        (" 41 ", "", 41.0, None),
        ("41", "<", 41.0, "<"),  # the operator has a column of its own
        ("<41", None, 41.0, "<"),  # or stands before the digits
        ("> 90,0", None, 90.0, ">"),
        (">=90", None, 90.0, ">"),
        ("<41", "<", 41.0, "<"),
        ("=41", "=", 41.0, None),
    ],
)
def test_numbers_are_read_with_their_operator_wherever_it_stands(text, operator, value, sign):
    [event] = lab(result(text, operator=operator)).events.rows(named=True)
    assert (event["value"], event["operator"]) == (value, sign)


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("POSITIV", "positive"),
        ("Ikke påvist", "not detected"),
        ("IKKE  PÅVIST", "not detected"),
        ("ingen vækst", "no growth"),
    ],
)
def test_words_that_are_known_become_text_without_value_and_unit(word, meaning):
    [event] = lab(result(word, code="DNK35312", unit=None)).events.rows(named=True)
    assert [event[c] for c in ("text", "value", "operator", "unit")] == [meaning, None, None, None]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (result(None), "no value"),
        (result("Se kommentar"), "value neither a number nor a known word"),
        (result("1.234,5"), "value neither a number nor a known word"),  # which sign is the decimal one?
        (result("41", operator="ca"), "unknown operator"),
        (result("<41", operator=">"), "operator contradicts the value"),
        (result(code=None), "no code"),
        (result(code="AAB00123"), "code that is no NPU or DNK code"),
        (result(unit=None), "no unit"),
        (result(unit="%"), "unit that is not one of the code's"),
        (result("4100"), "value outside the plausible range"),
        (result("6,1", unit="mmol/mol"), "value outside the plausible range"),  # HbA1c in %, unit of the new scale
        (result(sampled_on=None), "no date"),
        (result(sampled_on="1899-12-30"), "date before birth"),
        (result(sampled_on="2099-12-31"), "date after the data lock"),
        (result(person_id=9), "person not in the population register"),
    ],
)
def test_a_row_that_cannot_be_right_is_quarantined_with_its_reason(row, reason):
    intake = lab(result(), row)
    assert fates(intake, "lab_dm_forsker") == {"kept": 1, reason: 1}
    quarantined = intake.quarantined["lab_dm_forsker"]
    assert quarantined["reason"].to_list() == [reason]
    assert quarantined.columns == [*table("lab_dm_forsker").columns, "reason"]


def test_cancelled_analyses_are_dropped_and_are_no_error():
    assert fates(lab(result(), result("Aflyst")), "lab_dm_forsker") == {"kept": 1, "cancelled analysis": 1}


@pytest.mark.parametrize("unit", ["10^9/L", "10*9/l", "x 10^9/L", "E9/L"])
def test_spellings_of_one_unit_are_one_unit(unit):
    assert lab(result("250", code="NPU03568", unit=unit)).events["unit"].to_list() == ["10^9/L"]


def test_a_unit_of_a_code_without_expectations_passes_as_it_is():
    assert lab(result("7", code="NPU99999", unit="kIU/L")).events.select("value", "unit").rows() == [(7.0, "kIU/L")]


def test_two_codes_of_one_substance_keep_their_own_units():
    events = lab(result("6,5", code="NPU03835", unit="%"), result("48")).events
    assert events.select("code", "value", "unit").rows() == [
        ("NPU/NPU03835", 6.5, "%"), ("NPU/NPU27300", 48.0, "mmol/mol"),
    ]  # fmt: skip


def test_a_row_that_came_in_two_files_counts_once_and_two_laboratories_stay_two():
    intake = lab(result(), result(), result(laboratory="84102"))
    assert fates(intake, "lab_dm_forsker") == {"kept": 2, "row delivered twice": 1}


def test_a_sample_soon_after_death_is_believed_and_a_late_one_is_not():
    died = table("dod", {"person_id": 1, "died_on": "2018-03-04"})
    rows = table("lab_dm_forsker", *(result(sampled_on=f"2018-{on}") for on in ("03-04", "04-03", "04-04")))
    intake = take_in(dod=died, lab_dm_forsker=rows)
    assert fates(intake, "lab_dm_forsker") == {"kept": 2, "date after death": 1}


def test_the_result_does_not_depend_on_the_order_of_rows():
    rows = [result(str(value), person_id=person) for person in (2, 1) for value in (41, 39, 40)]
    assert lab(*rows).events.equals(lab(*reversed(rows)).events)
    assert lab(*rows).events["value"].to_list() == [39.0, 40.0, 41.0] * 2


def test_all_expected_units_belong_to_codes_and_have_possible_ranges():
    from evidens.codes import NPU
    from evidens.registers.lab.results import _expected_units

    expected = _expected_units()
    assert expected.select(NPU.is_valid(pl.col("code")).all()).item()
    assert expected.select((pl.col("_low") < pl.col("_high")).all()).item()
