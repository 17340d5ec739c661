"""What happened in the end: models beside the oracle on realised outcomes, which only luck or a leak can turn."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from evidens.audit.measures import Least
from evidens.audit.people import ORACLES, AuditedPeople
from evidens.statistics import Estimate, auroc, compare_auroc
from evidens.validation import EvidenceRows

REALISED = "realised_auroc"
BEYOND = "models_beyond_oracle"
ORACLE = "oracle"
MOST_SE = 3.0  # standard errors above the oracle that luck explains
LEAK = (
    f"better on what happened than the true risk by more than {MOST_SE:g} standard errors: it has seen the future, "
    "or the oracle is wrong"
)
_METHOD = "on what happened, "
_COUNTED = f"models counted whose realised AUROC is above the oracle's by more than {MOST_SE:g} standard errors"


@dataclass(frozen=True)
class Realised:
    """One score on what happened.

    Parameters
    ----------
    own : Estimate
        Its AUROC, with an interval.
    difference : Estimate or None
        Its AUROC minus the oracle's in the same people; None for the oracle.
    """

    own: Estimate
    difference: Estimate | None

    @property
    def is_beyond(self) -> bool | None:
        """Whether it outdoes the oracle by more than chance; None where the two could not be compared."""
        apart = self.difference
        if apart is None or apart.value is None or apart.se is None:
            return None
        return apart.value > MOST_SE * apart.se


def compare_realised(people: AuditedPeople, least: Least) -> dict[str, Realised]:
    """Estimate each model's AUROC on what happened, and the oracle's, in everyone whom a true outcome awaits.

    Parameters
    ----------
    people : AuditedPeople
    least : Least
        Where fewer are there, or fewer events or non-events expected or happened, there is a reason and no value.

    Returns
    -------
    dict of str to Realised
        By model, and of the oracle.

    Notes
    -----
    Under the true risk no score does better than it, not even one that has seen the future: an expectation is over
    outcomes drawn anew, of which no score has seen anything. On the outcomes that did happen such a score does better,
    and the paired comparison by DeLong (doi:10.2307/2531595) tells it from luck.
    """
    inside = people.is_open
    happened, risk = people.is_event[inside], people.risk_true[inside]
    too_few = least.judge(risk) or least.judge(happened.astype(np.float64), counted="happened")
    n, n_events = happened.size, int(happened.sum())
    absent = Estimate(None, None, None, None, n, n_events, f"{_METHOD}not estimated", too_few or "")
    found = {}
    for model, score in people.scores.items():
        if model in ORACLES and model != ORACLE:
            continue
        own = absent if too_few else _on_what_happened(auroc(happened, score[inside]))
        apart = absent if too_few else _on_what_happened(compare_auroc(happened, score[inside], risk))
        found[model] = Realised(own, None if model == ORACLE else apart)
    return found


def write_realised(found: Mapping[str, Realised], keys: Mapping[str, EvidenceRows], count: EvidenceRows) -> None:
    """Add AUROCs on what happened, differences to the oracle with a warning of a leak, and how many are beyond it.

    Parameters
    ----------
    found : mapping of str to Realised
    keys : mapping of str to EvidenceRows
        Where the rows of each model go.
    count : EvidenceRows
        Where the number of models beyond the oracle goes: of model "none".
    """
    for model, realised in found.items():
        keys[model].add(REALISED, realised.own)
        if realised.difference is not None:
            said = LEAK if realised.is_beyond else realised.difference.reason
            keys[model].add(REALISED, replace(realised.difference, reason=said), reference=ORACLE)
    count.add(BEYOND, _count_beyond(found))


def _count_beyond(found: Mapping[str, Realised]) -> Estimate:
    of_oracle = found[ORACLE].own
    empty = Estimate(None, None, None, None, of_oracle.n, of_oracle.n_events, _COUNTED, "no model could be compared")
    if all(realised.is_beyond is None for realised in found.values()):
        return replace(empty, reason=of_oracle.reason or empty.reason)
    beyond = [model for model, realised in found.items() if realised.is_beyond]
    return replace(empty, value=float(len(beyond)), reason=f"{', '.join(beyond)}: {LEAK}" if beyond else None)


def _on_what_happened(estimate: Estimate) -> Estimate:
    return replace(estimate, method=_METHOD + estimate.method)
