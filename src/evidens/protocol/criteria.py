"""Acceptance criteria: what evidence has to look like, said before it is seen.

Each criterion judges one row of evidence and answers PASS, FAIL or INCONCLUSIVE. Where it judges an
interval, PASS means that the whole interval lies on the right side and FAIL that the whole interval lies on
the wrong side: anything in between is not yet known, and not knowing is not passing.
"""

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

Verdict = Literal["PASS", "FAIL", "INCONCLUSIVE"]


@dataclass(frozen=True)
class Seen:
    """The numbers of one row of evidence that a criterion looks at; a limit that is not known is NaN."""

    value: float
    lower: float
    upper: float
    n_events: int

    @property
    def is_interval(self) -> bool:
        """Whether both limits are known; they may be infinite, which is very wide but an interval."""
        return not (math.isnan(self.lower) or math.isnan(self.upper))


@dataclass(frozen=True, kw_only=True)
class EvidenceOf:
    """Which row of evidence a criterion is about.

    Parameters
    ----------
    metric : str
        Its name in the evidence, such as "auroc".
    reference : str
        The comparator of a difference; "none" for a plain value.
    group : str
        "all", or a subgroup such as "sex=female".
    model : str, optional
        Another model than the candidate; "none" where no model is involved.
    at_main_threshold : bool
        Whether the metric depends on a threshold, and is judged at the outcome's main one.
    """

    metric: str
    reference: str = "none"
    group: str = "all"
    model: str | None = None
    at_main_threshold: bool = False

    @property
    def subject(self) -> str:
        """The metric with all that narrows it down, in words."""
        words = [self.metric]
        words += [f"minus {self.reference}"] if self.reference != "none" else []
        words += ["at the main threshold"] if self.at_main_threshold else []
        words += [f"in {self.group}"] if self.group != "all" else []
        words += [f"of {self.model}"] if self.model and self.model != "none" else []
        return " ".join(words)


@dataclass(frozen=True, kw_only=True)
class LowerLimit(EvidenceOf):
    """The lower limit of the interval reaches `at_least`.

    >>> LowerLimit(metric="auroc", at_least=0.65).judge(Seen(0.70, 0.66, 0.74, 300))
    'PASS'
    >>> LowerLimit(metric="auroc", at_least=0.65).judge(Seen(0.67, 0.63, 0.71, 300))
    'INCONCLUSIVE'
    >>> LowerLimit(metric="auroc", at_least=0.65).judge(Seen(0.60, 0.56, 0.64, 300))
    'FAIL'
    """

    kind: ClassVar[str] = "lower_limit"
    needs_interval: ClassVar[bool] = True
    at_least: float

    @property
    def words(self) -> str:
        """The criterion as the documents print it."""
        return f"lower limit of {self.subject} >= {self.at_least:g}"

    def judge(self, seen: Seen) -> Verdict:
        """Judge an interval."""
        return _judge(all_right=seen.lower >= self.at_least, all_wrong=seen.upper < self.at_least)


@dataclass(frozen=True, kw_only=True)
class UpperLimit(EvidenceOf):
    """The upper limit of the interval stays at or below `at_most`."""

    kind: ClassVar[str] = "upper_limit"
    needs_interval: ClassVar[bool] = True
    at_most: float

    @property
    def words(self) -> str:
        """The criterion as the documents print it."""
        return f"upper limit of {self.subject} <= {self.at_most:g}"

    def judge(self, seen: Seen) -> Verdict:
        """Judge an interval."""
        return _judge(all_right=seen.upper <= self.at_most, all_wrong=seen.lower > self.at_most)


@dataclass(frozen=True, kw_only=True)
class IntervalWithin(EvidenceOf):
    """The whole interval lies between `low` and `high`, both included."""

    kind: ClassVar[str] = "interval_within"
    needs_interval: ClassVar[bool] = True
    low: float
    high: float

    def __post_init__(self) -> None:
        if self.low >= self.high:
            raise ValueError(f"low {self.low:g} must lie below high {self.high:g}")

    @property
    def words(self) -> str:
        """The criterion as the documents print it."""
        return f"interval of {self.subject} within {self.low:g} to {self.high:g}"

    def judge(self, seen: Seen) -> Verdict:
        """Judge an interval."""
        return _judge(
            all_right=self.low <= seen.lower and seen.upper <= self.high,
            all_wrong=seen.upper < self.low or seen.lower > self.high,
        )


@dataclass(frozen=True, kw_only=True)
class DifferenceAbove(EvidenceOf):
    """The difference to `reference` exceeds `margin` over its whole interval."""

    kind: ClassVar[str] = "difference_above"
    needs_interval: ClassVar[bool] = True
    margin: float = 0.0

    def __post_init__(self) -> None:
        if self.reference == "none":
            raise ValueError("a difference needs a reference")

    @property
    def words(self) -> str:
        """The criterion as the documents print it."""
        return f"interval of {self.subject} above {self.margin:g}"

    def judge(self, seen: Seen) -> Verdict:
        """Judge an interval."""
        return _judge(all_right=seen.lower > self.margin, all_wrong=seen.upper <= self.margin)


@dataclass(frozen=True, kw_only=True)
class ValueWithin(EvidenceOf):
    """The estimate itself lies between `low` and `high`, both included; for what has no interval.

    Says less than the criteria on intervals: chance is not reckoned with. It is for quantities that have
    none (a sample size) and for early phases that only look for gross faults.
    """

    kind: ClassVar[str] = "value_within"
    needs_interval: ClassVar[bool] = False
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if self.low is None and self.high is None:
            raise ValueError("give low, high or both")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"low {self.low:g} must lie below high {self.high:g}")

    @property
    def words(self) -> str:
        """The criterion as the documents print it."""
        if self.low is None or self.high is None:
            return f"{self.subject} " + (f"<= {self.high:g}" if self.low is None else f">= {self.low:g}")
        return f"{self.subject} within {self.low:g} to {self.high:g}"

    def judge(self, seen: Seen) -> Verdict:
        """Judge a value."""
        is_right = (self.low is None or seen.value >= self.low) and (self.high is None or seen.value <= self.high)
        return "PASS" if is_right else "FAIL"


@dataclass(frozen=True, kw_only=True)
class MinEvents(EvidenceOf):
    """At least so many people with the outcome stand behind the metric.

    Fewer is INCONCLUSIVE, not FAIL: nothing speaks against the model, there is just too little to go by.
    """

    kind: ClassVar[str] = "min_events"
    needs_interval: ClassVar[bool] = False
    metric: str = "auroc"
    at_least: int

    @property
    def words(self) -> str:
        """The criterion as the documents print it."""
        return f"at least {self.at_least} people with the outcome behind {self.subject}"

    def judge(self, seen: Seen) -> Verdict:
        """Judge the number of people with the outcome."""
        return "PASS" if seen.n_events >= self.at_least else "INCONCLUSIVE"


Criterion = LowerLimit | UpperLimit | IntervalWithin | DifferenceAbove | ValueWithin | MinEvents


def _judge(*, all_right: bool, all_wrong: bool) -> Verdict:
    return "PASS" if all_right else "FAIL" if all_wrong else "INCONCLUSIVE"
