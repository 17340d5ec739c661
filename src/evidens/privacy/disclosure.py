"""Disclosure control: no published cell rests on fewer people than a minimum, nor lets one be computed.

A cell is small when its people, its events or its non-events number 1 to minimum - 1. Besides small
cells, others are blanked until what is hidden within one total is again nobody or at least the
minimum, and never a single cell that total minus siblings would give back [1]_.

Covered: counts, and values that are computed from them, within one table. Not covered: outliers in
free curves, and differences between releases of two deliveries; these need a person's look.

References
----------
.. [1] Hundepool A et al. Statistical Disclosure Control. Wiley 2012. doi:10.1002/9781118348239
"""

import re
from collections.abc import Callable

import polars as pl

from evidens.contracts import NO_THRESHOLD, Characteristic, Curve, Evidence, Flow, GateVerdict, RowAccount
from evidens.contracts.schema import dy
from evidens.privacy.attrition import suppress_accounts, suppress_flow
from evidens.privacy.cells import Release, hidden_cells, is_small
from evidens.privacy.settings import DisclosureSettings


def suppress_evidence(evidence: pl.DataFrame, settings: DisclosureSettings) -> Release:
    """Blank rows of evidence that rest on small cells, or would reveal one.

    A blanked row keeps its key; value, se, lower and upper are null, n and n_events 0, and `reason`
    starts with "suppressed". Whether a row was small itself or guards another is not told.
    """
    family = ["outcome", "model", "phase", "metric", "threshold", "horizon_days", "reference", "label"]
    rows = evidence.with_row_index("_row")
    small = _is_small_row(settings) | _has_small_numerator(settings)
    rows = rows.with_columns(_hidden=small, _variable=pl.col("group").str.split("=").list.first())
    # Whatever the reference: a net benefit can be read off its difference from treating no one.
    at_threshold = ["outcome", "model", "phase", "group", "threshold", "horizon_days", "label"]
    spread = (pl.col("threshold") != NO_THRESHOLD) & pl.col("_hidden").any().over(at_threshold)
    rows = rows.with_columns(_hidden=pl.col("_hidden") | spread)
    totals = rows.filter(group="all").select(*family, _n="n", _events="n_events")
    groups = rows.filter(pl.col("group") != "all").join(totals, on=family, how="left", nulls_equal=True)
    hidden = hidden_cells(
        groups.select(
            "_row", "_hidden", block=pl.struct(*family, "_variable"), name="group",
            n="n", events="n_events", total_n="_n", total_events="_events",
        ),
        settings.minimum,
    )  # fmt: skip
    blank = pl.col("_hidden") | pl.col("_row").is_in(hidden)
    reason = f"suppressed: rests on fewer than {settings.minimum} people, or would reveal such a cell"
    rows = rows.with_columns(_blank=blank & ((pl.col("n") > 0) | pl.col("value").is_not_null()))
    released = _blank_columns(rows, ["value", "se", "lower", "upper"], zero=["n", "n_events"])
    released = released.with_columns(reason=pl.when("_blank").then(pl.lit(reason)).otherwise("reason"))
    return Release(released.select(evidence.columns), _count(rows))


def suppress_curves(curves: pl.DataFrame, settings: DisclosureSettings) -> Release:
    """Blank points of curves that rest on small cells, and a second point where one alone is blanked.

    A blanked point keeps x; y, lower and upper are null, n and n_events 0.
    """
    line = ["outcome", "model", "phase", "group", "curve", "series"]
    rows = curves.with_row_index("_row").with_columns(_hidden=_is_small_row(settings))
    whole = rows.with_columns(_n=pl.col("n").sum().over(line), _events=pl.col("n_events").sum().over(line))
    hidden = hidden_cells(
        whole.select(
            "_row", "_hidden", block=pl.struct(line), name=pl.col("point").cast(pl.String),
            n="n", events="n_events", total_n="_n", total_events="_events",
        ),
        settings.minimum,
    )  # fmt: skip
    rows = rows.with_columns(_blank=pl.col("_hidden") | pl.col("_row").is_in(hidden))
    released = _blank_columns(rows, ["y", "lower", "upper"], zero=["n", "n_events"])
    return Release(released.select(curves.columns), _count(rows))


