"""Contracts of the truth tables, which no part of the analysis may read."""

import polars as pl

from evidens.contracts import Role
from evidens.contracts.schema import dy
from evidens.simulation.world import OUTCOMES


class TruthPerson(dy.Schema):
    """Disease of one person in the simulated world.

    What registers show is what they show over all years of the world. A delivery that leaves out a register's first
    years (`delivered.first_year`) finds the outcome of some people who had it before later than this, or never.
    """

    pnr = dy.String(primary_key=True, metadata={"role": Role.PERSON})
    outcome = dy.String(primary_key=True, check=lambda c: c.is_in(OUTCOMES))
    latent_class = dy.Int8(min=0, max=4)  # class of frailty
    onset_on = dy.Date(nullable=True)  # first day of the quarter of onset; null: none in life and coverage
    diagnosed_on = dy.Date(nullable=True)  # null: none in life and coverage; abroad, the registers may miss it
    coded_on = dy.Date(nullable=True)  # the registers, all years of them, show the outcome by the study's definition
    is_false_coding = dy.Bool()  # that day rests on a code that no disease is behind

    @dy.rule()
    def diagnosed_later_than_onset(cls) -> pl.Expr:
        """Check that a diagnosis comes after onset."""
        return pl.col("diagnosed_on").is_null() | (pl.col("diagnosed_on") > pl.col("onset_on"))

    @dy.rule()
    def coded_by_disease_or_falsely(cls) -> pl.Expr:
        """Check that what no false code explains follows a diagnosis."""
        follows = (pl.col("coded_on") >= pl.col("diagnosed_on")).fill_null(False)
        return pl.col("coded_on").is_null() | pl.col("is_false_coding") | follows


class TruthRisk(dy.Schema):
    """Risk of one adult at one index date, of whom no register shows the outcome or a first sign that counts.

    Those who have been diagnosed but whom no register shows by then have only `risk_coded`.
    """

    pnr = dy.String(primary_key=True, metadata={"role": Role.PERSON})
    outcome = dy.String(primary_key=True, check=lambda c: c.is_in(OUTCOMES))
    index_on = dy.Date(primary_key=True)
    risk_latent = dy.Float64(nullable=True, min=0, max=1)  # O1, of the diagnosis, to one who knows the onset
    risk_true = dy.Float64(nullable=True, min=0, max=1)  # O2, given the record before the index: the reference
    risk_features = dy.Float64(nullable=True, min=0, max=1)  # O3, given a few features of the record
    risk_coded = dy.Float64(min=0, max=1)  # O4, of the registers showing the outcome, given the record
    is_prevalent = dy.Bool()  # ill and not yet diagnosed at the index
    is_onset = dy.Bool()  # falls ill in the horizon, no later than death
    is_event = dy.Bool(nullable=True, metadata={"role": Role.OUTCOME})  # diagnosed in the horizon, alive
    is_coded_event = dy.Bool(metadata={"role": Role.OUTCOME})  # the registers show it in the horizon, had they stayed

    @dy.rule()
    def truth_of_the_diagnosis_is_whole(cls) -> pl.Expr:
        """Check that what is known of a coming diagnosis is known together."""
        unknown = pl.col("is_event").is_null()
        return (unknown == pl.col("risk_true").is_null()) & (unknown == pl.col("risk_latent").is_null())


class TruthEffect(dy.Schema):
    """One number that was planted into the world."""

    effect = dy.String(primary_key=True)  # name of a field of `effects.Effects`
    scope = dy.String(primary_key=True)  # where it holds: keys and names of parts, joined by '.'; empty: everywhere
    value = dy.String()
