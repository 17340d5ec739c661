"""The audit catches a feature that reads the future by name, whichever way it does, and lets an honest one pass."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from tests.unit.events.small_store import as_events, event

from evidens.contracts import check_table, schema_of
from evidens.events import BucketEvents, Event, sort_events, visible_before
from evidens.features import FeatureError, Features, Vocabulary, audit_features
from evidens.features.audit import FeatureAudit
from evidens.features.contract import CountFeature, VocabularyTable
from evidens.features.futures import draw_futures
from evidens.foundation import stream

INDEX = [dt.datetime.fromisoformat(day) for day in ("2019-03-01", "2019-09-01")]
MEMBERS = pl.DataFrame(
    [(person, at) for person in range(40) for at in INDEX[: 1 + person % 2]],
    schema={"person_id": pl.Int64, "index_at": pl.Datetime("us")},
    orient="row",
)
NOTHING = Vocabulary(VocabularyTable.create_empty())
KEYS = ["person_id", "index_at"]


def draw_record():
    """Three events a month for forty people over two years, known up to two months after they happened."""
    rng = np.random.default_rng(1)
    return as_events(
        *(
            event(int(person), int(day), f"NPU/NPU0000{code}", value=float(value))
            | {"known_at": dt.datetime.fromisoformat("2019-01-01") + dt.timedelta(int(day) + int(lag))}
            for person, day, lag, code, value in zip(
                np.repeat(np.arange(40), 72), rng.integers(-365, 365, 40 * 72), rng.integers(0, 60, 40 * 72),
                rng.integers(0, 5, 40 * 72), rng.normal(40, 5, 40 * 72), strict=True,
            )
        )
    )  # fmt: skip


RECORD = draw_record()


def in_window(rows):
    """Events of the year before the index: what may be read, but for when it became known."""
    age = pl.col("index_at") - pl.col("event_at")
    return rows.filter(age > pl.duration(), age <= pl.duration(days=365))


def count(rows):
    return rows.group_by(KEYS).agg(pl.len().cast(pl.Float32).alias("x"))


HONEST = {
    "n_in_window": lambda rows: count(in_window(rows).filter(visible_before(pl.col("index_at")))),
    "latest": lambda rows: (
        in_window(rows)
        .filter(visible_before(pl.col("index_at")))
        .sort("event_at", "value")
        .group_by(KEYS)
        .agg(pl.col("value").last().cast(pl.Float32).alias("x"))
    ),
}
LEAKS = {
    "counts_what_happened_after": lambda rows: count(rows.filter(pl.col("event_at") > pl.col("index_at"))),
    "counts_what_was_not_known_yet": lambda rows: count(in_window(rows)),
    "counts_what_became_known_at_the_very_index": lambda rows: count(
        in_window(rows).filter(pl.col("known_at") <= pl.col("index_at"))
    ),
    "latest_of_all_time": lambda rows: (
        rows.sort("event_at", "value").group_by(KEYS).agg(pl.col("value").last().cast(pl.Float32).alias("x"))
    ),
    "share_of_the_record": lambda rows: (
        rows.with_columns(whole=pl.len().over(KEYS)).pipe(in_window).filter(visible_before(pl.col("index_at")))
        .group_by(KEYS).agg((pl.len() / pl.col("whole").first()).cast(pl.Float32).alias("x"))
    ),
    "compares_with_what_others_get_later": lambda rows: (
        rows.group_by(KEYS).agg(pl.lit(rows["value"].mean()).cast(pl.Float32).first().alias("x"))
    ),
    "days_until_the_end_of_what_goes_on": lambda rows: (
        rows.filter(visible_before(pl.col("index_at")), pl.col("end_at") > pl.col("index_at"))
        .with_columns(left=(pl.col("end_at") - pl.col("index_at")).dt.total_days().cast(pl.Float32))
        .group_by(KEYS).agg(pl.col("left").max().alias("x"))
    ),
    "reads_another_index_of_the_same_person": lambda rows: count(
        rows.with_columns(last=pl.col("index_at").max().over("person_id")).filter(visible_before(pl.col("last")))
    ),
}  # fmt: skip


def builder(features):
    """A build function whose dense columns are `features`."""

    def build(members, events):
        rows = events.frame().join(members.select(KEYS), on="person_id")
        dense = members.select(KEYS)
        for name, feature in features.items():
            dense = dense.join(feature(rows).rename({"x": name}), on=KEYS, how="left", maintain_order="left")
        return Features(dense.sort(KEYS), pl.DataFrame(schema=schema_of(CountFeature)))

    return build


def audit(features, record=RECORD, **options):
    return audit_features(
        MEMBERS, BucketEvents.of(record), build=builder(features), vocabulary=NOTHING, rng=stream(1, "test"), **options
    )


def test_futures_keep_the_known_past_and_are_records_that_could_be():
    """What was known before the index stays, but for the end of what goes on; the contract of events holds."""
    ends = pl.when(pl.col("code") == "NPU/NPU00001").then(pl.col("event_at") + pl.duration(days=90))
    history = RECORD.with_columns(end_at=ends).join(MEMBERS.unique("person_id", keep="first"), on="person_id")
    columns = [name for name in schema_of(Event) if name != "end_at"]
    known = history.filter(visible_before(pl.col("index_at"))).select(columns).sort(columns)
    seen, heights = {}, set()
    for what, future in draw_futures(history, stream(1, "futures")):
        check_table(future.drop("index_at"), Event, place=what)
        visible = future.filter(visible_before(pl.col("index_at")))
        assert visible.select(columns).sort(columns).equals(known), what
        over = visible.filter(pl.col("end_at") >= pl.col("index_at"))
        heights.add(over.height)
        seen[what] = future.drop("index_at")
    assert list(seen) == ["cut away", "changed", "shifted", "taken out", "added"]
    assert len(heights) == 1  # nothing that goes on has ended, nothing that ended goes on
    assert max(heights) > 20
    whole = sort_events(history.drop("index_at"))
    assert not any(sort_events(future.select(whole.columns)).equals(whole) for future in seen.values())


def test_honest_features_pass():
    found = audit(HONEST)
    assert (found.names, found.n_people, found.n_rows) == (tuple(HONEST), 40, 60)
    assert found.differing == {}
    found.check(minimum=5)


@pytest.mark.parametrize("name", LEAKS)
def test_a_feature_that_reads_the_future_is_caught_by_name_and_no_other(name):
    ends = pl.col("event_at") + pl.duration(days=90)
    record = RECORD.with_columns(end_at=pl.when(pl.col("code") == "NPU/NPU00001").then(ends))
    found = audit({**HONEST, name: LEAKS[name]}, record)
    assert set(found.differing) == {name}
    with pytest.raises(FeatureError, match=rf"^feature {name}: reads the future of \d+ of 40 people") as caught:
        found.check(minimum=1)
    assert len(caught.value.faults) == 1


def test_features_that_were_stored_before_something_changed_are_caught():
    build = builder(HONEST)
    stored = build(MEMBERS, BucketEvents.of(RECORD))
    assert audit(HONEST, stored=stored).differing == {}
    other = stored.dense.with_columns(pl.when(pl.col("person_id") < 3).then(99.0).otherwise("latest").alias("latest"))
    found = audit(HONEST, stored=Features(other.cast({"latest": pl.Float32}), stored.counts))
    assert found.differing == {"latest": {"there when features were stored": 3}}


def test_a_few_people_are_not_counted_in_the_message():
    found = FeatureAudit(("a",), 40, 40, {"a": {"shifted": 3}})
    with pytest.raises(FeatureError, match=r"feature a: reads the future of fewer than 5 of 40 people.* was shifted\."):
        found.check(minimum=5)


def test_many_leaks_are_named_and_counted():
    found = FeatureAudit((), 9, 9, {f"f{number}": {"cut away": 9} for number in range(80)})
    with pytest.raises(FeatureError, match="and 30 more read the future") as caught:
        found.check(minimum=5)
    assert len(caught.value.faults) == 51


def test_audits_of_different_people_add_up():
    one = FeatureAudit(("a", "b"), 3, 4, {"a": {"shifted": 1}})
    other = FeatureAudit(("a", "b"), 5, 5, {"a": {"shifted": 2, "added": 1}, "b": {"added": 1}})
    both = FeatureAudit() + one + other
    assert (both.names, both.n_people, both.n_rows) == (("a", "b"), 8, 9)
    assert both.differing == {"a": {"shifted": 3, "added": 1}, "b": {"added": 1}}


def test_people_without_events_are_audited_too():
    found = audit(HONEST, RECORD.clear())
    assert (found.n_people, found.differing) == (40, {})
