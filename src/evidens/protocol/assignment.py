"""Deal people to phases: each person to one index date in one phase at most, without a look at the future."""

import numpy as np
import polars as pl

from evidens.cohort.keyed_hash import draw_share, hash_people
from evidens.contracts import check_table, schema_of
from evidens.protocol.calendar import PhaseSettings
from evidens.protocol.contract import Assignment, Label, Member
from evidens.protocol.settings import ProtocolSettings


def assign_phases(cohort: pl.DataFrame, settings: ProtocolSettings) -> pl.DataFrame:
    """Choose for each person of a cohort the one row that is used, and the phase it is used in.

    Parameters
    ----------
    cohort : polars.DataFrame
        Contract `cohort.contract:Cohort`, of any part of the people; only person_id, index_at and region are
        looked at, never the label.
    settings : ProtocolSettings
        Phases with their regions, index years and shares, and the salt that keys the hash.

    Returns
    -------
    polars.DataFrame
        Contract Assignment: person_id, index_at, phase; sorted by person, one row per person.

    Notes
    -----
    A person's hash says which phases are possible, and a second hash, one per phase, which of the phase's
    index years is theirs: both are settled before anyone asks whether they are eligible that year. To draw
    among the rows in which they *are* eligible would draw the sick too often: whoever gets the disease, or
    dies, in the first year has no later row to be drawn instead (with two index years and a one-year horizon
    the share of events would be half as large again as it is). Who is eligible in two phases, because they
    moved, is used in the earlier one, which also needs no knowledge of later years.

    Where a person has several index dates in the year that was drawn, the first is used. Any draw among them would
    look ahead: a readmission makes a discharge of its own, so that whoever comes back has more rows, and the row
    before it would be drawn less often than that of someone who stays away. Of all rules that give a row to everyone
    who has one, only the first knows nothing of later rows.
    """
    person, year = cohort["person_id"].to_numpy(), cohort["index_at"].dt.year().to_numpy()
    region = cohort["region"].to_numpy()
    u = draw_share(person, salt=settings.salt, purpose="share")
    parts = []
    for phase in settings.phases_with_people:
        lots = hash_people(person, salt=settings.salt, purpose=f"year of {phase.name}")
        years = np.array(sorted(phase.index_years))
        is_theirs = (year == years[lots % np.uint64(len(years))]) & np.isin(region, phase.regions) & _holds(phase, u)
        chosen = cohort.select("person_id", "index_at").filter(pl.Series(is_theirs, dtype=pl.Boolean))
        parts.append(chosen.with_columns(phase=pl.lit(phase.name)))
    together = pl.concat([Assignment.create_empty(), *parts]).sort("person_id", "index_at", "phase")
    assignment = together.unique("person_id", keep="first", maintain_order=True)
    return check_table(assignment, Assignment, place="assignment")


def keep_sample(members: pl.DataFrame, phase: PhaseSettings, settings: ProtocolSettings) -> pl.DataFrame:
    """Keep the people of `phase.people_of` whom `phase` looks at again.

    Parameters
    ----------
    members : polars.DataFrame
        People of the phase that `phase.people_of` names, or any table of theirs with a person_id.
    phase : PhaseSettings
        A phase without people of its own; its share is a part of the other's.
    settings : ProtocolSettings
        The salt that keys the hash.

    Returns
    -------
    polars.DataFrame
        The rows of `members` that are kept, in their order.
    """
    u = draw_share(members["person_id"].to_numpy(), salt=settings.salt, purpose="share")
    return members.filter(pl.Series(_holds(phase, u), dtype=pl.Boolean))


def split_members(cohort: pl.DataFrame, assignment: pl.DataFrame) -> dict[str, tuple[pl.DataFrame, pl.DataFrame]]:
    """Part a cohort into the people of each phase and, apart from them, their labels.

    Parameters
    ----------
    cohort, assignment : polars.DataFrame
        Contracts `cohort.contract:Cohort` and Assignment, of the same people.

    Returns
    -------
    dict of str to (members, labels)
        By name of the phase, for the phases that occur in `assignment`, in alphabetical order; contracts
        Member and Label, each sorted by person. Two tables, so that one can be read while the other is sealed.
    """
    rows = assignment.join(cohort, on=["person_id", "index_at"], how="inner", maintain_order="left")
    phases = assignment["phase"].unique().sort().to_list()
    return {phase: _part(rows.filter(pl.col("phase") == phase)) for phase in phases}


def _part(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    members, labels = (rows.select(list(schema_of(contract))) for contract in (Member, Label))
    return check_table(members, Member, place="members"), check_table(labels, Label, place="labels")


def _holds(phase: PhaseSettings, u: np.ndarray) -> np.ndarray:
    return (u >= phase.share[0]) & (u < phase.share[1])
