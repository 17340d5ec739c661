"""The feature task (benchmarks/task/definition.py) by ours and by peers: whole processes, from Parquet to Parquet.

Every answer is checked: against a naive reference for the first people, and in full against the answer of polars.
Ours reads a store of events (benchmarks/task/store.py), whose making is timed apart; peers read MEDS shards, which are
sorted by person and time just as well.

Usage: python -m benchmarks.features [--people 20000] [--dates 1] [--runs 3] [--only WORD ...] [--folder FOLDER]
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.contest import FOLDER, RESULTS, Contender, begin_entry, contend, keep, must, show, tell
from benchmarks.task.check import Answer, compare, read_groups, read_index, reckon_naively, say
from benchmarks.task.definition import EVENTS_PER_PERSON, SIZES
from benchmarks.task.meds_tab_answer import read_meds_tab
from benchmarks.task.store import store_folder

COLUMNS = ("person_id", "event_at", "code", "value")
NAIVE_PEOPLE = 200
OURS, POLARS, DUCKDB, FLATTENER = (
    f"benchmarks.{name}"
    for name in ("task.ours", "peers.features_polars", "peers.features_duckdb", "peers.features_flattener")
)
CONTENDERS = {
    "ours, wide": Contender(OURS, reads="store, one run per bucket", against="ours, wide"),
    "ours, long": Contender(OURS, None, "store, one run per bucket", ("--form", "long"), "ours, long"),
    "ours, wide, runs by year": Contender(
        OURS, None, "store, 15 runs per bucket", ("--segments", "yearly"), "ours, wide"
    ),
    "polars, wide": Contender(POLARS, "plain", against="ours, wide"),
    "polars, long": Contender(POLARS, "plain", options=("--form", "long"), against="ours, long"),
    "DuckDB, long, innermost window": Contender(DUCKDB, "plain", against="ours, long"),
    "DuckDB, long, FILTER": Contender(DUCKDB, "plain", options=("--way", "filter"), against="ours, long"),
    "pandas, wide": Contender("benchmarks.peers.features_pandas", "plain", against="ours, wide", most_rows=20),
    "timeseriesflattener, repaired": Contender(
        FLATTENER, "flattener", options=("--repaired",), against="ours, wide", most_rows=20, most_dates=1
    ),
    "timeseriesflattener, as it is": Contender(FLATTENER, "flattener", against="ours, wide", most_rows=20),
    "meds-tab": Contender(
        "benchmarks.peers.features_meds_tab", "meds_tab", against="ours, wide", most_rows=1, most_dates=1
    ),
}


def choose(people: int, dates: int, words: list[str]) -> dict[str, Contender]:
    """Choose the contenders that a size is not too large for, and whose names hold one of the words."""
    rows = people * EVENTS_PER_PERSON * dates / 1e6
    return {
        name: contender
        for name, contender in CONTENDERS.items()
        if (not words or any(word in name for word in words))
        and rows <= contender.most_rows
        and dates <= contender.most_dates
    }


def generate(data: Path, people: int, dates: int) -> None:
    """Generate the data where they are not there yet."""
    size = data / "size.json"
    if not size.exists() or dates not in json.loads(size.read_text())["dates"]:
        wanted = [str(n) for n in sorted({1, 10, dates})]
        must([sys.executable, "-m", "benchmarks.task.generate", str(data), "--people", str(people), "--dates", *wanted])


def build_stores(data: Path, wanted: Iterable[str]) -> dict[str, dict]:
    """Make stores of events with such segments, where they are not there yet; return what making each cost."""
    costs = {}
    for segments in wanted:
        cost = store_folder(data, segments) / "cost.json"
        if not cost.exists():
            must([sys.executable, "-m", "benchmarks.task.store", str(data), "--segments", segments])
        costs[segments] = json.loads(cost.read_text())
    return costs


def check_answers(data: Path, answers: Mapping[str, Path], dates: int) -> dict[str, str]:
    """Say of every answer whether it is right: for the first people, and, where polars answered, in full."""
    groups, index = read_groups(data), read_index(data, dates)
    naive = reckon_naively(data, dates, NAIVE_PEOPLE)
    first = naive.select("subject_id", "index_time")
    full = next((answers[name] for name in ("polars, long", "polars, wide") if name in answers), None)
    said = {}
    for name, place in answers.items():
        source = read_meds_tab(data, place) if name == "meds-tab" else place
        told = say(compare(Answer(source, first), Answer(naive, first), groups))
        if full is not None:
            in_part, told = told, say(compare(Answer(source, index), Answer(full, index), groups))
            if in_part.startswith("equal") != told.startswith("equal"):
                told = f"as polars: {told}; as the naive reference: {in_part}"
        said[name] = told if Answer(source, index).rows() == index.height else "wrong number of rows"
    return said


def read_limit(data: Path, rounds: int) -> dict:
    """Measure how fast the events of the store can be read at all."""
    command = [sys.executable, "-m", "benchmarks.scan", str(store_folder(data, "one") / "events"), *COLUMNS]
    told = [json.loads(must(command).output) for _ in range(rounds)]
    seconds = sorted(one["cpu_s"] for one in told)[rounds // 2]
    return {"columns": list(COLUMNS), "rows": told[0]["rows"], "cpu_s": seconds,
            "rows_per_cpu_s": round(told[0]["rows"] / seconds)}  # fmt: skip


def run(people: int, dates: int, runs: int, folder: Path, words: list[str]) -> dict:
    """Measure every contender at one size."""
    chosen, data, outs = choose(people, dates, words), folder / f"task-{people}", folder / "answers"
    generate(data, people, dates)
    ours = [one for one in chosen.values() if one.module == OURS]
    stores = build_stores(data, sorted({"yearly" if "yearly" in one.options else "one" for one in ours}))
    measured = contend(chosen, data, outs, runs=runs, more=["--dates", str(dates)])
    said = check_answers(data, {name: outs / name for name in chosen if measured[name].failed is None}, dates)
    rows = people * EVENTS_PER_PERSON
    entry = {
        "people": people, "events": rows, "index_times_per_person": dates, **begin_entry(runs),
        "making_the_store": stores, "limit_of_reading": read_limit(data, runs) if stores else None,
        "contenders": tell(chosen, measured, said, rows=rows),
    }  # fmt: skip
    for one in entry["contenders"].values():
        one["command"] = one["command"].replace(str(folder), "FOLDER")
        if stores and one["versions"] == "this checkout" and one["cpu_s"]:
            one["share_of_the_limit"] = round(entry["limit_of_reading"]["cpu_s"] / one["cpu_s"], 3)
    shutil.rmtree(outs, ignore_errors=True)
    return entry


def show_entry(entry: dict) -> None:
    """Print one size."""
    size = f"{entry['people']:,} people, {entry['events']:,} events, index times each {entry['index_times_per_person']}"
    show(f"Features: {size}; medians of {entry['runs']} runs", entry["contenders"])
    if limit := entry["limit_of_reading"]:
        shares = {name: f"{one['share_of_the_limit']:.0%}" for name, one in entry["contenders"].items()
                  if "share_of_the_limit" in one}  # fmt: skip
        print(
            f"Reading four columns of the store, nothing else: {limit['rows_per_cpu_s'] / 1e6:.1f} M rows per CPU s; "
            f"of that: {shares}. Making the stores: {entry['making_the_store']}"
        )


def main() -> None:
    """Measure, print, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=lambda text: SIZES.get(text) or int(text), default=SIZES["S"],
                        help=f"a number, or {', '.join(SIZES)}")  # fmt: skip
    parser.add_argument("--dates", type=int, default=1, help="index times per person")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", nargs="+", default=[], help="parts of names of contenders; then nothing is kept")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    entry = run(options.people, options.dates, options.runs, options.folder, options.only)
    show_entry(entry)
    if not options.only:
        keep(entry, RESULTS / "features.json", same=lambda one: (one["people"], one["index_times_per_person"]))


if __name__ == "__main__":
    main()
