"""The events of a bucket: the union of its runs, whatever they are cut into."""

import pickle
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.unit.events.small_store import LAB, LPR, as_events

from evidens.contracts import schema_of
from evidens.events import NO_TIME, BucketEvents, Event, EventStoreError

ALL = as_events(*LAB, *LPR)


@pytest.fixture
def stored(tmp_path: Path) -> BucketEvents:
    """Two runs in files."""
    for segment, rows in {"lab-2019": LAB, "lpr2": LPR}.items():
        (tmp_path / segment).mkdir()
        as_events(*rows).write_parquet(tmp_path / segment / "bucket-0000.parquet", row_group_size=2)
    return BucketEvents(tuple(sorted(tmp_path.rglob("*.parquet"))))


def seen(events: BucketEvents, **limits) -> list[tuple]:
    """Person, times, code, value and end of every event in all runs, sorted; -1 for no value."""
    rows = []
    for run in events.runs(("value", "end_at"), **limits):
        codes = np.array(run.codes, object)[run.code]
        values = np.nan_to_num(run.value, nan=-1)
        rows += zip(run.person_id, run.event_us, run.known_us, codes, values, run.end_us, strict=True)
    return sorted(tuple(getattr(x, "item", lambda x=x: x)() for x in row) for row in rows)


def expected(frame: pl.DataFrame) -> list[tuple]:
    times = [pl.col(name).to_physical() for name in ("event_at", "known_at")]
    end = pl.col("end_at").to_physical().fill_null(NO_TIME)
    return sorted(frame.select("person_id", *times, "code", pl.col("value").fill_null(-1.0), end).rows())


def test_runs_in_files_hold_every_event_once(stored: BucketEvents) -> None:
    assert seen(stored) == expected(ALL)


def test_runs_in_memory_are_the_runs_of_files(stored: BucketEvents) -> None:
    assert seen(BucketEvents.of(ALL.sample(fraction=1.0, shuffle=True, seed=3))) == seen(stored)


def test_a_frame_is_all_runs_in_the_one_order(stored: BucketEvents) -> None:
    assert stored.frame().equals(ALL)
    some = stored.frame(["person_id", "code"])
    assert some.equals(ALL.select("person_id", "code").sort("person_id", "code"))


def test_a_scan_filters_before_it_reads(stored: BucketEvents) -> None:
    found = stored.scan().filter(pl.col("code") == "ICD10/DE119").collect()
    assert found["person_id"].to_list() == [10]


@pytest.mark.parametrize("people", [(10, 11), (11, 13), (0, 10), (12, 99)])
def test_a_range_of_people_has_their_events_and_no_others(stored: BucketEvents, people: tuple[int, int]) -> None:
    theirs = ALL.filter(pl.col("person_id").is_between(*people, closed="left"))
    assert seen(stored.keep_people(*people)) == expected(theirs)
    assert stored.keep_people(*people).frame().equals(theirs)
    assert seen(BucketEvents.of(ALL).keep_people(*people)) == expected(theirs)


def test_a_range_within_a_range_is_their_common_part(stored: BucketEvents) -> None:
    assert seen(stored.keep_people(0, 12).keep_people(11, 99)) == seen(stored.keep_people(11, 12))


def test_files_without_events_in_the_time_of_interest_are_passed_over(stored: BucketEvents) -> None:
    first = int(ALL["event_at"].to_physical().min())  # a hospital contact; all laboratory results come later
    assert seen(stored, between=(first, first + 1)) == expected(as_events(*LPR))
    assert not seen(stored, between=(first - 10, first))


def test_runs_that_were_read_give_what_they_gave(stored: BucketEvents) -> None:
    held = stored.hold(("value", "end_at"))
    assert seen(held) == seen(stored)
    assert seen(held.keep_people(11, 12)) == seen(stored.keep_people(11, 12))


def test_what_is_not_asked_for_is_not_read(stored: BucketEvents) -> None:
    assert all(run.value is None and run.end_us is None for run in stored.runs(()))


def test_no_runs_are_a_bucket_without_events() -> None:
    nothing = BucketEvents()
    assert not list(nothing.runs())
    assert nothing.frame().schema == schema_of(Event)


def test_an_empty_run_has_no_events(tmp_path: Path) -> None:
    ALL.clear().write_parquet(tmp_path / "bucket-0000.parquet")
    assert not seen(BucketEvents((tmp_path / "bucket-0000.parquet",)))
    assert not seen(BucketEvents.of(ALL.clear()))


def test_an_unsorted_run_is_refused(tmp_path: Path) -> None:
    for name, order in (("person_id", [True, False]), ("event_at", [False, True])):
        folder = tmp_path / name / "lab-2019"
        folder.mkdir(parents=True)
        ALL.sort("person_id", "event_at", descending=order).write_parquet(folder / "bucket-0000.parquet")
        with pytest.raises(EventStoreError, match=r"lab-2019/bucket-0000.parquet: events are not sorted"):
            list(BucketEvents((folder / "bucket-0000.parquet",)).runs())
    with pytest.raises(EventStoreError, match="not sorted"):
        list(BucketEvents(frames=(ALL.reverse(),)).runs())


def test_people_of_another_bucket_are_refused(stored: BucketEvents) -> None:
    with pytest.raises(EventStoreError, match="people of another bucket"):
        list(BucketEvents(stored.paths, bucket=(0, 2)).runs())
    assert seen(BucketEvents.of(ALL.filter(pl.col("person_id") % 2 == 0))) == seen(
        BucketEvents(frames=(ALL.filter(pl.col("person_id") % 2 == 0),), bucket=(0, 2))
    )


def test_a_file_that_holds_no_events_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bucket-0000.parquet").write_text("no events")
    with pytest.raises(EventStoreError, match="cannot be read as a run"):
        list(BucketEvents((tmp_path / "bucket-0000.parquet",)).runs())
    with pytest.raises(EventStoreError, match="cannot be read"):
        BucketEvents((tmp_path / "bucket-0000.parquet",)).frame()


def test_a_bucket_goes_to_another_process(stored: BucketEvents) -> None:
    assert seen(pickle.loads(pickle.dumps(stored))) == seen(stored)
