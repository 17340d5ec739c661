"""The whole pipeline on a simulated country, stage by stage: wall and CPU seconds, memory, disk, and how they grow.

Everything lies in a folder that DVC does not know, and goes when it is measured. What is no longer needed goes as soon
as that: the delivery when it is pseudonymised, the pseudonymised tables when events are made of them. An interrupted
run goes on where it was when it is started again: what is finished is not done again, and the seconds of what was cut
short are added.

Usage: python -m benchmarks.national [--people 20000 100000 ...] [--until STAGE] [--folder FOLDER] [--keep]
       python -m benchmarks.national --draw
"""

import argparse
import json
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.contest import FOLDER, RESULTS
from benchmarks.machine import machine
from benchmarks.measure import Interrupted, Process
from benchmarks.national_figure import fit_exponents, write_growth
from benchmarks.study_folder import MODELS, OUTCOME, RESAMPLES, count_rows, prepare_study, run_stage, size_mb

RESULT = RESULTS / "national.json"
WORLD, SIZES = "national", (20_000, 100_000, 500_000, 2_000_000, 6_000_000)


@dataclass(frozen=True)
class Step:
    """One stage.

    Parameters
    ----------
    name : str
        What it is told under.
    stage : str
        A stage of pipelines/, or a module of benchmarks.
    items : tuple of str
    removes : tuple of str
        Folders that are not needed after it.
    """

    name: str
    stage: str
    items: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()


_OUTCOME = (f"outcome={OUTCOME}",)
STEPS = (
    Step("simulate", "simulate", removes=("data/truth",)),
    Step("pseudonymise", "pseudonymise", removes=("data/raw", "data/quarantine/raw")),
    Step("intake", "intake", removes=("data/pseudonymised", "data/quarantine")),
    Step("build cohort", "build_cohort", _OUTCOME),
    Step("assign phases", "assign_phases", _OUTCOME, removes=("data/person/cohort",)),
    Step("560 features", "benchmarks.national_task", _OUTCOME, removes=("data/scratch",)),
    Step("build features", "build_features", _OUTCOME, removes=("data/person/events",)),
    Step("feasibility", "assess_feasibility", _OUTCOME),
    *(Step(f"train {model}", "train", (*_OUTCOME, f"model={model}")) for model in MODELS),
    Step("validate internally", "validate_internal", _OUTCOME),
    Step("validate temporally", "validate_temporal", _OUTCOME),
)


def measure(people: int, folder: Path, until: str | None = None) -> dict:
    """Run every step that is not done yet, and return what all of them cost."""
    prepare_study(folder, world=WORLD, people=people)
    notes = folder / "steps.json"
    done: dict[str, dict] = json.loads(notes.read_text()) if notes.exists() else {}
    for step in STEPS:
        if not done.get(step.name, {}).get("finished"):
            try:
                process = run_stage(folder, step.stage, *step.items)
            except Interrupted as interrupt:
                process = interrupt.process
            done[step.name] = add_attempt(done.get(step.name), process) | look_at(folder, step)
            notes.write_text(json.dumps(done, indent=1))
            if process.status:
                raise SystemExit(f"{step.name} of {people:,} people ended with status {process.status}; start it again "
                                 f"to go on from there.\n{process.errors}")  # fmt: skip
            print(f"{people:>9,} {step.name:<20} {tell(done[step.name])}", flush=True)
            for place in step.removes:
                shutil.rmtree(folder / place, ignore_errors=True)
        if step.name == until:
            break
    return done


def add_attempt(earlier: dict | None, process: Process) -> dict:
    """Add what a run of a step cost to what earlier runs of it, that were cut short, did."""
    before = earlier or {"wall_s": 0.0, "cpu_s": 0.0, "peak_mb": 0.0, "attempts": 0}
    return {
        "finished": process.status == 0,
        "wall_s": round(before["wall_s"] + process.wall_s, 1),
        "cpu_s": round(before["cpu_s"] + process.cpu_s, 1),
        "peak_mb": round(max(before["peak_mb"], process.peak_mb)),
        "attempts": before["attempts"] + 1,
    }


def look_at(folder: Path, step: Step) -> dict:
    """Return what the disk holds after a step, and after the first how many rows were delivered."""
    told: dict = {"disk_mb": size_mb(folder / "data")}
    if step.name == "simulate" and (folder / "data" / "raw" / "simulated" / "manifest.json").exists():
        told |= {"rows": count_rows(folder), "delivery_mb": size_mb(folder / "data" / "raw")}
    if step.name == "intake":
        told["events_mb"] = size_mb(folder / "data" / "person" / "events")
    return told


def tell(step: dict) -> str:
    """Tell what a step cost in a line."""
    return (f"{step['wall_s']:>9,.1f} s wall {step['cpu_s']:>9,.1f} s CPU {step['peak_mb']:>7,.0f} MB per process "
            f"{step['disk_mb']:>8,} MB on disk")  # fmt: skip


def describe_run(people: int, steps: dict[str, dict]) -> dict:
    """Return what is kept of one size."""
    rows = steps["simulate"]["rows"]
    wall, cpu = (round(sum(step[what] for step in steps.values()), 1) for what in ("wall_s", "cpu_s"))
    return {
        "people": people, "date": time.strftime("%Y-%m-%d"), "world": WORLD, "outcome": OUTCOME, "resamples": RESAMPLES,
        "command": f"python -m benchmarks.national --people {people}",
        "machine": machine("polars", "numpy", "lightgbm"),
        "rows": {"all": sum(rows.values()), **rows}, "wall_s": wall, "cpu_s": cpu,
        "rows_per_cpu_s": round(sum(rows.values()) / cpu),
        "peak_mb_per_process": max(step["peak_mb"] for step in steps.values()),
        "largest_disk_mb": max(step["disk_mb"] for step in steps.values()),
        "steps": {name: {key: value for key, value in step.items() if key not in ("finished", "rows")}
                  for name, step in steps.items()},
    }  # fmt: skip


def keep(entry: dict) -> None:
    """Keep a size beside the others, with how costs grow over all of them, and draw it."""
    kept = json.loads(RESULT.read_text())["sizes"] if RESULT.exists() else []
    sizes = sorted([*(one for one in kept if one["people"] != entry["people"]), entry], key=lambda one: one["people"])
    RESULT.write_text(json.dumps({"exponents": fit_exponents(sizes), "sizes": sizes}, indent=1) + "\n")
    write_growth(sizes, RESULT.with_suffix(".svg"))


def main() -> None:
    """Measure, print, keep the results, and clean up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, nargs="+", default=[SIZES[-1]], help=f"such as {SIZES}")
    parser.add_argument("--until", choices=[step.name for step in STEPS], help="stop after it; then nothing is kept")
    parser.add_argument("--folder", type=Path, default=FOLDER / "national")
    parser.add_argument("--keep", action="store_true", help="leave the folder of the study")
    parser.add_argument("--draw", action="store_true", help="draw what was measured before, and do nothing else")
    options = parser.parse_args()
    if options.draw:
        write_growth(json.loads(RESULT.read_text())["sizes"], RESULT.with_suffix(".svg"))
        return
    for people in options.people:
        folder = options.folder / str(people)
        steps = measure(people, folder, options.until)
        if options.until is None:
            keep(describe_run(people, steps))
        if not options.keep:
            shutil.rmtree(folder)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what it started ends with it
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("national: interrupted; start it again with the same options to go on.")
