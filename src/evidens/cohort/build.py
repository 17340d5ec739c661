"""From events and people to a cohort, one bucket of people at a time."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from evidens.cohort.contract import Cohort
from evidens.cohort.eligibility import add_candidates, eligibility_rules, join_residence, keep_eligible
from evidens.cohort.followup import add_followup
from evidens.cohort.settings import CohortSettings
from evidens.contracts import Flow, check_table, schema_of
from evidens.foundation import Horizon
from evidens.phenotypes import Phenotype, find_onsets


@dataclass(frozen=True)
class CohortPart:
    """What one bucket gives: its cohort and its share of the flow chart."""

    cohort: pl.DataFrame
    flow: pl.DataFrame


def build_cohort(
    events: pl.DataFrame,
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
    events, persons, residence : polars.DataFrame
        One bucket of people; contracts `events.contract:Event`, `Person`, `Residence`.
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
        `cohort` (contract Cohort), sorted by person and index, possibly empty; `flow` (contract Flow).

    Notes
    -----
    A person may have several rows, one per index date; the protocol draws one of them. A landmark design
    [1]_: everyone is looked at on the same calendar day, so that no one's index depends on being tested.

    References
    ----------
    .. [1] van Houwelingen HC. Dynamic prediction by landmarking in event history analysis.
       Scand J Stat 2007;34:70-85. doi:10.1111/j.1467-9469.2006.00529.x
    """
    onsets = find_onsets(events, phenotype).select("person_id", "first_qualifying_at", "outcome_at")
    candidates = join_residence(add_candidates(persons, settings), residence)
    candidates = candidates.join(onsets, on="person_id", how="left", maintain_order="left")
    rules = eligibility_rules(settings, horizon=horizon, data_lock_on=data_lock_on)
    eligible, flow = keep_eligible(candidates, rules)
    cohort = add_followup(eligible, horizon=horizon, data_lock_on=data_lock_on).with_columns(
        index_at=pl.col("index_on").cast(pl.Datetime("us")), age=pl.col("age").cast(pl.Int16)
    )
    cohort = cohort.select(list(schema_of(Cohort)))
    flow = flow.with_columns(outcome=pl.lit(outcome or phenotype.name)).select(list(schema_of(Flow)))
    return CohortPart(check_table(cohort, Cohort, place="cohort"), check_table(flow, Flow, place="flow"))


def merge_flows(flows: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Add up the flow charts of all buckets: each person lies in one bucket, so that counts add.

    Parameters
    ----------
    flows : iterable of polars.DataFrame
        Contract Flow, of buckets of one or more outcomes.

    Returns
    -------
    polars.DataFrame
        Contract Flow, sorted by outcome and step; empty for no buckets.
    """
    together = pl.concat([Flow.create_empty(), *flows])
    counts = pl.col("n_people", "n_rows", "n_left_out").sum()
    merged = together.group_by("outcome", "step", "rule").agg(counts).sort("outcome", "step", "rule")
    return check_table(merged, Flow, place="flow")
