"""Drawings of a simulated population and of its record over time."""

import datetime as dt
import xml.etree.ElementTree as ET

import polars as pl
import pytest

from evidens.reports import as_svg, draw_before_diagnosis, draw_months, draw_pyramid


@pytest.fixture
def pyramid():
    ages = [0, 5, 10, 80]
    return pl.DataFrame({"age_from": ages * 2, "sex": ["female"] * 4 + ["male"] * 4, "n": [5, 6, 7, 3, 5, 6, 8, 1]})


@pytest.fixture
def values():
    return pl.DataFrame({
        "years_before": [1.75, 1.25, 0.75, 0.25],
        "lower": [36.0, 37.0, 38.0, 40.0], "median": [38.0, 39.0, 41.0, 45.0], "upper": [40.0, 42.0, None, 51.0],
    })  # fmt: skip


@pytest.fixture
def months():
    days = [dt.date(2019, month, 1) for month in (1, 2, 3, 4)]
    old = pl.DataFrame({"register": "LPR2", "month": days[:2], "n": [40, 20]})
    new = pl.DataFrame({"register": "LPR3", "month": days[1:], "n": [60, 120, 118]})
    return {"Rows": pl.concat([old, new]), "People": new}


def test_women_are_drawn_left_and_men_right_of_the_middle(pyramid):
    (axes,) = draw_pyramid(pyramid).axes
    widths = [bar.get_width() for bar in axes.patches]
    assert widths[:4] == pytest.approx([-1000 * n / 41 for n in (5, 6, 7, 3)])
    assert all(width > 0 for width in widths[4:])
    assert axes.get_xlim()[0] == -axes.get_xlim()[1]
    assert not any("-" in label.get_text() for label in axes.get_xticklabels())


def test_time_runs_towards_the_diagnosis(values):
    (axes,) = draw_before_diagnosis(values, label="HbA1c").axes
    line = axes.lines[0]
    assert list(line.get_xdata()) == [-1.75, -1.25, -0.75, -0.25]
    assert list(line.get_ydata()) == [38.0, 39.0, 41.0, 45.0]


def test_each_count_has_a_row_and_each_register_a_line_with_its_name(months):
    figure = draw_months(months)
    assert [len(axes.lines) for axes in figure.axes] == [2, 1]
    assert {text.get_text() for text in figure.axes[0].texts} == {"LPR2", "LPR3"}
    assert figure.axes[0].get_xlim() == figure.axes[1].get_xlim()


def test_drawings_are_well_formed_and_stable(pyramid, values, months):
    for draw in (lambda: draw_pyramid(pyramid), lambda: draw_before_diagnosis(values, label="HbA1c"),
                 lambda: draw_months(months)):  # fmt: skip
        svg = as_svg(draw(), name="drawing")
        ET.fromstring(svg)
        assert svg == as_svg(draw(), name="drawing")
