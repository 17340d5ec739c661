"""A whole study from nothing: seconds and peak memory per stage, a run with nothing to do, start-up.

Usage: python -m benchmarks.study [tiny] [demo]
"""

import json
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from tests.pipeline.tiny import ROOT, clone_checkout

from benchmarks.machine import machine
from evidens.study.reproduction import OUTSIDE

RESULTS = Path(__file__).parent / "results"
LINE = re.compile(
    r"^(?P<stage>[\w@-]+): (?P<rows>[\d,]+) rows(?:, [\d,]+ rows/s)?, (?P<seconds>[\d.]+) s, peak (?P<mb>[\d,]+) MB$",
    re.M,
)
PROTOCOL = {"tiny": "rehearsal", "demo": "staged"}
IMPORTS = {
    "evidens": "import evidens",
    "a stage without models": "import evidens.study, evidens.cohort, evidens.features",
    "training": "import evidens.study.features, evidens.models, lightgbm",
    "validation": "import evidens.study.phases",
    "explanation": "import evidens.study.features, evidens.explanation, shap, lightgbm",
    "change record": "import evidens.study.versions, evidens.changes, mlflow",
}


def run_world(world: str) -> dict:
    """Run a study from nothing in a clone of this checkout, then again with nothing to do."""
    with tempfile.TemporaryDirectory() as folder:
        clone = clone_checkout(Path(folder) / "study")
        choices = yaml.safe_load((clone.root / "params.yaml").read_text())["choose"]
        clone.edit(
            "params.yaml", lambda p: p.update(choose={**choices, "simulation": world, "protocol": PROTOCOL[world]})
        )
        start = time.perf_counter()
        done = clone.dvc("repro")
        whole = time.perf_counter() - start
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        clone.dvc("repro")
        nothing = time.perf_counter() - start
        stages = {m["stage"]: {"seconds": float(m["seconds"]), "peak_mb": int(m["mb"].replace(",", ""))}
                  for m in LINE.finditer(done.stdout)}  # fmt: skip
        equal = compare_with_committed(clone.md5s()) if world == committed_world() else "not compared"
        disk = sum(f.stat().st_size for f in clone.root.rglob("*") if f.is_file() and not f.is_symlink()) / 1e6
    return {"seconds": round(whole, 1), "nothing_to_do_seconds": round(nothing, 1), "stages": stages,
            "peak_mb": round(usage.ru_maxrss * 1024 / 1e6), "disk_mb": round(disk),
            "equal_to_the_committed_run": equal}  # fmt: skip


def committed_world() -> str:
    """The world that the committed dvc.lock is about."""
    return yaml.safe_load((ROOT / "params.yaml").read_text())["choose"]["simulation"]


def compare_with_committed(md5s: dict[str, str]) -> str:
    """How many data and evidence tables have the bytes of the committed run."""
    stages = yaml.safe_load((ROOT / "dvc.lock").read_text())["stages"].values()
    committed = {out["path"]: out["md5"] for stage in stages for out in stage["outs"]}
    tables = [path for path in committed if not path.startswith(OUTSIDE)]
    return f"{sum(committed[path] == md5s.get(path) for path in tables)} of {len(tables)} tables"


def time_imports(repeats: int = 5) -> dict[str, float]:
    """Median seconds of a fresh interpreter that imports something, an empty interpreter's subtracted."""

    def median(code: str) -> float:
        taken = []
        for _ in range(repeats):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
            taken.append(time.perf_counter() - start)
        return statistics.median(taken)

    empty = median("pass")
    return {name: round(median(code) - empty, 2) for name, code in IMPORTS.items()}


def main() -> None:
    """Measure, print, and keep the result."""
    worlds = sys.argv[1:] or ["tiny", "demo"]
    result = {"date": time.strftime("%Y-%m-%d"), "command": "python -m benchmarks.study " + " ".join(worlds),
              "machine": machine("polars", "lightgbm", "dvc", "mlflow"), "imports_seconds": time_imports()}  # fmt: skip
    result["worlds"] = {world: run_world(world) for world in worlds}
    print(json.dumps(result, indent=1))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "study.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