def suppress_characteristics(table_one: pl.DataFrame, settings: DisclosureSettings) -> Release:
    """Blank small cells of Table 1 and, within their variable, the cells that would give them back.

    A blanked cell has n 0 and value, lower and upper null; a true zero has the value 0.
    """
    rows = table_one.with_row_index("_row")
    few_for_quartiles = pl.col("lower").is_not_null() & (pl.col("n") < settings.minimum_for_quartiles)
    small = is_small(pl.col("n"), settings.minimum) | is_small(pl.col("n_total") - pl.col("n"), settings.minimum)
    small_total = is_small(pl.col("n_total"), settings.minimum)
    rows = rows.with_columns(_hidden=small | small_total | few_for_quartiles, _small_total=small_total)
    hidden = hidden_cells(
        rows.select(
            "_row", "_hidden", block=pl.struct("outcome", "phase", "variable"), name="level",
            n="n", events=pl.lit(0, dtype=pl.Int64), total_n="n_total", total_events=pl.lit(0, dtype=pl.Int64),
        ),
        settings.minimum,
    )  # fmt: skip
    rows = rows.with_columns(_blank=pl.col("_hidden") | pl.col("_row").is_in(hidden))
    released = _blank_columns(rows, ["value", "lower", "upper"], zero=["n"])
    released = released.with_columns(n_total=pl.when("_small_total").then(0).otherwise("n_total"))
    return Release(released.select(table_one.columns), _count(rows))


def suppress_gates(gates: pl.DataFrame, settings: DisclosureSettings) -> Release:
    """Replace small counts of people or events in the words of a finding."""
    numbers = "|".join(str(n) for n in range(1, settings.minimum))
    small = rf"(?<![\d.,])(?:{numbers})(?= (?:people|persons|person|events|event|non-events|non-event)\b)"
    findings = [re.sub(small, f"fewer than {settings.minimum}", text) for text in gates["finding"].to_list()]
    released = gates.with_columns(finding=pl.Series(findings, dtype=pl.String))
    return Release(released, int((released["finding"] != gates["finding"]).sum()))


_SUPPRESS: dict[type[dy.Schema], Callable[[pl.DataFrame, DisclosureSettings], Release]] = {
    Evidence: suppress_evidence,
    Curve: suppress_curves,
    Characteristic: suppress_characteristics,
    Flow: suppress_flow,
    RowAccount: suppress_accounts,
    GateVerdict: suppress_gates,
}


def suppress_small_cells(frame: pl.DataFrame, contract: type[dy.Schema], settings: DisclosureSettings) -> Release:
    """Prepare a table of one of the contracts of evidence for release.

    Raises
    ------
    KeyError
        For a contract that has no rule of disclosure: what has none is not released.
    """
    return _SUPPRESS[contract](frame, settings)


def _is_small_row(settings: DisclosureSettings) -> pl.Expr:
    counts = (pl.col("n"), pl.col("n_events"), pl.col("n") - pl.col("n_events"))
    return pl.any_horizontal(is_small(count, settings.minimum) for count in counts)


def _has_small_numerator(settings: DisclosureSettings) -> pl.Expr:
    wholes = {"people": pl.col("n"), "events": pl.col("n_events"), "non_events": pl.col("n") - pl.col("n_events")}
    small = pl.lit(False)
    for metric, of in sorted(settings.proportions.items()):
        whole = wholes[of]
        count = (pl.col("value") * whole).round().cast(pl.Int64)
        small |= (pl.col("metric") == metric) & (
            is_small(count, settings.minimum) | is_small(whole - count, settings.minimum)
        ).fill_null(False)
    return small


def _blank_columns(rows: pl.DataFrame, null: list[str], *, zero: list[str]) -> pl.DataFrame:
    blanked = {c: pl.when("_blank").then(None).otherwise(c) for c in null}
    return rows.with_columns(**blanked, **{c: pl.when("_blank").then(0).otherwise(c) for c in zero})


def _count(rows: pl.DataFrame) -> int:
    return int(rows["_blank"].sum())
