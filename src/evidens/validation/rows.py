"""From estimates and curves to rows of the evidence tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from numpy.typing import NDArray

from evidens.contracts import NO_HORIZON, NO_THRESHOLD, Curve, Evidence, schema_of
from evidens.statistics import Estimate

Numbers = Sequence[Any] | NDArray[Any]  # one per point; None where there is none


@dataclass
class EvidenceRows:
    """Collects rows about one outcome, model, phase and group.

    Parameters
    ----------
    outcome, model, phase, group : str
        The key that all rows share.
    horizon_days : int
        Days after the index, or NO_HORIZON.
    label : str
        "coded" as registered, "true" in simulated studies.
    """

    outcome: str
    model: str
    phase: str
    group: str = "all"
    horizon_days: int = NO_HORIZON
    label: str = "coded"
    rows: list[dict[str, Any]] = field(default_factory=list)
    points: list[dict[str, Any]] = field(default_factory=list)

    def add(self, metric: str, estimate: Estimate, *, threshold: float = NO_THRESHOLD, reference: str = "none") -> None:
        """Add one estimate under `metric`, as a difference to `reference` where one is named."""
        self.rows.append(
            {
                **self._key(),
                "metric": metric,
                "threshold": threshold,
                "horizon_days": self.horizon_days,
                "reference": reference,
                "label": self.label,
                "value": estimate.value,
                "se": estimate.se,
                "lower": estimate.lower,
                "upper": estimate.upper,
                "n": estimate.n,
                "n_events": estimate.n_events,
                "method": estimate.method,
                "reason": estimate.reason,
            }
        )

    def draw(
        self,
        curve: str,
        series: str,
        x: Numbers,
        y: Numbers,
        *,
        n: Numbers | int,
        n_events: Numbers | int = 0,
        lower: Numbers | None = None,
        upper: Numbers | None = None,
    ) -> None:
        """Add the points of one line of a curve, in their order."""
        for point in range(len(x)):
            self.points.append(
                {
                    **self._key(),
                    "curve": curve,
                    "series": series,
                    "point": point,
                    "x": float(x[point]),
                    "y": _number(y, point),
                    "lower": _number(lower, point),
                    "upper": _number(upper, point),
                    "n": n if isinstance(n, int) else int(n[point]),
                    "n_events": n_events if isinstance(n_events, int) else int(n_events[point]),
                }
            )

    def _key(self) -> dict[str, str]:
        return {"outcome": self.outcome, "model": self.model, "phase": self.phase, "group": self.group}


def evidence_frame(*collected: EvidenceRows) -> pl.DataFrame:
    """All rows collected, sorted by their key, under the contract Evidence."""
    rows = [row for one in collected for row in one.rows]
    return _framed(rows, Evidence)


def curve_frame(*collected: EvidenceRows) -> pl.DataFrame:
    """All points collected, sorted by their key, under the contract Curve."""
    return _framed([point for one in collected for point in one.points], Curve)


def _framed(rows: list[dict[str, Any]], contract: type[Evidence] | type[Curve]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=schema_of(contract))
    floats = [name for name, dtype in frame.schema.items() if dtype == pl.Float64]
    return frame.with_columns(pl.col(floats).fill_nan(None)).sort(contract.primary_key())


def _number(values: Numbers | None, point: int) -> float | None:
    if values is None or values[point] is None:
        return None
    return float(values[point])
