"""Features against a naive reference, and the boundary cases one by one."""

import numpy as np
import polars as pl
import pytest
from tests.unit.features.small_tables import (
    DAY,
    HIDDEN,
    INDEX,
    MEMBER,
    SETTINGS,
    US,
    build,
    frame_events,
    frame_members,
)

from evidens.events import BucketEvents
from evidens.features import FeatureSettings, Vocabulary, build_features, make_vocabulary
from evidens.features.families import CodeFamily, PersonFamily


def build_one(*rows: tuple) -> dict:
    return build(frame_events(*rows))[0]


@pytest.mark.parametrize(
    ("event_at", "n_90", "n_365", "n_1825"),
    [
        # a window is closed at its beginning and open at the index
        (INDEX - US, 1, 1, 1),
        (INDEX, None, None, None),
        (INDEX + US, None, None, None),
        (INDEX - 90 * DAY, 1, 1, 1),
        (INDEX - 90 * DAY - US, None, 1, 1),
        (INDEX - 365 * DAY, None, 1, 1),
        (INDEX - 365 * DAY - US, None, None, 1),
        (INDEX - 1825 * DAY, None, None, 1),
        (INDEX - 1825 * DAY - US, None, None, None),
    ],
)
def test_an_event_on_a_boundary_lies_where_the_half_open_window_says(event_at, n_90, n_365, n_1825) -> None:
    found = build_one((event_at, "ATC/C10AA01", None))
    assert [found.get(f"n_ATC/C10AA_{days}d") for days in (90, 365, 1825)] == [n_90, n_365, n_1825]


def test_a_sample_answered_after_the_index_is_not_visible() -> None:
    found = build_one((INDEX - 2 * DAY, "NPU/NPU27300", 40.0), (INDEX - DAY, "NPU/NPU27300", 99.0, INDEX))
    assert found["hba1c_latest_1825d"] == 40.0
    assert found["n_NPU/NPU27300_90d"] == 1


def test_a_sample_answered_a_microsecond_before_the_index_is_visible() -> None:
    assert build_one((INDEX - DAY, "NPU/NPU27300", 99.0, INDEX - US))["hba1c_latest_1825d"] == 99.0


def test_of_values_at_the_same_latest_moment_the_largest_is_the_latest() -> None:
    at = INDEX - 3 * DAY
    found = build_one((at, "NPU/NPU27300", 41.0), (at, "NPU/NPU27300", 44.0), (at - US, "NPU/NPU27300", 90.0))
    assert (found["hba1c_latest_1825d"], found["hba1c_days_since_1825d"]) == (44.0, 3.0)


def test_the_latest_value_leaves_a_short_window_when_it_is_older() -> None:
    found = build_one((INDEX - 100 * DAY, "NPU/NPU27300", 41.0))
    assert (found["hba1c_latest_90d"], found["hba1c_latest_1825d"]) == (None, 41.0)


def test_a_result_in_words_is_counted_but_has_no_value() -> None:
    found = build_one((INDEX - DAY, "NPU/NPU27300", None))
    assert found["n_NPU/NPU27300_90d"] == 1
    assert found["hba1c_latest_1825d"] is found["hba1c_mean_1825d"] is None


def test_two_codes_of_one_analyte_are_brought_to_one_unit() -> None:
    # 6.5 % is 48 mmol/mol: (6.5 - 2.152) / 0.09148 = 47.53, which laboratories round up
    found = build_one((INDEX - DAY, "NPU/NPU03835", 6.5))
    assert found["hba1c_latest_1825d"] == pytest.approx(47.53, abs=0.005)


def test_the_mean_is_the_sum_of_thousandths_divided_once() -> None:
    found = build_one(*((INDEX - (d + 1) * DAY, "NPU/NPU02319", v) for d, v in enumerate((8.1, 8.2, 8.4))))
    assert found["haemoglobin_mean_90d"] == np.float32(24700 / 3 / 1000)


