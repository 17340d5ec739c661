"""Admissions: contacts that follow each other closely are one, whatever the order of rows."""

import polars as pl
import pytest
from tests.unit.cohort.histories import events

from evidens.phenotypes import AdmissionSettings, find_admissions

ANY = AdmissionSettings(urgency="any", somatic_only=False, min_hours=0)


def stay(at: str, end: str | None, text: str | None = "acute", **more) -> dict:
    return {"at": f"2021-03-{at}", "code": "CONTACT/inpatient", "text": text,
            **({"end": f"2021-03-{end}"} if end else {}), **more}  # fmt: skip


def found(*rows: dict, settings: AdmissionSettings = ANY) -> list[tuple[str, str | None]]:
    """Days and hours of admission and discharge."""
    stays = find_admissions(events(*rows), settings).select("admitted_at", "discharged_at")
    return [(a.strftime("%dT%H:%M"), d.strftime("%dT%H:%M") if d else None) for a, d in stays.rows()]


@pytest.mark.parametrize(
    ("second", "text", "is_one"),
    [
        ("02T13:59", "acute", True),  # within four hours: moved
        ("02T14:00", "acute", False),  # four hours: back again
        ("02T14:00", "planned", True),
        ("02T14:00", None, True),
        ("02T22:00", "planned", True),  # twelve hours
        ("02T22:01", "planned", False),
        ("02T09:00", "acute", True),  # before the other ended
    ],
)
def test_what_follows_closely_is_a_transfer(second: str, text: str | None, *, is_one: bool) -> None:
    rows = [stay("01T10:00", "02T10:00"), stay(second, "05T10:00", text)]
    apart = [("01T10:00", "02T10:00"), (second, "05T10:00")]
    expected = [("01T10:00", "05T10:00")] if is_one else apart
    assert found(*rows) == found(*reversed(rows)) == expected


def test_a_short_stay_inside_a_long_one_does_not_end_it() -> None:
    assert found(stay("01T10:00", "09T10:00"), stay("02T10:00", "03T10:00"), stay("09T12:00", "10T10:00")) == [
        ("01T10:00", "10T10:00")
    ]


def test_the_stays_of_two_people_are_never_one() -> None:
    assert len(found(stay("01T10:00", "02T10:00"), stay("02T11:00", "03T10:00", person=2))) == 2


def test_a_contact_that_goes_on_keeps_its_admission_open_and_swallows_no_later_one() -> None:
    assert found(stay("01T10:00", None), stay("05T10:00", "06T10:00")) == [
        ("01T10:00", None), ("05T10:00", "06T10:00")]  # fmt: skip
    assert found(stay("01T10:00", "02T10:00"), stay("02T12:00", None)) == [("01T10:00", None)]


def test_a_register_of_days_ends_a_stay_with_the_day() -> None:
    one_day = stay("01T10:00", "01T10:00", register="lpr2")
    two_days = stay("10T10:00", "11T00:00", register="lpr2")
    assert found(one_day, two_days) == [("01T10:00", "02T00:00"), ("10T10:00", "12T00:00")]
    assert found(one_day, settings=AdmissionSettings(day_registers=(), urgency="any", min_hours=6)) == []


def test_what_is_wanted_is_chosen_after_transfers_are_merged() -> None:
    acute_then_planned = [stay("01T10:00", "01T13:00"), stay("01T14:00", "03T10:00", "planned")]
    assert found(*acute_then_planned, settings=AdmissionSettings()) == [("01T10:00", "03T10:00")]
    planned_then_acute = [stay("01T10:00", "01T13:00", "planned"), stay("01T14:00", "03T10:00")]
    assert found(*planned_then_acute, settings=AdmissionSettings()) == []
    assert found(stay("01T10:00", "01T15:59"), settings=AdmissionSettings()) == []
    assert found(stay("01T10:00", "01T16:00"), settings=AdmissionSettings()) == [("01T10:00", "01T16:00")]
    assert found(stay("01T10:00", "03T10:00", None), settings=AdmissionSettings()) == []


def test_one_psychiatric_main_diagnosis_makes_an_admission_psychiatric() -> None:
    rows = [stay("01T10:00", "02T10:00"), stay("02T11:00", "03T10:00")]
    main = {"at": "2021-03-02T11:00", "code": "ICD10/DF329", "text": "A"}
    assert found(*rows, main, settings=AdmissionSettings()) == []
    for other in ({"text": "B"}, {"code": "ICD10/DG409"}, {"at": "2021-03-02T11:01"}, {"person": 2}):
        assert len(found(*rows, main | other, settings=AdmissionSettings())) == 1


def test_no_contacts_are_no_admissions() -> None:
    assert find_admissions(events(), AdmissionSettings()).schema["discharged_at"] == pl.Datetime("us")
    assert found({"at": "2021-03-01", "code": "CONTACT/emergency", "text": None}) == []
