"""What is read of the event store: few codes, from any runs, and counts that a loop would give."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.unit.cohort.histories import events

from evidens.cohort import CohortSettings, EventLandmark, HistoryRule
from evidens.cohort.history import add_history
from evidens.cohort.reading import read_needed
from evidens.events import BucketEvents, EventStoreError, sort_events
from evidens.phenotypes import load_phenotype

CODES = ("NPU/NPU02319", "NPU/NPU27300", "CONTACT/inpatient", "ICD10/DC187")
START = dt.datetime.fromisoformat("2018-01-01")


def draw_events(rng: np.random.Generator, n: int = 400) -> pl.DataFrame:
    """Events of nine people on forty days, many at one moment, some known days later."""
    rows = []
    for _ in range(n):
        at = START + dt.timedelta(days=int(rng.integers(40)), hours=int(rng.choice([0, 8])))
        known = at + dt.timedelta(days=int(rng.choice([0, 1, 10])))
        rows.append({"person": int(rng.integers(1, 10)), "at": at.isoformat(), "known": known.isoformat(),
                     "code": str(rng.choice(CODES))})  # fmt: skip
    return sort_events(events(*rows))


def write_runs(frame: pl.DataFrame, folder: Path) -> BucketEvents:
    """One file for each hospital code and one for the laboratory."""
    is_lab = pl.col("code").str.starts_with("NPU/")
    paths = []
    for name, part in (("lab-2018", frame.filter(is_lab)), ("lpr3", frame.filter(~is_lab))):
        path = folder / name / "bucket-0000.parquet"
        path.parent.mkdir(parents=True)
        part.write_parquet(path)
        paths.append(path)
    return BucketEvents(paths=tuple(paths))


def indices(rng: np.random.Generator) -> pl.DataFrame:
    """Three index dates for each of eleven people, two of whom have no events."""
    rows = [(person, START + dt.timedelta(days=int(day), hours=int(rng.choice([0, 8]))))
            for person in range(12) for day in rng.choice(45, 3, replace=False)]  # fmt: skip
    return pl.DataFrame(
        rows, schema={"person_id": pl.Int64, "index_at": pl.Datetime("us")}, orient="row"
    ).sort("person_id", "index_at")  # fmt: skip


def count_naively(frame: pl.DataFrame, person: int, index: dt.datetime, rule: HistoryRule) -> int:
    stems = [code.rstrip("*") for code in rule.codes]
    return sum(
        who == person
        and index - dt.timedelta(days=rule.days) <= at < index
        and known < index
        and (not stems or any(code.startswith(stem) for stem in stems))
        for who, at, known, code in frame.select("person_id", "event_at", "known_at", "code").iter_rows()
    )


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("codes", [(), ("NPU/NPU02319",), ("NPU/NPU*", "CONTACT/inpatient")])
def test_history_is_counted_as_a_loop_would_from_files_and_frames(
    seed: int, codes: tuple[str, ...], tmp_path: Path
) -> None:
    rng = np.random.default_rng(seed)
    frame, asked = draw_events(rng), indices(rng)
    rules = [HistoryRule("few", 10, codes, at_least=3), HistoryRule("many", 25, codes, at_most=4)]
    expected = [
        (count_naively(frame, person, at, rules[0]) >= 3, count_naively(frame, person, at, rules[1]) <= 4)
        for person, at in asked.rows()
    ]
    for store in (BucketEvents.of(frame), write_runs(frame, tmp_path)):
        assert add_history(asked, store.runs(), rules).select("history_0", "history_1").rows() == expected


SETTINGS = CohortSettings(
    landmark=EventLandmark(("NPU/NPU0*",), dt.date(2018, 1, 1), dt.date(2018, 12, 31)),
    min_age=0, max_age=120, data_from_on=dt.date(2006, 1, 1),
)  # fmt: skip
WITH_HISTORY = replace(SETTINGS, history=(HistoryRule("nothing", 30, at_least=1),))
TYPED, UNTYPED = load_phenotype("colorectal_cancer"), load_phenotype("colorectal_cancer_registered")
ORDER = ["person_id", "event_at", "code", "known_at"]


@pytest.mark.parametrize("settings", [SETTINGS, WITH_HISTORY], ids=["", "history"])
def test_only_listed_codes_are_read_whichever_way(settings: CohortSettings, tmp_path: Path) -> None:
    frame = draw_events(np.random.default_rng(1))
    for store in (BucketEvents.of(frame), write_runs(frame, tmp_path)):
        read = read_needed(store, TYPED, settings).frame.sort(ORDER)
        expected = frame.filter(pl.col("code").is_in(["NPU/NPU02319", "ICD10/DC187"])).select(read.columns)
        assert_frame_equal(read, expected.sort(ORDER))


def test_what_is_taken_from_arrays_is_what_a_scan_would_give_but_for_what_is_not_asked_for(tmp_path: Path) -> None:
    frame = draw_events(np.random.default_rng(1)).with_columns(
        value=pl.when(pl.col("person_id") % 2 == 0).then(pl.col("person_id") / 4)
    )
    store = write_runs(frame, tmp_path)
    limited = replace(WITH_HISTORY, landmark=replace(SETTINGS.landmark, below=100.0))
    scanned = read_needed(store, UNTYPED, SETTINGS).frame.sort(ORDER)
    for settings, lacking in ((limited, {"register"}), (WITH_HISTORY, {"register", "value"})):
        taken = read_needed(store, UNTYPED, settings).frame.sort(ORDER)
        assert_frame_equal(taken.drop(lacking), scanned.drop(lacking))
        assert taken.select(lacking).null_count().row(0) == (taken.height,) * len(lacking)


def test_runs_are_held_only_for_history_that_they_can_be_part_of(tmp_path: Path) -> None:
    frame = draw_events(np.random.default_rng(1))
    store = write_runs(frame, tmp_path)
    assert read_needed(store, TYPED, SETTINGS).runs == ()
    assert len(read_needed(store, TYPED, WITH_HISTORY).runs) == 2
    late = replace(SETTINGS.landmark, from_on=dt.date(2018, 12, 1))
    assert read_needed(store, TYPED, replace(WITH_HISTORY, landmark=late)).runs == ()


@pytest.mark.parametrize("settings", [SETTINGS, WITH_HISTORY], ids=["", "history"])
def test_nothing_is_read_of_nothing(settings: CohortSettings, tmp_path: Path) -> None:
    store = write_runs(draw_events(np.random.default_rng(1)).filter(pl.col("code") == "CONTACT/inpatient"), tmp_path)
    for events_of_nobody in (store, BucketEvents()):
        read = read_needed(events_of_nobody, TYPED, settings).frame
        assert read.is_empty()
        assert read.schema["known_at"] == pl.Datetime("us")


def test_ranges_of_people_together_are_all_of_them(tmp_path: Path) -> None:
    store = write_runs(draw_events(np.random.default_rng(2)), tmp_path)
    for settings in (SETTINGS, WITH_HISTORY):
        parts = [read_needed(store.keep_people(low, high), TYPED, settings).frame for low, high in ((1, 4), (4, 10))]
        assert parts[0]["person_id"].max() < 4 <= parts[1]["person_id"].min()
        assert sum(part.height for part in parts) == read_needed(store, TYPED, settings).frame.height


@pytest.mark.parametrize("settings", [SETTINGS, WITH_HISTORY], ids=["", "history"])
def test_a_file_that_is_no_run_is_named(settings: CohortSettings, tmp_path: Path) -> None:
    store = write_runs(draw_events(np.random.default_rng(3)), tmp_path)
    broken = tmp_path / "lpr2" / "bucket-0000.parquet"
    broken.parent.mkdir()
    broken.write_bytes(b"no run")
    with pytest.raises(EventStoreError, match=r"lpr2/bucket-0000\.parquet: cannot be read"):
        read_needed(replace(store, paths=(*store.paths, broken)), TYPED, settings)