def test_midnight_of_the_day_before_is_one_day_ago() -> None:
    assert build_one((INDEX - DAY, "CONTACT/inpatient", None))["days_since_CONTACT_1825d"] == 1.0
    assert build_one((INDEX - US, "CONTACT/inpatient", None))["days_since_CONTACT_1825d"] == 0.0


def test_codes_that_give_the_outcome_away_are_seen_by_no_family() -> None:
    hidden = build_one((INDEX - DAY, "ATC/A10BA02", None), (INDEX - DAY, "ICD10/DE119", None))
    assert hidden == build_one()


def test_a_person_without_events_has_a_row_of_nothing_measured() -> None:
    found = build_one()
    assert (found["age"], found["is_female"], found["n_distinct_ATC_365d"]) == (60.0, 1.0, 0.0)
    assert found["days_since_ATC_1825d"] is found["haemoglobin_min_365d"] is None


def test_events_of_people_who_are_not_asked_for_are_passed_over() -> None:
    others = frame_events((INDEX - DAY, "ATC/C10AA01", None)).with_columns(person_id=pl.lit(7, pl.Int64))
    assert build(others) == build(frame_events())


def test_nobody_gives_no_rows_and_all_columns() -> None:
    nobody = frame_members()
    features = build_features(
        nobody, BucketEvents(), settings=SETTINGS, vocabulary=make_vocabulary([], SETTINGS), excluded=HIDDEN
    )
    assert (features.dense.height, features.counts.height) == (0, 0)
    assert tuple(features.dense.columns[2:]) == SETTINGS.dense_names


def test_different_codes_are_counted_once_at_their_coarsest_level() -> None:
    events = (
        (INDEX - n * DAY, code, None) for n, code in enumerate(("ATC/C10AA01", "ATC/C10AA05", "ATC/B03AA07"), start=1)
    )
    assert build_one(*events)["n_distinct_ATC_365d"] == 2.0


def test_a_code_counts_for_itself_and_for_its_group() -> None:
    found = build_one((INDEX - DAY, "ATC/C10AA01", None), (INDEX - DAY, "ATC/C10AA05", None))
    assert [found[f"n_{token}_90d"] for token in ("ATC/C10AA", "ATC/C10AA01", "GROUP/statins")] == [2, 1, 2]


def test_origin_is_a_predictor_only_when_a_study_says_so() -> None:
    named = FeatureSettings((PersonFamily(("age", "origin")), CodeFamily({"ATC": (5,)}, ("365d",))))
    member = frame_members({**MEMBER, "origin": "non_western"})
    assert not [name for name in build(frame_events())[0] if "origin" in name]
    found = build(frame_events(), member, named)[0]
    assert [found[f"is_origin_{level}"] for level in ("western", "non_western", "unknown")] == [0.0, 1.0, 0.0]


def test_dense_names_are_those_that_are_built() -> None:
    assert [name for name in build_one() if name not in ("person_id", "index_at")] == list(SETTINGS.dense_names)


def test_a_vocabulary_of_another_cohort_gives_its_columns_in_its_order() -> None:
    events = frame_events((INDEX - DAY, "ATC/C10AA01", None), (INDEX - DAY, "CONTACT/inpatient", None))
    table = pl.DataFrame(
        {
            "column": [0, 1],
            "name": ["n_ATC/X01AA_365d", "n_CONTACT/inpatient_365d"],
            "code": ["ATC/X01AA", "CONTACT/inpatient"],
            "window": ["365d", "365d"],
            "n_people": [9, 9],
        },
        schema_overrides={"column": pl.Int32},
    )
    features = build_features(
        frame_members(MEMBER), BucketEvents.of(events), settings=SETTINGS, vocabulary=Vocabulary(table), excluded=HIDDEN
    )
    assert features.counts.rows() == [(1, INDEX, 1, 1.0)]
