"""Drawings show what the frames say, carry their intervals, and are the same bytes each time."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import polars as pl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from evidens.reports import (
    as_svg,
    draw_archetype,
    draw_calibration,
    draw_decision_curve,
    draw_dependence,
    draw_flow,
    draw_forest,
    draw_importance,
)
from evidens.reports.figures.archetype import read_archetype

FOREST = {"heading": pl.String, "label": pl.String, "rank": pl.Int64, "value": pl.Float64, "lower": pl.Float64,
          "upper": pl.Float64, "n": pl.Int64, "n_events": pl.Int64, "reason": pl.String}  # fmt: skip


def forest_of(*rows):
    return pl.DataFrame(rows, schema=FOREST, orient="row")


def texts_of(figure):
    return [t.get_text() for axes in figure.axes for t in axes.texts if t.get_text()]


def curves_of(content, curve, phase="external"):
    return content.curves.filter(pl.col("curve") == curve, pl.col("phase") == phase)


@pytest.fixture
def forest():
    return forest_of(
        ("Sex", "Women", 0, 0.80, 0.78, 0.82, 9000, 450, None),
        ("Sex", "Men", 0, 0.70, 0.40, 0.99, 8000, 12, None),
        ("Origin", "Unknown", 0, None, None, None, None, None, "suppressed: fewer than 5 events"),
    )


@pytest.fixture
def figures(content, forest):
    ranking = pl.DataFrame({"feature": ["age", "hdl"], "value": [0.4, 0.1], "lower": [0.3, None], "upper": [0.5, None],
                            "direction": [0.9, -0.8]})  # fmt: skip
    phase = content.curves.filter(pl.col("phase") == "external")
    dependence = curves_of(content, "dependence", "development")
    return {
        "calibration": draw_calibration(phase),
        "decision": draw_decision_curve(phase.filter(pl.col("model") == "lightgbm"), main_threshold=0.1),
        "forest": draw_forest(forest, x_label="AUROC"),
        "forest_narrow": draw_forest(forest, x_label="AUROC", layout="narrow"),
        "flow": draw_flow(content.flow),
        "flow_narrow": draw_flow(content.flow, layout="narrow"),
        "importance": draw_importance(ranking),
        "importance_narrow": draw_importance(ranking, layout="narrow"),
        "dependence": draw_dependence(dependence.filter(pl.col("series").str.starts_with("hba1c")), label="HbA1c"),
        "archetype": draw_archetype(curves_of(content, "archetype", "development").filter(
            pl.col("series").str.starts_with("High"))),
    }  # fmt: skip


def test_every_drawing_is_well_formed_stable_and_without_outside_reference(figures):
    for name, figure in figures.items():
        svg = as_svg(figure, name=name, description="what it shows")
        assert svg == as_svg(figure, name=name, description="what it shows")
        root = ET.fromstring(svg)
        assert root.get("role") == "img"
        assert root.get("aria-label") == "what it shows"
        assert "<metadata" not in svg
        assert not re.findall(r'(?:href|src)="(?!#)', svg)
        ids = re.findall(r' id="([^"]+)"', svg)
        assert len(ids) == len(set(ids))
        assert all(i.startswith(f"{name}-") for i in ids)


def test_every_reference_inside_a_drawing_has_its_target(figures):
    for name, figure in figures.items():
        svg = as_svg(figure, name=name)
        used = set(re.findall(r"url\(#([^)]+)\)", svg)) | set(re.findall(r'href="#([^"]+)"', svg))
        assert used <= set(re.findall(r' id="([^"]+)"', svg)), name


def test_no_text_of_a_drawing_leaves_the_page(figures):
    for name, figure in figures.items():
        renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw(renderer)
        width, height = figure.get_figwidth() * figure.dpi, figure.get_figheight() * figure.dpi
        for axes in figure.axes:
            for text in (*axes.texts, axes.xaxis.label, axes.yaxis.label):
                if not text.get_text() or not text.get_visible():
                    continue
                box = text.get_window_extent(renderer)
                assert box.x0 > -2, (name, text.get_text())
                assert box.y0 > -2, (name, text.get_text())
                assert box.x1 < width + 2, (name, text.get_text())
                assert box.y1 < height + 2, (name, text.get_text())


def test_a_forest_draws_value_and_interval_and_names_a_suppressed_group(forest):
    figure = draw_forest(forest, x_label="AUROC")
    lines = [line.get_xdata() for line in figure.axes[0].lines]
    assert any(np.allclose(x, [0.78, 0.82]) for x in lines if len(x) == 2)
    words = texts_of(figure)
    assert "0.800 (0.780 to 0.820)" in words
    assert "suppressed: fewer than 5 events" in words
    assert {"9,000", "450", "Women", "Unknown"} <= set(words)


def test_an_interval_that_leaves_the_axis_ends_in_an_arrow(forest):
    axes = draw_forest(forest, x_label="AUROC").axes[0]
    low, high = axes.get_xlim()
    assert low > 0.40
    assert high < 0.99
    assert {line.get_marker() for line in axes.lines} >= {"<", ">"}


def test_a_trifling_ratio_does_not_look_large():
    axes = draw_forest(forest_of(("", "All", 0, 1.01, 1.0, 1.02, 10, 5, None)), x_label="O/E", ideal=1.0,
                       is_ratio=True).axes[0]  # fmt: skip
    assert axes.get_xlim() == pytest.approx((0.8, 1.25))


def test_a_forest_of_only_undefined_groups_can_be_drawn():
    rows = forest_of(("", "All", 0, None, None, None, None, None, "insufficient: 3 events"))
    assert "insufficient: 3 events" in texts_of(draw_forest(rows, x_label="AUROC"))


def test_calibration_axes_are_equal_and_span_the_curve_of_a_rare_outcome(content):
    rare = content.curves.filter(pl.col("phase") == "external").with_columns(pl.col("x", "y", "lower", "upper") / 20)
    axes = draw_calibration(rare).axes[0]
    assert axes.get_xlim() == axes.get_ylim()
    assert axes.get_xlim()[1] < 0.03


def test_a_suppressed_point_breaks_the_calibration_curve(content):
    curves = curves_of(content, "calibration").with_columns(y=pl.when(pl.col("point") == 5).then(None).otherwise("y"))
    line = draw_calibration(curves).axes[0].lines[1]
    assert np.flatnonzero(np.isnan(line.get_ydata())).tolist() == [5]


def test_a_histogram_with_a_suppressed_bin_gives_no_total(content):
    is_taken = pl.col("curve").str.starts_with("risk_of") & (pl.col("point") == 3)
    curves = content.curves.filter(pl.col("phase") == "external").with_columns(
        y=pl.when(~is_taken).then("y"), n=pl.when(is_taken).then(0).otherwise("n")
    )
    assert "with the outcome (bins of few people left out)" in texts_of(draw_calibration(curves))


def test_bins_even_in_log_odds_get_an_axis_of_their_own(content):
    """On the axis of the curve, bins of low risk would be too thin to see."""
    above, below = draw_calibration(content.curves.filter(pl.col("phase") == "external")).axes
    widths = {round(bar.get_width(), 6) for bar in below.patches}
    assert len(widths) == 1
    assert below.get_xlabel() == "Predicted risk (even steps in log-odds)"
    assert above.get_xlim() != below.get_xlim()


def test_even_bins_share_the_axis_of_the_curve(content):
    even = content.curves.filter(pl.col("phase") == "external").with_columns(
        x=pl.when(pl.col("curve").str.starts_with("risk_of")).then(0.005 + 0.01 * pl.col("point")).otherwise("x")
    )
    above, below = draw_calibration(even).axes
    assert above.get_xlim() == below.get_xlim()


def test_decision_curves_are_labelled_on_the_line_and_keep_zero_in_sight(content):
    curves = curves_of(content, "net_benefit").with_columns(
        series=pl.when(pl.col("model") == "lightgbm").then("series").otherwise("model")
    )
    figure = draw_decision_curve(curves, main_threshold=0.1)
    assert {"model", "logistic", "age, sex", "flag none", "flag all", "main threshold"} <= set(texts_of(figure))
    low, high = figure.axes[0].get_ylim()
    assert low < 0 < high


def test_a_model_without_any_benefit_can_be_drawn(content):
    curves = curves_of(content, "net_benefit").filter(pl.col("model") == "lightgbm")
    curves = curves.with_columns(y=-pl.col("y").abs())
    assert draw_decision_curve(curves).axes[0].get_ylim()[1] > 0


def test_flow_shows_who_remains_and_who_left_with_the_rule(content):
    words = " ".join(texts_of(draw_flow(content.flow)))
    assert "Left out: 7,860" in words
    assert "Not resident in Denmark at any index date of the study" in words
    assert "55,010 people" in words


def test_a_suppressed_count_in_the_flow_is_named(content):
    flow = content.flow.with_columns(n_left_out=pl.when(pl.col("step") == 5).then(None).otherwise("n_left_out"))
    assert "Left out: suppressed" in texts_of(draw_flow(flow))


def test_the_steps_of_an_archetype_add_up_to_its_log_odds(content):
    rows = curves_of(content, "archetype", "development").filter(pl.col("series").str.starts_with("High"))
    base, steps, risk = read_archetype(rows, 3)
    # -3.35 + (1.31 + 0.33 + 0.71 + 0.33 + 0.30 + 0.22 + 0.16 - 0.02) + 0.08 = 0.07
    assert base + sum(y for *_, y in steps) == pytest.approx(0.07)
    assert [name for name, *_ in steps] == ["hba1c_latest", "bmi_code", "age", "All other features together"]
    assert risk == 0.54


def test_people_without_the_measurement_stand_left_of_the_axis_values(content):
    points = curves_of(content, "dependence", "development").filter(pl.col("series").str.starts_with("hba1c_latest"))
    axes = draw_dependence(points, label="HbA1c").axes[0]
    assert "◆ not measured" in [t.get_text() for t in axes.texts]
    diamond = next(line for line in axes.lines if line.get_marker() == "D")
    assert diamond.get_xdata()[0] < 28


def test_drawing_leaves_the_settings_of_matplotlib_alone(content):
    import matplotlib

    before = dict(matplotlib.rcParams)
    as_svg(draw_flow(content.flow))
    assert dict(matplotlib.rcParams) == before
