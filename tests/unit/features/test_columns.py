"""The kernel's own two forms: one array per feature, and one row per thing that a person has."""

import numpy as np
import polars as pl
import pytest
from tests.unit.features.small_tables import DAY, HIDDEN, INDEX, MEMBER, frame_events, frame_members

from evidens.events import BucketEvents
from evidens.features import FeatureSettings, Index, build_columns, build_features, build_long, make_vocabulary
from evidens.features.families import CountFamily, PersonFamily, ValueFamily

WINDOWS = ("90d", "365d")
SETTINGS = FeatureSettings(
    (
        CountFamily(("NPU/NPU27300", "ATC"), WINDOWS),
        ValueFamily(("NPU/NPU27300",), dict.fromkeys(("latest", "mean"), WINDOWS)),
    )
)
DATES = [(person, at) for person in (1, 2) for at in (INDEX, INDEX + 90 * DAY)]
PEOPLE = frame_members(*({**MEMBER, "person_id": person, "index_at": at} for person, at in DATES))
EVENTS = BucketEvents.of(
    frame_events(
        (INDEX - DAY, "NPU/NPU27300", 40.0), (INDEX - 100 * DAY, "NPU/NPU27300", 50.0), (INDEX, "ATC/C10AA01", None)
    )
)


def test_long_rows_are_the_windows_that_have_anything() -> None:
    found = build_long(Index.of(PEOPLE), EVENTS, SETTINGS)
    rows = zip(
        found.row, np.array(found.subjects)[found.subject], np.array(found.windows)[found.window],
        found.columns["count"], found.columns["latest"], found.columns["mean"], strict=True,
    )  # fmt: skip
    nothing = pytest.approx(np.nan, nan_ok=True)
    assert sorted(rows) == [
        (0, "NPU/NPU27300", "365d", 2, 40, 45),
        (0, "NPU/NPU27300", "90d", 1, 40, 40),
        (1, "ATC", "365d", 1, nothing, nothing),
        (1, "ATC", "90d", 1, nothing, nothing),
        (1, "NPU/NPU27300", "365d", 2, 40, 45),
    ]


def test_columns_are_the_features_that_a_study_gets() -> None:
    settings = FeatureSettings((PersonFamily(), *SETTINGS.families))
    found = build_columns(Index.of(PEOPLE), EVENTS, settings, members=PEOPLE)
    features = build_features(
        PEOPLE, EVENTS, settings=settings, vocabulary=make_vocabulary([], settings), excluded=HIDDEN
    )
    assert tuple(found) == settings.dense_names
    wide = pl.DataFrame(found).with_columns(pl.all().fill_nan(None))
    assert wide.equals(features.dense.drop("person_id", "index_at"))


def test_nobody_has_all_columns_and_no_rows() -> None:
    nobody = Index.of(PEOPLE.clear())
    assert tuple(build_columns(nobody, EVENTS, SETTINGS)) == SETTINGS.dense_names
    assert not len(build_long(nobody, EVENTS, SETTINGS).row)


def test_the_long_form_of_what_is_not_of_subjects_has_no_rows() -> None:
    found = build_long(Index.of(PEOPLE), EVENTS, FeatureSettings((PersonFamily(),)))
    assert not len(found.row)
    assert (found.subjects, found.windows, found.columns) == ((), (), {})


def test_the_long_form_has_only_the_windows_that_a_subject_is_asked_for() -> None:
    settings = FeatureSettings((CountFamily(("NPU/NPU27300",), ("90d",)), CountFamily(("ATC",), ("365d",))))
    found = build_long(Index.of(PEOPLE), EVENTS, settings)
    assert list(zip(found.row, found.subject, found.window, found.columns["count"], strict=True)) == [
        (0, 0, 0, 1), (1, 1, 1, 1),
    ]  # fmt: skip


def test_the_long_form_needs_counts() -> None:
    without = FeatureSettings((SETTINGS.families[1],))
    with pytest.raises(ValueError, match="needs counts of every subject: NPU/NPU27300"):
        build_long(Index.of(PEOPLE), EVENTS, without)


def test_features_of_the_person_need_the_members() -> None:
    with pytest.raises(ValueError, match="need the members"):
        build_columns(Index.of(PEOPLE), EVENTS, FeatureSettings((PersonFamily(),)))


def test_features_of_the_person_alone_need_no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evidens.features.build.ROWS_AT_ONCE", 1)
    found = build_columns(Index.of(PEOPLE), EVENTS, FeatureSettings((PersonFamily(),)), members=PEOPLE)
    assert list(found["age"]) == PEOPLE["age"].to_list()


@pytest.mark.parametrize("order", [[1, 0, 2, 3], [0, 0, 2, 3], [2, 3, 0, 1]])
def test_an_index_is_sorted_and_each_moment_stands_once(order: list[int]) -> None:
    with pytest.raises(ValueError, match="sorted by person and moment"):
        Index.of(PEOPLE[order])
