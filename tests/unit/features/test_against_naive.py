"""Every feature of every family equals a naive reference on random histories, however these are cut up."""

import math
from typing import get_args

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.features.histories import histories
from tests.unit.features.naive import naive_features
from tests.unit.features.small_tables import EVERYTHING, SETTINGS, build

from evidens.events import EVENT_ORDER, BucketEvents
from evidens.features import kernel
from evidens.features.families import AnyFamily

HIDDEN = ("ATC/A10", "ICD10/DE11")
QUICK = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def differences(found: dict, expected: dict) -> list[str]:
    """Names of the features that differ: exactly in single precision, trends to a millionth."""
    wrong = sorted(found.keys() ^ expected.keys())
    for name in found.keys() & expected.keys():
        mine, theirs = found[name], expected[name]
        if mine is None or theirs is None:
            same = mine is theirs
        elif "_slope_" in name:
            same = math.isclose(mine, theirs, rel_tol=1e-6, abs_tol=1e-12)
        else:
            same = np.float32(mine) == np.float32(theirs)
        wrong += [] if same else [f"{name}: {mine} for {theirs}"]
    return wrong


def check(members: pl.DataFrame, events: pl.DataFrame, bucket: BucketEvents, wanted) -> None:
    plain = events.to_dicts()
    for member, found in zip(members.to_dicts(), build(bucket, members, wanted), strict=True):
        expected = naive_features(member, plain, wanted, HIDDEN)
        assert not differences({k: v for k, v in found.items() if k not in ("person_id", "index_at")}, expected)


@QUICK
@given(history=histories())
def test_features_equal_the_naive_reference(history: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    check(*history, BucketEvents.of(history[1]), EVERYTHING)


@QUICK
@given(history=histories())
def test_nested_windows_equal_the_naive_reference(history: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    check(*history, BucketEvents.of(history[1]), SETTINGS)


@QUICK
@given(history=histories(), cut=st.integers(0, 60), rows=st.integers(1, 3))
def test_runs_chunks_and_passes_change_nothing(history, cut, rows) -> None:
    members, events = history
    order = [name for name in EVENT_ORDER if name in events.columns]
    runs = BucketEvents(frames=tuple(part.sort(order) for part in (events.head(cut), events.slice(cut))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "EVENTS_AT_ONCE", 3)
        patch.setattr("evidens.features.build.BYTES_AT_ONCE", 1)
        patch.setattr("evidens.features.build.PEOPLE_AT_ONCE", rows)
        patch.setattr("evidens.features.vocabulary.ROWS_AT_ONCE", rows)
        check(members, events, runs, EVERYTHING)


@QUICK
@given(history=histories(), people=st.integers(1, 9))
def test_ranges_of_people_give_what_the_whole_gives(history, people) -> None:
    members, events = history
    bucket = BucketEvents.of(events)
    for low, high in ((0, people), (people, 99)):
        part = members.filter(pl.col("person_id").is_between(low, high, closed="left"))
        if part.height:
            check(part, events, bucket.keep_people(low, high), EVERYTHING)


def test_every_family_is_compared() -> None:
    assert {type(family) for family in EVERYTHING.families} == set(get_args(AnyFamily))
