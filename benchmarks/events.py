"""From pseudonymised register files to events: rows per CPU second of the stages `pseudonymise` and `intake`.

The delivery is the demo world's, with its planted defects; each stage begins with nothing of its own there.

Usage: python -m benchmarks.events [--people 83000] [--runs 3] [--folder FOLDER]
"""

import argparse
import json
import shutil
from pathlib import Path

from benchmarks.contest import FOLDER, RESULTS, begin_entry, keep
from benchmarks.measure import Measured, describe
from benchmarks.study_folder import count_rows, prepare_study, run_stage, size_mb

STAGES = {  # and what each makes
    "pseudonymise": ("data/pseudonymised", "data/quarantine/raw", "data/aggregate/accounts/pseudonymise"),
    "intake": ("data/person", "data/quarantine/intake", "data/aggregate/accounts/intake"),
}
TARGET = 1_200_000  # rows per CPU second of intake


def measure(folder: Path, runs: int) -> dict[str, Measured]:
    """Run both stages from nothing so many times, in turn."""
    measured = {stage: Measured(("python", "-m", f"pipelines.{stage}")) for stage in STAGES}
    for _ in range(runs):
        for stage, makes in STAGES.items():
            for place in makes:
                shutil.rmtree(folder / place, ignore_errors=True)
            measured[stage].runs.append(run_stage(folder, stage, must=True))
    return measured


def main() -> None:
    """Measure, print, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=83_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    folder = options.folder / f"events-{options.people}"
    prepare_study(folder, world="demo", people=options.people)
    if not (folder / "data" / "raw" / "simulated" / "manifest.json").exists():
        run_stage(folder, "simulate", must=True)
    rows = sum(count_rows(folder).values())
    stages = {}
    for stage, measured in measure(folder, options.runs).items():
        told = describe(measured)
        stages[stage] = told | {"rows_per_cpu_s": round(rows / told["cpu_s"])}
    entry = {
        "people": options.people, "rows": rows, **begin_entry(options.runs), "target_rows_per_cpu_s": TARGET,
        "events_mb": size_mb(folder / "data" / "person" / "events"), "stages": stages,
    }  # fmt: skip
    print(json.dumps(entry, indent=1))
    keep(entry, RESULTS / "events.json", same=lambda one: one["people"])
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
