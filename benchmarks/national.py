"""Simulate the whole country on all cores: wall and CPU seconds, memory per process, disk, rows per register.

The delivery and its truth are made by the mechanism that the stage `simulate` uses, in a folder that DVC does not
know, and removed when everything is measured. An interrupted run goes on where it was when it is started again with
the same options; its seconds are added up.

Usage: python -m benchmarks.national [--persons 6000000] [--processes N] [--folder data/scratch/national] [--keep]
"""

import argparse
import dataclasses
import json
import resource
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.unit.simulation.worlds import build_world

from benchmarks.machine import machine
from evidens.foundation import StageLog
from evidens.study.engine import count_cores
from evidens.study.shards import ShardAccount
from evidens.study.simulation import TRUTH, simulate_world

ROOT = Path(__file__).parents[1]
RESULT = Path(__file__).parent / "results" / "national.json"


def main() -> None:
    """Simulate, measure, print, keep the result of a whole country, and clean up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--persons", type=int, help="fewer people than the world has, to try it")
    parser.add_argument("--processes", type=int, help="default: what cores and memory allow")
    parser.add_argument("--folder", type=Path, default=ROOT / "data" / "scratch" / "national")
    parser.add_argument("--keep", action="store_true", help="leave the delivery and its truth in the folder")
    options = parser.parse_args()
    world = build_world("national")
    is_whole = options.persons is None
    if not is_whole:
        world = dataclasses.replace(world, n_persons=options.persons)
    raw, log = options.folder / "raw", StageLog("national")
    truth = {table: options.folder / "truth" / table for table in TRUTH}
    with added_up(options.folder / "seconds.json") as seconds:
        accounts = simulate_world(
            world, raw=raw, truth=truth, scratch=options.folder / "scratch", log=log, n_processes=options.processes
        )
    result = {
        "date": time.strftime("%Y-%m-%d"),
        "command": "python -m benchmarks.national" + ("" if is_whole else f" --persons {world.n_persons}"),
        "machine": machine("polars", "numpy"),
        "world": world.name,
        "persons": world.n_persons,
        "processes": options.processes or count_cores(),
        **describe_run(accounts, raw, seconds),
    }
    log.finish()
    print(json.dumps(result, indent=1))
    if is_whole:
        RESULT.parent.mkdir(exist_ok=True)
        RESULT.write_text(json.dumps(result, indent=1) + "\n")
    if not options.keep:
        shutil.rmtree(options.folder)


def describe_run(accounts: list[ShardAccount], raw: Path, seconds: dict[str, float]) -> dict:
    """Return rows, seconds, memory and disk of a finished run."""
    listed = json.loads((raw / "manifest.json").read_text())["files"]
    rows: dict[str, int] = defaultdict(int)
    mb: dict[str, float] = defaultdict(float)
    for name, file in listed.items():
        register = name.split("/")[0]
        rows[register] += file["rows"]
        mb[register] += (raw / name).stat().st_size / 1e6
    n_rows = sum(rows.values())
    spent = {step: sum(getattr(account, f"{step}_s") for account in accounts)
             for step in ("simulated", "emitted", "written")}  # fmt: skip
    return {
        "rows": {"all": n_rows, **rows},
        "wall_seconds": round(seconds["wall"], 1),
        "rows_per_second": round(n_rows / seconds["wall"]),
        "cpu_seconds": {**{step: round(s, 1) for step, s in spent.items()}, "whole run": round(seconds["cpu"], 1)},
        "rows_per_cpu_second": round(n_rows / seconds["cpu"]),
        "peak_mb_per_process": max(account.peak_mb for account in accounts),
        "delivery_mb": {"all": round(sum(mb.values())), **{register: round(size) for register, size in mb.items()}},
        "largest_file_mb": round(max((raw / name).stat().st_size for name in listed) / 1e6),
    }


@contextmanager
def added_up(path: Path) -> Iterator[dict[str, float]]:
    """Add the seconds of this run to those of the runs that were interrupted before it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    seconds = json.loads(path.read_text()) if path.exists() else {"wall": 0.0, "cpu": 0.0}
    started = time.perf_counter()
    try:
        yield seconds
    finally:
        usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        seconds["wall"] += time.perf_counter() - started
        seconds["cpu"] += sum(usage.ru_utime + usage.ru_stime for usage in usages)
        path.write_text(json.dumps(seconds))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("national: interrupted; start it again with the same options to go on.")
