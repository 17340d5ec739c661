"""The cohort task (benchmarks/peers/cohort_definition.py) by ours and by peers: whole processes, Parquet to Parquet.

Every answer must equal, row by row, that of a naive reference for the first people, and that of polars in full.

Usage: python -m benchmarks.cohort [--people 20000] [--runs 3] [--only WORD ...] [--folder FOLDER]
"""

import argparse
import shutil
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from benchmarks.contest import FOLDER, RESULTS, Contender, begin_entry, contend, keep, show, tell
from benchmarks.features import build_stores, generate
from benchmarks.peers.cohort_definition import CONTACT, DAYS, OUTCOME
from benchmarks.task.definition import DAY_US, EVENTS_PER_PERSON, SIZES, event_files

NAIVE_PEOPLE = 2_000
CONTENDERS = {
    "ours": Contender("benchmarks.task.cohort_ours", reads="store, one run per bucket"),
    "polars": Contender("benchmarks.peers.cohort_polars", "plain"),
    "DuckDB": Contender("benchmarks.peers.cohort_duckdb", "plain"),
    "ACES": Contender("benchmarks.peers.cohort_aces", "aces"),
}


def reckon_naively(data: Path, people: int) -> list[tuple[int, int, bool]]:
    """Work out who is in, with dictionaries and loops only: person, index in microseconds, outcome."""
    events: dict[int, list[tuple[int, str]]] = {}
    rows = pl.read_parquet(event_files(data)[0]).select("subject_id", pl.col("time").dt.epoch("us"), "code")
    for person, time, code in rows.iter_rows():
        if person not in events and len(events) == people:
            break
        events.setdefault(person, [])
        if time is not None:
            events[person].append((time, code))
    year, found = DAYS * DAY_US, []
    for person, history in events.items():
        contacts = [time for time, code in history if code == CONTACT]
        if contacts and any(min(contacts) - year <= time < min(contacts) for time, _ in history):
            first = min(contacts)
            outcome = any(code == OUTCOME and first < time <= first + year for time, code in history)
            found.append((person, first, outcome))
    return sorted(found)


def read_answer(place: Path) -> pl.DataFrame:
    """Read an answer: subject_id, index_time, outcome; sorted."""
    answer = pl.read_parquet(place / "*.parquet").select(
        "subject_id", pl.col("index_time").dt.epoch("us"), pl.col("outcome").cast(pl.Boolean)
    )
    return answer.sort("subject_id", "index_time")


def check_answers(data: Path, answers: Mapping[str, Path]) -> dict[str, str]:
    """Say of every answer whether it is right."""
    naive = reckon_naively(data, NAIVE_PEOPLE)
    full = read_answer(answers["polars"]) if "polars" in answers else None
    said = {}
    for name, place in answers.items():
        answer = read_answer(place)
        is_right = answer.head(len(naive)).rows() == naive and (full is None or answer.equals(full))
        said[name] = ("equal" if is_right else "DIFFERENT") + f" ({answer.height:,} people)"
    return said


def main() -> None:
    """Measure, print, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=lambda text: SIZES.get(text) or int(text), default=SIZES["S"],
                        help=f"a number, or {', '.join(SIZES)}")  # fmt: skip
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=[], help="parts of names of contenders; then nothing is kept")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    data, outs = options.folder / f"task-{options.people}", options.folder / "answers"
    chosen = {name: one for name, one in CONTENDERS.items()
              if not options.only or any(word in name for word in options.only)}  # fmt: skip
    generate(data, options.people, 1)
    stores = build_stores(data, ["one"] if "ours" in chosen else [])
    measured = contend(chosen, data, outs, runs=options.runs)
    said = check_answers(data, {name: outs / name for name in chosen if measured[name].failed is None})
    rows = options.people * EVENTS_PER_PERSON
    told = tell(chosen, measured, said, rows=rows)
    for one in told.values():
        one["command"] = one["command"].replace(str(options.folder), "FOLDER")
    entry = {"people": options.people, "events": rows, **begin_entry(options.runs), "making_the_store": stores,
             "contenders": told}  # fmt: skip
    show(f"Cohort: {options.people:,} people, {rows:,} events; medians of {options.runs} runs", told)
    shutil.rmtree(outs, ignore_errors=True)
    if not options.only:
        keep(entry, RESULTS / "cohort.json", same=lambda one: one["people"])


if __name__ == "__main__":
    main()
