"""What a cluster's engine costs: the feature stage on the local engine and on Dask, both with two workers, in turn.

The files that both write are compared byte by byte.

Usage: python -m benchmarks.engines [--people 83000] [--runs 3] [--folder FOLDER]
"""

import argparse
import json
import shutil
from pathlib import Path

import yaml

from benchmarks.contest import FOLDER, RESULTS, begin_entry, keep
from benchmarks.measure import ROOT, Measured, Process, cpu_ratio, describe
from benchmarks.study_folder import OUTCOME, prepare_study, run_stage
from evidens.foundation import digest_file

STAGE, BEFORE = "build_features", ("simulate", "pseudonymise", "intake", "build_cohort", "assign_phases")
MAKES = ("person/dense_features", "person/count_features", "aggregate/vocabulary")
WORKERS = 2
ENGINES = {"local": {"n_workers": WORKERS, "processes_from_mb": 0}, "dask": {"n_workers": WORKERS}}


def settings_of(engine: str) -> dict:
    """Read the shipped settings of an engine, with two workers, however little there is to do."""
    return yaml.safe_load((ROOT / "conf" / "engine" / f"{engine}.yaml").read_text()) | ENGINES[engine]


def prepare(folder: Path, people: int) -> None:
    """Make a study whose people are divided into phases, and no further."""
    prepare_study(folder, world="demo", people=people)
    for stage in BEFORE:
        items = (f"outcome={OUTCOME}",) if stage in ("build_cohort", "assign_phases") else ()
        run_stage(folder, stage, *items, must=True)


def build_features(folder: Path, engine: str) -> tuple[Process, dict[str, str]]:
    """Build the features on one engine, and return what it cost and the digest of every file."""
    runtime = folder / "build" / "runtime" / "engine.yaml"
    runtime.write_text(yaml.safe_dump(settings_of(engine)))
    places = [folder / "data" / place for place in MAKES]
    for place in places:
        shutil.rmtree(place, ignore_errors=True)
    process = run_stage(folder, STAGE, f"outcome={OUTCOME}", must=True)
    files = sorted(file for place in places for file in place.rglob("*.parquet"))
    digests = {file.relative_to(folder).as_posix(): digest_file(file) for file in files}
    return process, digests


def main() -> None:
    """Measure, print, and keep the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=83_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    folder = options.folder / f"engines-{options.people}"
    prepare(folder, options.people)
    measured = {name: Measured(("python", "-m", f"pipelines.{STAGE}")) for name in ENGINES}
    made: dict[str, dict[str, str]] = {}
    for _ in range(options.runs):
        for name in ENGINES:
            process, made[name] = build_features(folder, name)
            measured[name].runs.append(process)
    entry = {
        "people": options.people, **begin_entry(options.runs), "stage": STAGE, "workers": WORKERS,
        "cpu_of_dask_over_local": round(cpu_ratio(measured["dask"], measured["local"]) or 0.0, 3),
        "files_are_equal": made["local"] == made["dask"] and bool(made["local"]),
        "engines": {name: {**describe(one), "settings": settings_of(name)} for name, one in measured.items()},
    }  # fmt: skip
    print(json.dumps(entry, indent=1))
    keep(entry, RESULTS / "engines.json", same=lambda one: one["people"])
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
