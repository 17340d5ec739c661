"""What must hold whatever the data: no future, no order, no neighbour changes a person's features."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from tests.unit.features.small_tables import COLUMNS, EVERYTHING, frame_members

from evidens.events import BucketEvents
from evidens.features import Features, build_features, count_codes, make_vocabulary
from evidens.phenotypes import load_phenotype

HIDDEN = load_phenotype("type_2_diabetes").suspicion
INDEX = {p: dt.datetime.fromisoformat(f"{2016 + p % 4}-01-01") for p in range(1, 41)}
MEMBERS = frame_members(
    *(
        {"person_id": p, "index_at": at, "age": 40 + p, "sex": "female", "origin": "danish", "region": "84"}
        for p, at in INDEX.items()
    )
)
CODES = (
    "NPU/NPU27300",
    "NPU/NPU02319",
    "ATC/C10AA01",
    "ATC/A10BA02",
    "ICD10/DI109A",
    "ICD10/DC189",
    "CONTACT/inpatient",
)


def draw_events(rng: np.random.Generator, *, n: int) -> pl.DataFrame:
    """Draw events of these people and of nobody, in the ten years around their index."""
    person = rng.integers(1, 44, n)
    index = np.array([INDEX.get(int(p), dt.datetime.fromisoformat("2018-01-01")) for p in person], "datetime64[us]")
    at = index - rng.integers(-700, 3000, n).astype("timedelta64[D]") + rng.integers(0, 24, n).astype("timedelta64[h]")
    late = rng.choice([0, 1, 40], n).astype("timedelta64[D]")
    value = np.where(rng.random(n) < 0.8, np.round(rng.lognormal(3, 1, n), 3), np.nan)
    drawn = {"person_id": person, "event_at": at, "known_at": at + late, "code": rng.choice(CODES, n), "value": value}
    return pl.DataFrame(drawn | {"end_at": at + late}).cast(COLUMNS).with_columns(pl.col("value").fill_nan(None))


@pytest.fixture(scope="module")
def events() -> pl.DataFrame:
    return draw_events(np.random.default_rng(7), n=2500)


@pytest.fixture(scope="module")
def vocabulary(events: pl.DataFrame):
    return make_vocabulary(
        [count_codes(BucketEvents.of(events), MEMBERS, settings=EVERYTHING, excluded=HIDDEN)], EVERYTHING
    )


def build(events: pl.DataFrame, vocabulary, members: pl.DataFrame = MEMBERS) -> Features:
    return build_features(members, BucketEvents.of(events), settings=EVERYTHING, vocabulary=vocabulary, excluded=HIDDEN)


def same(one: Features, other: Features) -> bool:
    return one.dense.equals(other.dense, null_equal=True) and one.counts.equals(other.counts)


def test_events_after_the_index_change_nothing(events: pl.DataFrame, vocabulary) -> None:
    index = pl.col("person_id").replace_strict(INDEX, default=None, return_dtype=pl.Datetime("us"))
    future = events.with_columns(event_at=index + pl.duration(days=3), known_at=index + pl.duration(days=3))
    assert same(build(pl.concat([events, future.drop_nulls("event_at")]), vocabulary), build(events, vocabulary))


def test_events_that_become_known_on_the_index_day_change_nothing(events: pl.DataFrame, vocabulary) -> None:
    index = pl.col("person_id").replace_strict(INDEX, default=None, return_dtype=pl.Datetime("us"))
    late = events.with_columns(event_at=index - pl.duration(days=3), known_at=index).drop_nulls("event_at")
    assert same(build(pl.concat([events, late]), vocabulary), build(events, vocabulary))


def test_the_order_of_events_changes_nothing(events: pl.DataFrame, vocabulary) -> None:
    shuffled = events.sample(fraction=1.0, shuffle=True, seed=11)
    assert same(build(shuffled, vocabulary), build(events, vocabulary))
    assert same(build(events.reverse(), vocabulary, MEMBERS.reverse()), build(events, vocabulary))


def test_buckets_give_what_the_whole_gives(events: pl.DataFrame, vocabulary) -> None:
    in_bucket = [pl.col("person_id") % 3 == k for k in range(3)]
    parts = [build(events.filter(b), vocabulary, MEMBERS.filter(b)) for b in in_bucket]
    dense = pl.concat([part.dense for part in parts]).sort("person_id")
    counts = pl.concat([part.counts for part in parts]).sort("person_id", "column")
    assert same(Features(dense, counts), build(events, vocabulary))


def test_a_longer_window_never_counts_less(events: pl.DataFrame, vocabulary) -> None:
    named = build(events, vocabulary).counts.join(vocabulary.frame.select("column", "code", "window"), on="column")
    by_window = named.pivot("window", index=["person_id", "code"], values="value").fill_null(0)
    assert (by_window["90d"] <= by_window["1825d"]).all()
    assert (by_window["1825d"] <= by_window["ever"]).all()
