"""From events and people to a cohort, one bucket of people at a time."""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from evidens.cohort.contract import Cohort
from evidens.cohort.eligibility import add_moments, add_people, eligibility_rules, join_residence
from evidens.cohort.flow import add_left_at, count_flow
from evidens.cohort.followup import add_followup
from evidens.cohort.history import add_history
from evidens.cohort.indices import find_indices
from evidens.cohort.reading import read_needed
from evidens.cohort.settings import CohortSettings
from evidens.contracts import check_table, schema_of
from evidens.events import BucketEvents
from evidens.foundation import Horizon
from evidens.phenotypes import Phenotype, judge_at


@dataclass(frozen=True)
class CohortPart:
    """What one bucket gives: its cohort and its share of the flow chart, in all and by region and index year."""

    cohort: pl.DataFrame
    flow: pl.DataFrame
    attrition: pl.DataFrame


def build_cohort(
    events: BucketEvents,
    persons: pl.DataFrame,
    residence: pl.DataFrame,
    *,
    phenotype: Phenotype,
    settings: CohortSettings,
    horizon: Horizon,
    data_lock_on: dt.date,
    outcome: str | None = None,
) -> CohortPart:
    """Find who enters the study for one outcome, when, what happened next, and who was left out and why.

    Parameters
    ----------
    events : BucketEvents
        One bucket of people; only the codes that the phenotype and the landmark speak of are read.
    persons, residence : polars.DataFrame
        The same people; contracts `events.contract:Person` and `Residence`.
    phenotype : Phenotype
        The outcome.
    settings : CohortSettings
        Index dates and eligibility.
    horizon : Horizon
        The window (index, index + days] in which the outcome counts.
    data_lock_on : date
        The last day on which the registers are complete.
    outcome : str, optional
        Name of the study's outcome in the flow chart, where it differs from that of the phenotype.

    Returns
    -------
    CohortPart
        `cohort` (contract Cohort), sorted by person and index, possibly empty; `flow` (contract Flow); `attrition`
        (contract Attrition).

    Notes
    -----
    A person may have several rows, one per index date; the protocol draws one of them. In a landmark design
    [1]_ of calendar days everyone is looked at on the same day, so that no one's index depends on being tested.

    References
    ----------
    .. [1] van Houwelingen HC. Dynamic prediction by landmarking in event history analysis.
       Scand J Stat 2007;34:70-85. doi:10.1111/j.1467-9469.2006.00529.x
    """
    needed = read_needed(events, phenotype, settings)
    indices = find_indices(persons, needed.frame, settings.landmark)
    indices = add_history(indices, needed.runs, settings.history)
    candidates = add_moments(join_residence(add_people(indices, persons), residence), settings, horizon=horizon)
    candidates = candidates.join(
        judge_at(candidates, needed.frame, phenotype, persons), on=["person_id", "index_at"], maintain_order="left"
    )
    rules = eligibility_rules(settings, phenotype.settings, horizon=horizon, data_lock_on=data_lock_on)
    candidates = add_left_at(candidates, rules)
    flow, attrition = count_flow(
        candidates, rules, outcome=outcome or phenotype.name, n_everyone=persons.height,
        is_for_everyone=settings.landmark.kind in ("calendar", "random"),
    )  # fmt: skip
    eligible = candidates.filter(pl.col("left_at") == len(rules))
    cohort = add_followup(eligible, horizon=horizon, data_lock_on=data_lock_on, is_moment=settings.is_moment)
    cohort = cohort.with_columns(pl.col("age").cast(pl.Int16), landmark=pl.lit(settings.landmark.kind))
    return CohortPart(check_table(cohort.select(list(schema_of(Cohort))), Cohort, place="cohort"), flow, attrition)
