"""A study in a folder that neither git nor DVC knows: its stages are run one by one, each a process that is measured.

What runs is what `dvc repro` runs, `python -m pipelines.<stage>`, with this checkout's settings but for the world's
size, one outcome, and fewer resamples of the whole modelling.
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

from benchmarks.measure import ROOT, Process, run_process

OUTCOME, MODELS = "type_2_diabetes", ("lightgbm", "age_sex")
PEOPLE_PER_BUCKET = 10_000
RESAMPLES = {"n_resamples": 2, "n_interval_resamples": 20}  # whatever the size: the cost of one is what grows with it
CHOICES = {"delivery": "simulated", "protocol": "staged", "candidate": MODELS[0], "engine": "local"}


def prepare_study(folder: Path, *, world: str, people: int) -> None:
    """Make the study of a world of conf/simulation/ with so many people and one outcome, where it is not there yet."""
    if (folder / "prepared").exists():
        return
    for name in ("conf", "pipelines"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copy(ROOT / name, folder / name)
    change(folder / "params.yaml", choose={**CHOICES, "simulation": world})
    change(folder / "conf" / "study.yaml", outcomes=[OUTCOME], models=list(MODELS))
    shard = min(yaml.safe_load((folder / "conf" / "simulation" / f"{world}.yaml").read_text())["shard_persons"], people)
    change(folder / "conf" / "simulation" / f"{world}.yaml", n_persons=people, shard_persons=shard,
           n_buckets=max(4, people // PEOPLE_PER_BUCKET), **RESAMPLES)  # fmt: skip
    opening = {"outcome": OUTCOME, "phase": "temporal", "by": "benchmark", "reason": "to measure what it costs"}
    change(folder / "conf" / "openings.yaml", openings=[opening])
    run_stage(folder, "compose_settings", must=True)
    (folder / "prepared").touch()


def change(path: Path, **values: Any) -> None:
    """Change settings of a YAML file."""
    content = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({**content, **values}, sort_keys=False))


def run_stage(folder: Path, stage: str, *items: str, must: bool = False, timeout_s: float = 48 * 3600.0) -> Process:
    """Run one stage in the study, or a module of benchmarks there, and measure it.

    Raises
    ------
    SystemExit
        If it must go well and does not.
    """
    module = stage if "." in stage else f"pipelines.{stage}"
    done = run_process(
        [sys.executable, "-m", module, *items], cwd=folder, env={"PYTHONPATH": str(ROOT)}, timeout_s=timeout_s
    )
    if must and done.status:
        raise SystemExit(f"{stage} ended with status {done.status}.\n{done.errors}")
    return done


def count_rows(folder: Path) -> dict[str, int]:
    """Count the rows of the delivery by register, from its manifest."""
    listed = json.loads((folder / "data" / "raw" / "simulated" / "manifest.json").read_text())["files"]
    rows: dict[str, int] = {}
    for name, file in listed.items():
        register = name.split("/")[0]
        rows[register] = rows.get(register, 0) + file["rows"]
    return rows


def size_mb(*folders: Path) -> int:
    """Return what folders hold on the disk, in MB (1e6 bytes)."""
    return round(sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file()) / 1e6)
