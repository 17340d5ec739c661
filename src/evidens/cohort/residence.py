"""Residence without a break: a move between regions is none, a day abroad is one."""

import polars as pl


def find_stays(residence: pl.DataFrame) -> pl.DataFrame:
    """Return residence spells with the unbroken stay in the country that each belongs to.

    Parameters
    ----------
    residence : polars.DataFrame
        Contract `events.contract:Residence`: spells of a person do not overlap; `to_on` is the first day
        not resident, or null.

    Returns
    -------
    polars.DataFrame
        The spells, sorted by person and start, with `stay_from_on` and `stay_to_on` (null: still resident).

    Notes
    -----
    Spells that touch (`to_on` of one is `from_on` of the next) are one stay in two regions. The end of a
    stay is where follow-up is censored; the start is where unbroken residence is counted from.

    Examples
    --------
    >>> import datetime as dt
    >>> spells = pl.DataFrame({
    ...     "person_id": [1, 1], "region": ["84", "81"],
    ...     "from_on": [dt.date(2010, 1, 1), dt.date(2015, 6, 1)], "to_on": [dt.date(2015, 6, 1), None]})
    >>> find_stays(spells)["stay_from_on"].unique().to_list()
    [datetime.date(2010, 1, 1)]
    """
    spells = residence.sort("person_id", "from_on")
    person, from_on = pl.col("person_id"), pl.col("from_on")
    follows = (person == person.shift(1)) & (from_on == pl.col("to_on").shift(1))
    spells = spells.with_columns(stay=(~follows.fill_null(False)).cum_sum())
    stays = spells.group_by("stay").agg(stay_from_on=from_on.first(), stay_to_on=pl.col("to_on").last())
    return spells.join(stays, on="stay", how="left", maintain_order="left").drop("stay")
