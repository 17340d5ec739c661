"""What the last run found, in one screen."""

from pathlib import Path

import polars as pl
import yaml

from evidens.foundation import Faults
from evidens.study.catalog import StudyError
from evidens.study.phases import OPENED
from evidens.study.release import PHASES
from evidens.study.study import Study

SIGNS = {"PASS": "[green]✓ PASS[/]", "FAIL": "[red]✗ FAIL[/]", "INCONCLUSIVE": "[yellow]? INCONCLUSIVE[/]"}
REMEDY = "Run `make repro`."
HEADLINE = (("auroc", "AUROC"), ("oe_ratio", "observed / expected"))


def print_summary(root: Path) -> None:
    """Print gates and headline numbers per outcome and phase, and where report and MLflow are.

    Raises
    ------
    StudyError
        If there was no run yet.
    """
    from rich.console import Console
    from rich.table import Table

    study, console = Study.open(root), Console(highlight=False)
    _check_that_it_ran(study)
    candidate = _candidate(study)
    for outcome in study.names["outcomes"]:
        folder = study.folder("released", outcome)
        gates = pl.read_parquet(folder / "gates.parquet").filter(model=candidate)
        evidence = pl.read_parquet(folder / "evidence.parquet")
        table = Table(box=None, pad_edge=False, header_style="dim")
        for heading in ("phase", "gate", "people", "events", *(label for _, label in HEADLINE)):
            table.add_column(heading, justify="left" if heading in ("phase", "gate") else "right", no_wrap=True)
        for phase in PHASES:
            table.add_row(*_row(phase, gates.filter(phase=phase), evidence, candidate))
        console.print(f"\n[bold]{outcome.replace('_', ' ')}[/], proposed model {candidate}")
        console.print(table)
        for phase, reason in gates.filter(criterion=OPENED).select("phase", "finding").iter_rows():
            console.print(f"  {phase}: {reason}")
        console.print(f"  report  release/reports/{outcome}/index.html")
    console.print(f"\n{_describe_run(study)}")
    console.print("Recorded versions: run .venv/bin/evidens ui and open http://localhost:5000")


def _check_that_it_ran(study: Study) -> None:
    """Stop, naming all that a finished run would have left and that is not there."""
    released = {o: study.folder("released", o) for o in study.names["outcomes"]}
    tables = [folder / f"{name}.parquet" for folder in released.values() for name in ("gates", "evidence")]
    faults = Faults()
    for path in (_candidate_file(study), study.root / "dvc.lock", *tables):
        if not path.exists():
            faults.add(path.relative_to(study.root).as_posix(), "no such file: no run has finished yet.", REMEDY)
    faults.stop(StudyError)


def _describe_run(study: Study) -> str:
    """Say what the tables above come from."""
    choices = yaml.safe_load((study.root / "params.yaml").read_text(encoding="utf-8"))["choose"]
    n_stages = len(yaml.safe_load((study.root / "dvc.lock").read_text(encoding="utf-8"))["stages"])
    world = f" (world {choices['simulation']})" if choices["delivery"] == "simulated" else ""
    return f"{n_stages} stages on delivery {choices['delivery']}{world}, protocol {choices['protocol']}"


def _row(phase: str, gates: pl.DataFrame, evidence: pl.DataFrame, candidate: str) -> list[str]:
    if gates.filter(criterion=OPENED).height:
        return [phase, "not opened", "", "", *("" for _ in HEADLINE)]
    mine = evidence.filter(pl.col("phase") == phase, pl.col("group") == "all", pl.col("reference") == "none",
                           pl.col("label") == "coded",
                           pl.col("model").is_in([candidate, "none"]))  # fmt: skip
    first = mine.sort("n", descending=True).head(1)
    counts = [f"{first['n'].item():,}", f"{first['n_events'].item():,}"] if first.height else ["", ""]
    return [phase, SIGNS[_sum_up(gates["verdict"].to_list())], *counts, *(_number(mine, name) for name, _ in HEADLINE)]


def _number(rows: pl.DataFrame, metric: str) -> str:
    """Write the value with its interval; corrected for optimism where that was estimated."""
    corrected = rows.filter(metric=f"{metric}_corrected")
    found = corrected if corrected.height else rows.filter(metric=metric)
    if found.height != 1 or found["value"].item() is None:
        return ""
    value, lower, upper = (found[name].item() for name in ("value", "lower", "upper"))
    return f"{value:.2f}" if lower is None else f"{value:.2f} ({lower:.2f} to {upper:.2f})"


def _sum_up(verdicts: list[str]) -> str:
    """FAIL if anything failed, PASS only if everything passed.

    >>> _sum_up(["PASS", "INCONCLUSIVE"]), _sum_up([])
    ('INCONCLUSIVE', 'INCONCLUSIVE')
    """
    if "FAIL" in verdicts:
        return "FAIL"
    return "PASS" if verdicts and set(verdicts) == {"PASS"} else "INCONCLUSIVE"


def _candidate(study: Study) -> str:
    return yaml.safe_load(_candidate_file(study).read_text(encoding="utf-8"))["candidate"]


def _candidate_file(study: Study) -> Path:
    return study.root / study.catalog["settings"].dir / "candidate.yaml"
