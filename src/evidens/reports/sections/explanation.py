"""Section 9: what the model uses, feature by feature, and in two anonymous examples."""

import polars as pl

from evidens.reports.blocks import Block, Drawing, Figure, Row, RowGroup, Section, Table, Text
from evidens.reports.content import ReportContent
from evidens.reports.figures import as_svg, draw_archetype, draw_dependence, draw_importance
from evidens.reports.figures.archetype import RISK
from evidens.reports.figures.importance import direction_of
from evidens.reports.findings import Findings
from evidens.reports.numbers import format_share, format_value
from evidens.reports.report_settings import ReportSettings
from evidens.reports.sections.cells import Cell, words_cell
from evidens.reports.wording import name_feature, say_phase

_CAUTION = (
    "These figures show what the model uses, not what causes the outcome: a feature may stand in for another, and "
    "changing it in a person need not change that person's risk."
)


def describe_explanation(content: ReportContent, findings: Findings, settings: ReportSettings) -> Section:
    """Rank the features, draw the dependence on the first ones, and explain the archetypes."""
    ranking, phase = read_ranking(content, findings)
    curves = content.curves.filter(pl.col("model") == content.candidate)
    blocks: list[Block] = []
    if ranking.is_empty():
        blocks.append(Text("Importance of features: not known, none was given for the proposed model.", "absent"))
    else:
        top = ranking.head(settings.n_features)
        blocks += [Text(_CAUTION), _draw_ranking(content, top, ranking.height, phase), _tabulate_ranking(content, top)]
    blocks += _draw_dependences(content, curves, ranking, settings)
    blocks += _draw_archetypes(content, curves, settings)
    return Section("explanation", "What the model uses", tuple(blocks))


def read_ranking(content: ReportContent, findings: Findings) -> tuple[pl.DataFrame, str]:
    """Read the features by falling mean absolute contribution, from the last phase that has them."""
    found = findings.keep(model=content.candidate, reference="none").filter(
        pl.col("metric").is_in(["mean_abs_shap", "shap_direction"])
    )
    present = [p.name for p in content.phases if p.name in set(found["phase"].to_list())]
    schema = {"feature": pl.String, "value": pl.Float64, "lower": pl.Float64, "upper": pl.Float64,
              "direction": pl.Float64}  # fmt: skip
    if not present:
        return pl.DataFrame(schema=schema), ""
    part = found.filter(pl.col("phase") == present[-1]).with_columns(
        feature=pl.col("group").str.strip_prefix("feature=")
    )
    direction = part.filter(pl.col("metric") == "shap_direction").select("feature", direction="value")
    size = part.filter(pl.col("metric") == "mean_abs_shap", pl.col("value").is_not_null())
    ranking = size.join(direction, on="feature", how="left").select(list(schema))
    return ranking.sort(["value", "feature"], descending=[True, False]), present[-1]


def _draw_ranking(content: ReportContent, top: pl.DataFrame, n_features: int, phase: str) -> Figure:
    names = [name_feature(f, content.feature_labels) for f in top["feature"].head(3).to_list()]
    words = f"Ranking of {top.height} features by mean absolute contribution; first: {', '.join(names)}."
    wide, narrow = (
        as_svg(draw_importance(top, labels=content.feature_labels, layout=layout), name=f"importance-{layout}",
               description=words)
        for layout in ("wide", "narrow")
    )  # fmt: skip
    caption = (
        f"The {top.height} features of {n_features} with the largest mean absolute contribution to the log-odds of the "
        f"risk (SHAP values, {say_phase(phase)} data). ▲ a higher value raises the risk; ▼ lowers it; ◆ mixed."
    )
    return Figure(caption, (Drawing(wide, narrow),))


def _tabulate_ranking(content: ReportContent, top: pl.DataFrame) -> Table:
    rows = tuple(
        Row(
            name_feature(r["feature"], content.feature_labels),
            (Cell(*format_value(r["value"], r["lower"], r["upper"])), words_cell(_say_direction(r["direction"]))),
        )
        for r in top.iter_rows(named=True)
    )
    columns = ("Feature", "Mean absolute contribution", "Direction")
    return Table("The same ranking in numbers", columns, (RowGroup("", rows),))


def _say_direction(direction: float | None) -> str:
    _, sign, words = direction_of(direction)
    return f"{sign} {words}"


def _draw_dependences(
    content: ReportContent, curves: pl.DataFrame, ranking: pl.DataFrame, settings: ReportSettings
) -> list[Block]:
    points = curves.filter(pl.col("curve") == "dependence").with_columns(
        feature=pl.col("series").str.split("|").list.first()
    )
    points = _keep_last_phase(content, points)
    drawn = set(points["feature"].to_list())
    features = [f for f in ranking["feature"].to_list() if f in drawn][: settings.n_dependence]
    if not features:
        return [Text("Dependence on single features: not known, none was given.", "absent")]
    drawings = []
    for i, feature in enumerate(features):
        label = name_feature(feature, content.feature_labels)
        figure = draw_dependence(points.filter(pl.col("feature") == feature), label=label)
        description = f"How the contribution to the risk depends on: {label}."
        drawings.append(Drawing(as_svg(figure, name=f"dependence-{i}", description=description)))
    caption = (
        "How the contribution of each leading feature follows its value. Above 0 the feature raises the predicted "
        "risk. The band or bar holds the middle half of people with that value: it shows spread, not uncertainty."
    )
    return [Figure(caption, tuple(drawings), per_row=3)]


def _draw_archetypes(content: ReportContent, curves: pl.DataFrame, settings: ReportSettings) -> list[Block]:
    rows = curves.filter(pl.col("curve") == "archetype").with_columns(
        archetype=pl.col("series").str.split("|").list.first()
    )
    rows = _keep_last_phase(content, rows)
    drawings = []
    for i, (name, part) in enumerate(rows.group_by("archetype", maintain_order=True)):
        figure = draw_archetype(part, labels=content.feature_labels, n_named=settings.n_contributions)
        risk = part.filter(pl.col("series").str.ends_with(f"|{RISK}"))["y"].to_list()
        words = f"Predicted risk {format_share(risk[0])}." if risk and risk[0] is not None else ""
        description = f"Explanation of the anonymous example {name[0]}: features that raise and lower it. {words}"
        svg = as_svg(figure, name=f"archetype-{i}", description=description.strip())
        drawings.append(Drawing(svg, heading=str(name[0])))
    if not drawings:
        return [Text("Explained examples: not known, none was given.", "absent")]
    caption = (
        "Anonymous examples, none of them a person of the data: from the average risk (dashed) each bar moves the risk "
        "up (orange) or down (blue), in log-odds."
    )
    return [Figure(caption, tuple(drawings), per_row=2)]


def _keep_last_phase(content: ReportContent, rows: pl.DataFrame) -> pl.DataFrame:
    present = [p.name for p in content.phases if p.name in set(rows["phase"].to_list())]
    return rows.filter(pl.col("phase") == (present[-1] if present else ""))
