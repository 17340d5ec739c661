"""Contracts of the truth tables, which no part of the analysis may read."""

import polars as pl

from evidens.contracts import Role
from evidens.contracts.schema import dy
from evidens.simulation.world import OUTCOMES


class TruthPerson(dy.Schema):
    """Disease of one person in the simulated world."""

    pnr = dy.String(primary_key=True, metadata={"role": Role.PERSON})
    outcome = dy.String(primary_key=True, check=lambda c: c.is_in(OUTCOMES))
    latent_class = dy.Int8(min=0, max=4)  # class of frailty
    onset_on = dy.Date(nullable=True)  # first day of the quarter of onset; null: none in life and coverage
    diagnosed_on = dy.Date(nullable=True)  # null: none in life and coverage; abroad, the registers may miss it

    @dy.rule()
    def diagnosed_later_than_onset(cls) -> pl.Expr:
        """Check that a diagnosis comes after onset."""
        return pl.col("diagnosed_on").is_null() | (pl.col("diagnosed_on") > pl.col("onset_on"))


class TruthRisk(dy.Schema):
    """Risk of one person at one index date."""

    pnr = dy.String(primary_key=True, metadata={"role": Role.PERSON})
    outcome = dy.String(primary_key=True, check=lambda c: c.is_in(OUTCOMES))
    index_on = dy.Date(primary_key=True)
    risk_latent = dy.Float64(min=0, max=1)  # to one who knows the quarter of onset
    risk_true = dy.Float64(min=0, max=1)  # given the record before the index: the reference of every model
    is_event = dy.Bool(metadata={"role": Role.OUTCOME})  # diagnosed in the horizon, no later than death
