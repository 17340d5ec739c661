"""Rows of forest figures from estimates, and their drawings for wide and narrow pages."""

import polars as pl

from evidens.reports.blocks import Drawing
from evidens.reports.figures import as_svg, draw_forest
from evidens.reports.findings import Estimate
from evidens.reports.wording import find_metric

FOREST_SCHEMA = {
    "heading": pl.String, "label": pl.String, "rank": pl.Int64, "value": pl.Float64, "lower": pl.Float64,
    "upper": pl.Float64, "n": pl.Int64, "n_events": pl.Int64, "reason": pl.String,
}  # fmt: skip


def forest_row(heading: str, label: str, rank: int, estimate: Estimate) -> dict[str, object]:
    """Make one row of a forest figure from an estimate."""
    kept = ("value", "lower", "upper", "n", "n_events", "reason")
    return {"heading": heading, "label": label, "rank": rank, **{name: getattr(estimate, name) for name in kept}}


def draw_both(rows: pl.DataFrame, *, metric: str, name: str, description: str) -> Drawing:
    """Draw a forest of one metric for wide and for narrow pages."""
    settings = {
        "auroc": {"x_label": "AUROC", "ideal": None, "is_ratio": False},
        "oe_ratio": {"x_label": "Observed / expected cases", "ideal": 1.0, "is_ratio": True},
    }[metric]
    wide, narrow = (
        as_svg(draw_forest(rows, layout=layout, **settings), name=f"{name}-{layout}", description=description)  # type: ignore[arg-type]
        for layout in ("wide", "narrow")
    )
    return Drawing(wide, narrow, heading=find_metric(metric).label)
