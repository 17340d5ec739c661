"""All evidence has one shape; curves, gates, flow and row accounts have theirs.

Validation, fairness, explanation, monitoring, gates, disclosure control, reports and change records
read these tables and nothing else about a model.
"""

import polars as pl

from evidens.contracts.schema import dy

NO_THRESHOLD = -1.0  # in `threshold`: the metric does not depend on one
NO_HORIZON = 0  # in `horizon_days`: the row is not about a time horizon

EVIDENCE_KEY = ("outcome", "model", "phase", "group", "metric", "threshold", "horizon_days", "reference", "label")


class Evidence(dy.Schema):
    """One row per (outcome, model, phase, group, metric, threshold, horizon, reference, label)."""

    outcome = dy.String(primary_key=True)
    model = dy.String(primary_key=True)  # "none" where no model is involved
    phase = dy.String(primary_key=True)
    group = dy.String(primary_key=True)  # "all", or "<variable>=<level>" such as "sex=female"
    metric = dy.String(primary_key=True)  # a name of evidens.statistics, such as "auroc"
    threshold = dy.Float64(primary_key=True)  # predicted risk, or NO_THRESHOLD
    horizon_days = dy.Int32(primary_key=True)  # or NO_HORIZON
    reference = dy.String(primary_key=True)  # comparator of a difference; "none" for a plain value
    label = dy.String(primary_key=True)  # "coded" (as registered) or "true" (simulated studies only)
    value = dy.Float64(nullable=True)  # null exactly where `reason` says why
    se = dy.Float64(nullable=True)
    lower = dy.Float64(nullable=True)  # 95 % interval unless `method` says otherwise
    upper = dy.Float64(nullable=True)
    n = dy.Int64(min=0)  # people
    n_events = dy.Int64(min=0)  # of them with the outcome
    method = dy.String()  # the convention, such as "DeLong, logit-scale interval"
    reason = dy.String(nullable=True)  # why undefined, or a warning about the value

    @dy.rule()
    def undefined_values_have_a_reason(cls) -> pl.Expr:
        """Ask for a number, or why there is none."""
        return pl.col("value").is_not_null() | pl.col("reason").is_not_null()


class Curve(dy.Schema):
    """Points of a curve: calibration, net benefit, risk distribution, dependence of a feature."""

    outcome = dy.String(primary_key=True)
    model = dy.String(primary_key=True)
    phase = dy.String(primary_key=True)
    group = dy.String(primary_key=True)
    curve = dy.String(primary_key=True)  # e.g. "calibration", "net_benefit", "risk_of_events"
    series = dy.String(primary_key=True)  # a line within the curve: "model", "treat_all", a feature's name
    point = dy.Int32(primary_key=True, min=0)  # order along the line
    x = dy.Float64()
    y = dy.Float64(nullable=True)
    lower = dy.Float64(nullable=True)
    upper = dy.Float64(nullable=True)
    n = dy.Int64(min=0)  # people behind the point
    n_events = dy.Int64(min=0)


class GateVerdict(dy.Schema):
    """The verdict on one criterion of a phase for one model."""

    outcome = dy.String(primary_key=True)
    model = dy.String(primary_key=True)
    phase = dy.String(primary_key=True)
    criterion = dy.String(primary_key=True)  # in words, such as "lower limit of auroc >= 0.65"
    verdict = dy.String(check=lambda c: c.is_in(["PASS", "FAIL", "INCONCLUSIVE"]))
    finding = dy.String()  # what was seen, in words and numbers


class Flow(dy.Schema):
    """Attrition: how many people, rows and events remain after each named step, in order."""

    outcome = dy.String(primary_key=True)
    step = dy.Int32(primary_key=True, min=0)
    rule = dy.String()  # why people were left out at this step, in words
    n_people = dy.Int64(min=0)  # people remaining
    n_rows = dy.Int64(min=0)  # (person, index) rows remaining
    n_left_out = dy.Int64(min=0)  # people who were there at the step before and are gone


class Attrition(dy.Schema):
    """Attrition within one region and index year: people and index dates there after each step, in order.

    It stays in the zone of aggregates: cells of neighbouring steps differ by few people.
    """

    outcome = dy.String(primary_key=True)
    region = dy.String(primary_key=True)  # on the index day; "none" where not resident
    index_year = dy.Int32(primary_key=True)
    step = dy.Int32(primary_key=True, min=0)
    rule = dy.String()
    n_people = dy.Int64(min=0)
    n_rows = dy.Int64(min=0)
    n_left_out = dy.Int64(min=0)


class Characteristic(dy.Schema):
    """One cell of Table 1: how often a level occurs, or where a number lies, in one phase."""

    outcome = dy.String(primary_key=True)
    phase = dy.String(primary_key=True)
    variable = dy.String(primary_key=True)
    level = dy.String(primary_key=True)  # a category; "median (quartiles)" or "missing" for a number
    n = dy.Int64(min=0)  # people counted in this cell
    n_total = dy.Int64(min=0)  # people in the phase
    value = dy.Float64(nullable=True)  # share, or median
    lower = dy.Float64(nullable=True)  # first quartile
    upper = dy.Float64(nullable=True)  # third quartile


class RowAccount(dy.Schema):
    """Where the rows of a delivered table went: rows in = kept + dropped by rule + quarantined."""

    stage = dy.String(primary_key=True)
    table = dy.String(primary_key=True)
    fate = dy.String(primary_key=True, check=lambda c: c.is_in(["in", "kept", "dropped", "quarantined"]))
    rule = dy.String(primary_key=True)  # "" for in and kept
    n_rows = dy.Int64(min=0)
