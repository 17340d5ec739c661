"""What simulated rows cost: CPU seconds per register, from drawing lives to files, on one core.

A few shards of the national world are simulated, given the registers' form and written, once to warm up and then
measured. The oracle, which works out everyone's true risk and gives no row, is told apart. Seconds are CPU seconds of
this process, with one thread and the memory settings of a process that simulates shards; rows per second are rows
over the median of the shards' seconds.

Usage: python -m benchmarks.simulation [--persons 40000] [--shards 3] [--profile]
"""

import argparse
import cProfile
import dataclasses
import json
import os
import pstats
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.unit.simulation.worlds import build_world

import evidens.simulation.shard as shard_module
from benchmarks.machine import machine
from evidens.foundation import peak_memory_mb
from evidens.registers import emission
from evidens.simulation import WorldSettings
from evidens.study import shards as shards_module

RESULT = Path(__file__).parent / "results" / "simulation.json"
TARGETS = {"all registers": 1_500_000, "laboratory, drawn and formed": 3_000_000}  # rows per CPU second
ORACLE, LABORATORY = "oracle", "describe_results"


class Clock:
    """CPU seconds by what they were spent on; of nested calls only what is not a measured call itself."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.inner: list[float] = []

    def timed(self, function: Callable[..., Any], name: str | Callable[..., str]) -> Callable[..., Any]:
        """Return `function` with its CPU seconds counted under `name`, or under what `name` makes of the arguments."""

        def run(*args: Any, **kwargs: Any) -> Any:
            self.inner.append(0.0)
            started = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                spent = time.process_time() - started
                self.seconds[name if isinstance(name, str) else name(*args)] += spent - self.inner.pop()
                if self.inner:
                    self.inner[-1] += spent

        return run


def watch(clock: Clock) -> None:
    """Count the seconds of every layer of a shard, of every register's emission and of every register's files."""
    for room in [shard_module, *(room for room in vars(shard_module).values() if isinstance(room, ModuleType))]:
        for name in [name for name in vars(room) if name.startswith(("describe_", "draw_"))]:
            setattr(room, name, clock.timed(getattr(room, name), ORACLE if name == "describe_risk" else name))
    emission.EMITTERS = tuple(clock.timed(emit, emit.__name__) for emit in emission.EMITTERS)
    for name in ("plant_defects", "deliver_again", "vary"):
        setattr(emission, name, clock.timed(getattr(emission, name), name))
    shards_module.write_parquet = clock.timed(shards_module.write_parquet, lambda _, path: f"write {register_of(path)}")


def register_of(path: Path) -> str:
    """Return the register that a file belongs to, or "truth"."""
    parts = path.parts
    return parts[parts.index("raw") + 1] if "raw" in parts else "truth"


def measure(world: WorldSettings, clock: Clock, shard: int) -> dict[str, Any]:
    """Simulate one shard into a folder that goes again, and return rows and seconds."""
    import polars as pl

    with tempfile.TemporaryDirectory() as folder:
        clock.seconds.clear()
        account = shards_module.simulate_one_shard(world, Path(folder), shard)
        rows: dict[str, int] = defaultdict(int)
        for path in Path(folder).rglob("raw/**/*.parquet"):
            rows[register_of(path)] += pl.scan_parquet(path).select(pl.len()).collect().item()
        size = sum(path.stat().st_size for path in Path(folder).rglob("raw/**/*.parquet"))
    whole = account.simulated_s + account.emitted_s + account.written_s
    return {"account": account, "rows": dict(rows), "seconds": dict(clock.seconds), "bytes": size, "whole": whole}


def summarise(shards: list[dict[str, Any]], world: WorldSettings) -> dict[str, Any]:
    """Return medians over the shards."""

    def median(pick: Callable[[dict[str, Any]], float]) -> float:
        return statistics.median(pick(shard) for shard in shards)

    steps = sorted({step for shard in shards for step in shard["seconds"]})
    seconds = {step: round(median(lambda s, step=step: s["seconds"].get(step, 0.0)), 3) for step in steps}
    registers = sorted({register for shard in shards for register in shard["rows"]})
    rows = {register: round(median(lambda s, r=register: s["rows"].get(r, 0))) for register in registers}
    without_oracle = median(lambda s: s["whole"] - s["seconds"][ORACLE])
    formed = {
        register: seconds.get(f"emit_{register}", 0.0) + seconds.get(f"write {register}", 0.0) for register in registers
    }
    laboratory = seconds[LABORATORY] + seconds["emit_lab"]
    n_rows = sum(rows.values())
    return {
        "persons": world.shard_persons,
        "rows": {"all": n_rows, **rows},
        "rows_per_person": round(n_rows / world.shard_persons, 1),
        "bytes_per_row": round(median(lambda s: s["bytes"]) / n_rows, 1),
        "cpu_seconds": {
            "all but the oracle": round(without_oracle, 3),
            "oracle": seconds[ORACLE],
            "simulate, without the oracle": round(median(lambda s: s["account"].simulated_s) - seconds[ORACLE], 3),
            "emit": round(median(lambda s: s["account"].emitted_s), 3),
            "write": round(median(lambda s: s["account"].written_s), 3),
        },
        "rows_per_cpu_second": {
            "all registers": round(n_rows / without_oracle),
            "all registers and the oracle": round(n_rows / median(lambda s: s["whole"])),
            "laboratory, drawn and formed": round(rows["lab"] / laboratory),
            "laboratory, written too": round(rows["lab"] / (laboratory + seconds["write lab"])),
            "emit and write": {r: round(rows[r] / formed[r]) for r in registers if formed[r] >= 0.005},
        },
        "targets": TARGETS,
        "cpu_seconds_by_step": dict(sorted(seconds.items(), key=lambda item: -item[1])),
        "peak_mb": round(peak_memory_mb(children=False)),
    }


def main() -> None:
    """Measure, print, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--persons", type=int, default=40_000, help="people per shard")
    parser.add_argument("--shards", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="print the functions that cost most; keep nothing")
    options = parser.parse_args()
    n_persons = options.persons * (options.shards + 1)
    world = build_world("national", n_persons=n_persons, shard_persons=options.persons)
    small = dataclasses.replace(world, n_persons=500, shard_persons=500)
    clock = Clock()
    if options.profile:
        profile_shard(world, small)
        return
    watch(clock)
    measure(small, clock, 0)
    measure(world, clock, options.shards)  # a process simulates many shards: the first one's memory is new to it
    shards = [measure(world, clock, shard) for shard in range(options.shards)]
    result = {
        "date": time.strftime("%Y-%m-%d"),
        "command": f"python -m benchmarks.simulation --persons {options.persons} --shards {options.shards}",
        "machine": machine("polars", "numpy"),
        "world": world.name,
        **summarise(shards, world),
    }
    print(json.dumps(result, indent=1))
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n")


def profile_shard(world: WorldSettings, small: WorldSettings) -> None:
    """Print the functions in which a shard's time goes, most first."""
    with tempfile.TemporaryDirectory() as folder:
        shards_module.simulate_one_shard(small, Path(folder) / "small", 0)
        with cProfile.Profile() as profile:
            shards_module.simulate_one_shard(world, Path(folder), 0)
    stats = pstats.Stats(profile)
    stats.sort_stats("tottime").print_stats(40)
    stats.sort_stats("cumtime").print_stats("evidens", 70)


if __name__ == "__main__":
    if "MALLOC_MMAP_MAX_" not in os.environ:  # what a process gets is read when it starts
        environment = os.environ | shards_module.OF_A_PROCESS
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.simulation", *sys.argv[1:]], environment)
    main()
