"""Tables beside the main one: optimism, differences from other models, the rest."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from evidens.reports.blocks import Block, Row, RowGroup, Table, Text
from evidens.reports.content import PhaseFacts, ReportContent
from evidens.reports.findings import Findings, read_estimate
from evidens.reports.sections.cells import ABSENT, estimate_cell, people_cells
from evidens.reports.wording import (
    CLASSIFICATION,
    METRICS,
    PERFORMANCE,
    name_feature,
    name_level,
    name_metric,
    name_model,
    name_phase,
)

_SHOWN = {*PERFORMANCE, *CLASSIFICATION, "net_benefit", "mean_abs_shap", "shap_direction"}
_DERIVED = {f"{m}{ending}" for m in METRICS for ending in ("_optimism", "_corrected")}


def rows_by_phase(
    found: pl.DataFrame, keys: list[str], phases: list[str], name: Callable[[Mapping[str, Any]], tuple[str, str]]
) -> tuple[Row, ...]:
    """Make one table row per combination of `keys`, with the estimate of each phase beside the others.

    Parameters
    ----------
    found : polars.DataFrame
        Rows of the evidence, one per combination and phase.
    keys : list of str
        Columns that make a row, also the order of the rows.
    phases : list of str
        Columns of the table.
    name : callable
        Gives header and hint of a row.
    """
    rows = []
    for _, part in found.sort(keys).group_by(keys, maintain_order=True):
        at = {r["phase"]: estimate_cell(read_estimate(r)) for r in part.iter_rows(named=True)}
        header, hint = name(part.row(0, named=True))
        rows.append(Row(header, tuple(at.get(p, ABSENT) for p in phases), hint))
    return tuple(rows)


def tabulate_optimism(findings: Findings, phases: list[PhaseFacts]) -> list[Block]:
    """Show apparent, optimism and corrected beside each other, for every phase that has them."""
    groups = []
    for phase in phases:
        rows = tuple(
            Row(
                METRICS[m].label,
                tuple(estimate_cell(findings.find(m + end, phase.name)) for end in ("", "_optimism", "_corrected")),
            )
            for m in METRICS
            if findings.find(f"{m}_corrected", phase.name).is_there
        )
        if rows:
            groups.append(RowGroup(name_phase(phase.name), rows))
    if not groups:
        has_internal = any(p.name == "internal" for p in phases)
        text = "Optimism of the internal validation: not known, no corrected values were given."
        return [Text(text, "absent")] if has_internal else []
    return [
        Table(
            "How much of the apparent performance is optimism",
            ("Measure", "Apparent", "Optimism", "Corrected"),
            tuple(groups),
            note="Optimism: what refitting the whole modelling process on resampled people loses on the original ones.",
        )
    ]


def tabulate_differences(findings: Findings, phases: list[PhaseFacts]) -> list[Block]:
    """Show differences of the proposed model from other models; net benefit has its own table."""
    names = [p.name for p in phases]
    found = findings.keep(model=findings.candidate, group="all", label="coded").filter(
        pl.col("reference") != "none", pl.col("metric") != "net_benefit", pl.col("phase").is_in(names)
    )
    if found.is_empty():
        return []
    rows = rows_by_phase(
        found, ["metric", "threshold", "reference"], names,
        lambda r: (name_metric(r["metric"], r["threshold"]), f"minus “{name_model(r['reference']).lower()}”"),
    )  # fmt: skip
    caption = "Differences of the proposed model from the others, in the same people, with 95% intervals"
    return [Table(caption, ("Measure", *(name_phase(n) for n in names)), (RowGroup("", rows),))]


def tabulate_left_out(findings: Findings, phases: list[PhaseFacts]) -> list[Block]:
    """Show each region predicted by a model that never saw it (internal-external validation)."""
    metrics = ("auroc", "calibration_slope", "oe_ratio")
    found = findings.keep(model=findings.candidate, metric="auroc_left_out", reference="none", label="coded")
    found = found.filter(pl.col("phase").is_in([p.name for p in phases]))
    rows = tuple(
        Row(
            name_level("region", r["group"].partition("=")[2]),
            (*people_cells(read_estimate(r)),
             *(estimate_cell(findings.find(f"{m}_left_out", r["phase"], group=r["group"])) for m in metrics)),
        )
        for r in found.sort("group").iter_rows(named=True)
    )  # fmt: skip
    caption = "Each region of development, predicted by a model fitted without it (internal-external validation)"
    columns = ("Region left out", "People", "Events", *(METRICS[m].label for m in metrics))
    return [Table(caption, columns, (RowGroup("", rows),))] if rows else []


def tabulate_further(content: ReportContent, findings: Findings) -> list[Block]:
    """List every other measure of the study and the proposed model, so that nothing found disappears."""
    is_own = (pl.col("model") == content.candidate) & ~pl.col("metric").is_in([*_SHOWN, *_DERIVED])
    found = findings.keep(group="all", label="coded").filter(
        (is_own & (pl.col("reference") == "none")) | (pl.col("model") == "none")
    )
    present = set(found["phase"].to_list())
    phases = [p.name for p in content.phases if p.name in present]
    if not phases:
        return []

    def name(row: Mapping[str, Any]) -> tuple[str, str]:
        feature = row["reference"].removeprefix("feature=")
        of = "" if row["reference"] == "none" else f"{name_feature(feature, content.feature_labels)}; "
        return name_metric(row["metric"], row["threshold"]), of + row["method"]

    rows = rows_by_phase(found, ["metric", "threshold", "model", "reference"], phases, name)
    return [Table("Further measures", ("Measure", *(name_phase(p) for p in phases)), (RowGroup("", rows),))]
