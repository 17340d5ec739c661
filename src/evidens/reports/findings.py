"""Look up estimates in the evidence table; what is not there is an estimate that says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from evidens.contracts import NO_HORIZON, NO_THRESHOLD
from evidens.reports.numbers import describe_absence, format_value
from evidens.reports.wording import find_metric


@dataclass(frozen=True)
class Estimate:
    """One value of the evidence with what a reader must see beside it.

    Parameters
    ----------
    metric : str
        Its name in the evidence.
    value, lower, upper : float or None
        Estimate and interval; `value` is None exactly where `reason` says why.
    n, n_events : int or None
        People, and those with the outcome; None where suppressed or never estimated.
    method, reason : str or None
        The convention, and the absence or a warning.
    """

    metric: str
    value: float | None = None
    lower: float | None = None
    upper: float | None = None
    n: int | None = None
    n_events: int | None = None
    method: str | None = None
    reason: str | None = "not estimated"

    @property
    def is_there(self) -> bool:
        """Whether a row was found at all, with or without a value."""
        return self.method is not None

    def write(self) -> tuple[str, str]:
        """Write value and interval, or the reason why there is none and an empty text."""
        if self.value is None:
            return describe_absence(self.reason), ""
        metric = find_metric(self.metric)
        value, interval = format_value(self.value, self.lower, self.upper, scale=metric.factor)
        return value + metric.unit, interval

    def write_in_line(self) -> str:
        """Write value and interval in one text.

        >>> Estimate("auroc", 0.781, 0.75, 0.81, method="DeLong", reason=None).write_in_line()
        '0.78 (0.75 to 0.81)'
        """
        value, interval = self.write()
        return f"{value} ({interval})" if interval else value


def read_estimate(row: Mapping[str, Any]) -> Estimate:
    """Read one row of the evidence as an estimate; disclosure control writes 0 for a count that it took away."""
    kept = ("metric", "value", "lower", "upper", "n", "n_events", "method", "reason")
    taken = {"n": None, "n_events": None} if str(row["reason"]).startswith("suppressed") else {}
    return Estimate(**({name: row[name] for name in kept} | taken))


class Findings:
    """The evidence of one outcome, found by name instead of by filter.

    Parameters
    ----------
    evidence : polars.DataFrame
        Rows of the contract Evidence, of one outcome.
    horizon_days : int
        Rows of this horizon are used, else rows that have none.
    candidate : str
        The model that is meant when no model is named.
    """

    def __init__(self, evidence: pl.DataFrame, horizon_days: int, candidate: str) -> None:
        self.candidate = candidate
        self.rows = evidence.filter(pl.col("horizon_days").is_in([horizon_days, NO_HORIZON])).sort(
            "horizon_days", maintain_order=True
        )
        self._by_name = {
            (r["model"], r["phase"], r["group"], r["metric"], _key(r["threshold"]), r["reference"], r["label"]): r
            for r in self.rows.iter_rows(named=True)
        }

    def find(
        self,
        metric: str,
        phase: str,
        *,
        model: str | None = None,
        group: str = "all",
        threshold: float = NO_THRESHOLD,
        reference: str = "none",
        label: str = "coded",
    ) -> Estimate:
        """Find one estimate; a row that is not there gives an estimate without a value."""
        key = (model or self.candidate, phase, group, metric, _key(threshold), reference, label)
        row = self._by_name.get(key)
        if row is None:
            return Estimate(metric)
        return read_estimate(row)

    def find_headline(self, metric: str, phase: str, *, model: str | None = None) -> Estimate:
        """Find the value that may be quoted: corrected for optimism where such a row exists."""
        corrected = self.find(f"{metric}_corrected", phase, model=model)
        return corrected if corrected.is_there else self.find(metric, phase, model=model)

    def keep(self, **columns: str) -> pl.DataFrame:
        """Keep the rows whose columns equal the given values."""
        return self.rows.filter(*(pl.col(name) == value for name, value in columns.items()))

    def models(self) -> tuple[str, ...]:
        """Name the models that have an AUROC: the candidate first, then the others by name."""
        names = self.keep(metric="auroc", label="coded")["model"].unique().to_list()
        return tuple(sorted(names, key=lambda name: (name != self.candidate, name == "age_sex", name)))

    def phases_with(self, metric: str, phases: list[str]) -> list[str]:
        """Name, of `phases`, those with a row of `metric` for the candidate and everyone."""
        return [phase for phase in phases if self.find(metric, phase).is_there]


def _key(threshold: float) -> int:
    """Tell thresholds apart to a millionth: 0.1 + 0.2 is the threshold 0.3."""
    return round(threshold * 1_000_000)
