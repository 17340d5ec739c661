"""What the last run found, in one screen."""

from pathlib import Path

import polars as pl
import yaml

from evidens.foundation import Fault
from evidens.study.catalog import StudyError
from evidens.study.phases import OPENED
from evidens.study.release import PHASES
from evidens.study.study import Study

SIGNS = {"PASS": "[green]✓ PASS[/]", "FAIL": "[red]✗ FAIL[/]", "INCONCLUSIVE": "[yellow]? INCONCLUSIVE[/]"}
HEADLINE = (("auroc", "AUROC"), ("oe_ratio", "O/E"), ("calibration_slope", "slope"))


def print_summary(root: Path) -> None:
    """Print gates and headline numbers per outcome and phase, and where report and MLflow are."""
    from rich.console import Console
    from rich.table import Table

    study, console = Study.open(root), Console()
    for outcome in study.names["outcomes"]:
        folder = study.folder("released", outcome)
        if not (folder / "gates.parquet").exists():
            raise StudyError(Fault(f"release/tables/{outcome}", "no released tables yet.", "Run `make repro`."))
        gates = pl.read_parquet(folder / "gates.parquet")
        evidence = pl.read_parquet(folder / "evidence.parquet")
        candidate = _candidate(study)
        console.print(f"\n[bold]{outcome.replace('_', ' ')}[/], model {candidate}")
        table = Table(box=None, pad_edge=False, header_style="dim")
        for heading in ("phase", "gate", "people", "events", *(label for _, label in HEADLINE)):
            is_text = heading in ("phase", "gate")
            table.add_column(heading, justify="left" if is_text else "right", no_wrap=heading != "gate")
        for phase in PHASES:
            table.add_row(*_row(phase, gates.filter(model=candidate, phase=phase), evidence, candidate))
        console.print(table)
        console.print(f"  report  release/reports/{outcome}/index.html")
    console.print("\nVersions: run [bold].venv/bin/evidens ui[/] and open http://localhost:5000", highlight=False)


def _row(phase: str, gates: pl.DataFrame, evidence: pl.DataFrame, candidate: str) -> list[str]:
    closed = gates.filter(pl.col("criterion") == OPENED)
    verdict = _worst(gates["verdict"].to_list())
    gate = f"not opened: {closed['finding'].first()}" if closed.height else SIGNS[verdict]
    mine = evidence.filter(pl.col("phase") == phase, pl.col("group") == "all", pl.col("reference") == "none",
                           pl.col("model").is_in([candidate, "none"]))  # fmt: skip
    first = mine.sort("n", descending=True).head(1)
    counts = [f"{first['n'].item():,}", f"{first['n_events'].item():,}"] if first.height else ["", ""]
    return [phase, gate, *counts, *(_number(mine.filter(metric=metric)) for metric, _ in HEADLINE)]


def _number(rows: pl.DataFrame) -> str:
    if rows.height != 1 or rows["value"].item() is None:
        return ""
    value, lower, upper = (rows[name].item() for name in ("value", "lower", "upper"))
    return f"{value:.2f}" if lower is None else f"{value:.2f} ({lower:.2f}-{upper:.2f})"


def _worst(verdicts: list[str]) -> str:
    """FAIL if anything failed, PASS only if everything passed."""
    if "FAIL" in verdicts:
        return "FAIL"
    return "PASS" if verdicts and set(verdicts) == {"PASS"} else "INCONCLUSIVE"


def _candidate(study: Study) -> str:
    path = study.root / study.catalog["settings"].dir / "candidate.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))["candidate"]
