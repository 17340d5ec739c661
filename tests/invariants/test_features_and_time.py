"""What must hold whatever the data: no future, no order, no neighbour changes a person's features."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from tests.unit.features.naive_features import draw_events

from evidens.features import (
    FeatureError,
    Features,
    FeatureSettings,
    build_features,
    check_truncation,
    count_codes,
    make_vocabulary,
)
from evidens.features import audit as audit_module
from evidens.phenotypes import load_phenotype

SETTINGS = FeatureSettings(
    windows_days=(90, 365, 1825),
    code_levels={"ATC": (5,), "ICD10": (4,), "NPU": (0,), "CONTACT": (0,)},
    lab_statistics=dict.fromkeys(("latest", "days_since", "min", "max", "mean"), (365, 1825)),
    distinct={"ATC": (365,)},
    recency=("CONTACT", "NPU"),
    min_people=2,
)
HIDDEN = load_phenotype("type_2_diabetes").suspicion
INDEX = {p: dt.datetime.fromisoformat(f"{2016 + p % 4}-01-01") for p in range(1, 41)}
MEMBERS = pl.DataFrame(
    [(p, at, 40 + p, "female", "danish", "84") for p, at in INDEX.items()], orient="row",
    schema={"person_id": pl.Int64, "index_at": pl.Datetime("us"), "age": pl.Int16, "sex": pl.String,
            "origin": pl.String, "region": pl.String},
)  # fmt: skip


@pytest.fixture(scope="module")
def events() -> pl.DataFrame:
    return draw_events(np.random.default_rng(7), INDEX, n=2500)


@pytest.fixture(scope="module")
def vocabulary(events: pl.DataFrame):
    return make_vocabulary([count_codes(events, MEMBERS, settings=SETTINGS, excluded=HIDDEN)], SETTINGS)


def build(events: pl.DataFrame, vocabulary, members: pl.DataFrame = MEMBERS) -> Features:
    return build_features(members, events, settings=SETTINGS, vocabulary=vocabulary, excluded=HIDDEN)


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


def test_events_before_the_longest_window_change_nothing(events: pl.DataFrame, vocabulary) -> None:
    index = pl.col("person_id").replace_strict(INDEX, default=None, return_dtype=pl.Datetime("us"))
    old = events.with_columns(event_at=index - pl.duration(days=1826), known_at=index - pl.duration(days=1826))
    assert same(build(pl.concat([events, old.drop_nulls("event_at")]), vocabulary), build(events, vocabulary))


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
    named = build(events, vocabulary).counts.join(vocabulary.frame.select("column", "code", "window_days"), on="column")
    by_window = named.pivot("window_days", index=["person_id", "code"], values="value").fill_null(0)
    assert (by_window["90"] <= by_window["365"]).all()
    assert (by_window["365"] <= by_window["1825"]).all()


def test_the_truncation_audit_passes_here(events: pl.DataFrame, vocabulary) -> None:
    check_truncation(MEMBERS, events, settings=SETTINGS, vocabulary=vocabulary, excluded=HIDDEN)


def test_the_truncation_audit_finds_a_feature_that_reads_the_future(
    events: pl.DataFrame, vocabulary, monkeypatch
) -> None:
    def leaky(members: pl.DataFrame, seen: pl.DataFrame, **rest) -> Features:
        features = build_features(members, seen, **rest)
        n_ever = members.join(seen.group_by("person_id").len(), on="person_id", how="left", maintain_order="left")[
            "len"
        ]
        return Features(features.dense.with_columns(n_ever=n_ever.cast(pl.Float32)), features.counts)

    monkeypatch.setattr(audit_module, "build_features", leaky)
    with pytest.raises(FeatureError, match="'n_ever' reads the future of"):
        check_truncation(MEMBERS, events, settings=SETTINGS, vocabulary=vocabulary, excluded=HIDDEN)
