"""Each family on a history that one can read."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from tests.unit.features.small_tables import COLUMNS, DAY, INDEX, build, frame_events

from evidens.events import BucketEvents
from evidens.features import FeatureSettings
from evidens.features.families import (
    AnyFamily,
    CharlsonFamily,
    CountFamily,
    DoseFamily,
    NewFamily,
    RecencyFamily,
    UtilisationFamily,
    ValueFamily,
)
from evidens.features.families.charlson import load_charlson, load_weights

HOUR = dt.timedelta(hours=1)


def one(family: AnyFamily, *rows: tuple) -> dict:
    """Return the features of one person by name."""
    found = build(frame_events(*rows), settings=FeatureSettings((family,)))[0]
    return {name: value for name, value in found.items() if name not in ("person_id", "index_at")}


def diagnoses(*codes: str) -> list[tuple]:
    return [(INDEX - DAY, f"ICD10/{code}", None) for code in codes]


def test_a_trend_is_the_slope_of_the_line_through_the_values() -> None:
    rising = [(INDEX - days * DAY, "NPU/NPU27300", 50 - days / 365) for days in (10, 400, 1000)]
    found = one(ValueFamily(("hba1c",), {"slope": ("1825d",)}), *rising)
    assert found["hba1c_slope_1825d"] == pytest.approx(1, abs=1e-3)  # values count in thousandths


def test_a_trend_that_whole_numbers_cannot_hold_is_not_known() -> None:
    rising = [(INDEX - days * DAY, "NPU/NPU27300", 3.9e9 - 2e6 * days) for days in range(1, 1800, 2)]
    found = one(ValueFamily(("hba1c",), {"slope": ("1825d",), "n": ("1825d",)}), *rising)
    assert found == {"hba1c_slope_1825d": None, "hba1c_n_1825d": 900}


def test_one_day_has_no_trend() -> None:
    same_day = [(INDEX - 5 * DAY - h * HOUR, "NPU/NPU27300", 50.0 + h) for h in range(3)]
    family = ValueFamily(("hba1c",), {"slope": ("1825d",), "n": ("1825d",), "is_missing": ("90d", "365-90d")})
    assert one(family, *same_day) == {
        "hba1c_slope_1825d": None, "hba1c_n_1825d": 3, "hba1c_is_missing_90d": 0, "hba1c_is_missing_365-90d": 1,
    }  # fmt: skip


def test_the_latest_of_a_window_before_the_last_is_that_window_s_own() -> None:
    rows = [(INDEX - days * DAY, "NPU/NPU27300", value) for days, value in ((20, 60.0), (100, 50.0), (500, 40.0))]
    found = one(ValueFamily(("hba1c",), {"latest": ("90d", "365-90d", "1825-365d")}), *rows)
    assert list(found.values()) == [60, 50, 40]


def test_values_too_large_for_a_result_are_none() -> None:
    family = ValueFamily(("hba1c",), {"max": ("90d",), "n": ("90d",)})
    found = one(family, (INDEX - DAY, "NPU/NPU27300", 1e12), (INDEX - DAY, "NPU/NPU27300", 44.0))
    assert found == {"hba1c_n_90d": 1, "hba1c_max_90d": 44}


def test_dispensings_add_up_to_a_dose() -> None:
    rows = [(INDEX - days * DAY, "ATC/C10AA05", 98.5) for days in (10, 100)]
    found = one(DoseFamily(("ATC/C10AA",), ("90d", "365d", "1825-365d")), *rows)
    assert list(found.values()) == [98.5, 197, 0]


def test_days_since_the_first_and_the_last() -> None:
    rows = [(INDEX - days * DAY, "ATC/C10AA05", None) for days in (10, 100, 700)]
    found = one(RecencyFamily(last={"ATC": ("365d",)}, first={"ATC": ("365d", "ever")}), *rows)
    assert list(found.values()) == [10, 100, 700]
    assert set(one(RecencyFamily(last={"ATC": ("365d",)}, first={"ATC": ("ever",)})).values()) == {None}


@pytest.mark.parametrize(("days", "expected"), [((10,), 1), ((10, 100), 1), ((10, 700), 0), ((700,), 0), ((), 0)])
def test_a_drug_is_new_when_it_was_never_dispensed_before_the_window(days: tuple, expected: int) -> None:
    rows = [(INDEX - d * DAY, "ATC/C10AA05", None) for d in days]
    assert one(NewFamily(("GROUP/statins",), ("365d",)), *rows) == {"is_new_GROUP/statins_365d": expected}


def test_the_first_dispensing_counts_however_old_it_is() -> None:
    old = (dt.datetime(1978, 1, 1), "ATC/C10AA05", None)  # noqa: DTZ001
    assert one(NewFamily(("GROUP/statins",), ("ever",)), old)["is_new_GROUP/statins_ever"] == 1
    assert one(CountFamily(("ATC",), ("ever", "1825d")), old) == {"count_ATC_ever": 1, "count_ATC_1825d": 0}


def stay(begin: dt.datetime, end: dt.datetime | None, kind: str = "inpatient") -> tuple:
    return (1, begin, begin, f"CONTACT/{kind}", None, end)


@pytest.mark.parametrize(
    ("stays", "contacts", "days"),
    [
        ([stay(INDEX - 10 * DAY, INDEX - 7 * DAY)], 1, 3),
        ([stay(INDEX - 10 * DAY, INDEX - 10 * DAY + 12 * HOUR)], 1, 0.5),
        ([stay(INDEX - 10 * DAY, INDEX + 30 * DAY)], 1, 10),  # the end lies in the future
        ([stay(INDEX - 10 * DAY, None)], 1, 10),  # and so may an end that is not there
        ([stay(INDEX - 10 * DAY, INDEX - 9 * DAY, "outpatient")], 1, 0),
        ([stay(INDEX - 400 * DAY, INDEX - 5 * DAY)], 0, 0),  # began before the window
        ([stay(INDEX - 10 * DAY, INDEX - 7 * DAY), stay(INDEX - 5 * DAY, INDEX - 4 * DAY)], 2, 4),
    ],
)
def test_days_in_hospital_end_with_the_stay_or_at_the_index(stays: list, contacts: int, days: float) -> None:
    events = pl.DataFrame(stays, orient="row", schema=COLUMNS)
    found = build(BucketEvents.of(events), settings=FeatureSettings((UtilisationFamily(("365d",)),)))[0]
    assert (found["hospital_contacts_365d"], found["hospital_days_365d"]) == (contacts, days)


@pytest.mark.parametrize(
    ("codes", "charlson", "quan"),
    [
        ((), 0, 0),
        (("DI219",), 1, 0),
        (("DI219", "DI229"), 1, 0),  # one condition, two codes
        (("DI500", "DJ449"), 2, 3),
        (("DK703",), 1, 2),
        (("DK703", "DK704"), 3, 4),  # a mild form does not count beside the severe one
        (("DE109", "DE105"), 2, 1),
        (("DC189",), 2, 2),
        (("DC189", "DC780"), 6, 6),
        (("DC189", "DC910", "DC859"), 6, 2),  # any malignancy counts once under the updated weights
        (("DC910", "DC780"), 8, 6),
        (("DI10", "DZ511"), 0, 0),
    ],
)
def test_the_comorbidity_score_adds_weights_of_conditions(codes: tuple, charlson: int, quan: int) -> None:
    assert one(CharlsonFamily(("1825d",)), *diagnoses(*codes)) == {"charlson_1825d": charlson}
    assert one(CharlsonFamily(("1825d",), "quan"), *diagnoses(*codes)) == {"charlson_quan_1825d": quan}


def test_all_nineteen_conditions_have_codes_and_weights() -> None:
    assert len(load_charlson().groups) == 19
    for version, most in (("charlson", 6), ("quan", 6)):
        weights = load_weights(version)
        assert {name for name, *_ in weights} == set(load_charlson().groups)
        assert {other for *_, others in weights for other in others} <= set(load_charlson().groups)
        assert max(weight for _, weight, _ in weights) == most


def test_sums_do_not_depend_on_order() -> None:
    values = np.random.default_rng(5).lognormal(3, 2, 50)
    rows = [(INDEX - (n + 1) * DAY, "NPU/NPU02319", float(v)) for n, v in enumerate(values)]
    family = ValueFamily(("haemoglobin",), {"mean": ("1825d",), "slope": ("1825d",)})
    settings = FeatureSettings((family,))
    frames = [frame_events(row) for row in rows]
    whole = build(pl.concat(frames), settings=settings)
    assert build(BucketEvents(frames=tuple(frames)), settings=settings) == whole
    assert build(BucketEvents(frames=tuple(reversed(frames))), settings=settings) == whole
