"""Looks at a simulated shard: its ages, one life as rows, values before a diagnosis. For notebooks and pages."""

import datetime as dt

import polars as pl

from evidens.simulation.shard import Shard

_DAYS_PER_YEAR = 365.25
_HALF_YEARS = 2


def describe_pyramid(shard: Shard, on: dt.date, *, width: int = 5) -> pl.DataFrame:
    """Count the residents on a day by age and sex.

    Returns
    -------
    polars.DataFrame
        age_from (multiples of `width` years), sex, n; sorted. Ages without people are left out.
    """
    here = shard.residence.filter(
        (pl.col("from_on") <= on) & (pl.col("to_on").is_null() | (pl.col("to_on") > on))
    ).select("pnr")
    age = ((pl.lit(on) - pl.col("born_on")).dt.total_days() / _DAYS_PER_YEAR).floor().cast(pl.Int64)
    return (
        shard.persons.join(here, on="pnr", how="semi")
        .group_by(age_from=age // width * width, sex="sex")
        .agg(n=pl.len().cast(pl.Int64))
        .sort("age_from", "sex")
    )


def describe_values_before_diagnosis(shard: Shard, outcome: str, analysis: str, *, years: int = 8) -> pl.DataFrame:
    """Describe an analysis in the years before the true diagnosis of those who get it.

    Returns
    -------
    polars.DataFrame
        years_before (middle of each half-year), lower, median, upper (quartiles), n; the earliest first.
    """
    ill = shard.truth_persons.filter((pl.col("outcome") == outcome) & pl.col("diagnosed_on").is_not_null())
    mine = shard.results.filter((pl.col("analysis").cast(pl.String) == analysis) & pl.col("value").is_not_null())
    before = (pl.col("diagnosed_on") - pl.col("sampled_on")).dt.total_days() / _DAYS_PER_YEAR
    value = pl.col("value")
    return (
        mine.join(ill.select("pnr", "diagnosed_on"), on="pnr")
        .with_columns(_before=before)
        .filter(pl.col("_before").is_between(0, years, closed="left"))
        .group_by(years_before=((pl.col("_before") * _HALF_YEARS).floor() + 0.5) / _HALF_YEARS)
        .agg(lower=value.quantile(0.25), median=value.median(), upper=value.quantile(0.75), n=pl.len().cast(pl.Int64))
        .sort("years_before", descending=True)
    )


def find_example(shard: Shard, outcome: str, *, year: int) -> str:
    """Return the number of one person diagnosed in a year: the one with a median number of results.

    Raises
    ------
    ValueError
        When nobody is.
    """
    ill = shard.truth_persons.filter((pl.col("outcome") == outcome) & (pl.col("diagnosed_on").dt.year() == year))
    if ill.is_empty():
        raise ValueError(f"nobody in shard {shard.number} is diagnosed with {outcome} in {year}; look at another year")
    counted = (
        ill.join(shard.results.group_by("pnr").len(), on="pnr", how="left")
        .with_columns(pl.col("len").fill_null(0))
        .sort("len", "pnr")
    )
    return str(counted["pnr"][counted.height // 2])


def describe_life(shard: Shard, pnr: str, *, from_on: dt.date, to_on: dt.date) -> pl.DataFrame:
    """Return what the tables say about one fictitious person within some time, and the truth, in order of time.

    Returns
    -------
    polars.DataFrame
        on, table, what, detail. The person's number is left out.
    """
    codes = shard.diagnoses.filter(pl.col("kind") == "A").select("contact_number", "code")
    contacts = shard.contacts.filter(pl.col("pnr") == pnr).join(codes, on="contact_number", how="left")
    value = pl.concat_str(pl.col("operator").cast(pl.String).fill_null(""), pl.col("value").round(2).cast(pl.String))
    truth = shard.truth_persons.filter(pl.col("pnr") == pnr)
    parts = [
        _rows(shard.residence.filter(pl.col("pnr") == pnr), "residence", "from_on", pl.lit("lives in region"),
              pl.col("region")),
        _rows(contacts, "contacts", "start_at", pl.col("kind"), pl.col("code")),
        _rows(shard.dispensings.filter(pl.col("pnr") == pnr), "dispensings", "dispensed_on", pl.col("atc"),
              pl.concat_str(pl.col("n_packs"), pl.lit(" x "), pl.col("pack_size"))),
        _rows(shard.results.filter(pl.col("pnr") == pnr), "results", "sampled_on", pl.col("analysis"),
              pl.concat_str(pl.coalesce(value, pl.col("word").cast(pl.String)), pl.lit(" "),
                            pl.col("unit").cast(pl.String).fill_null(""))),
        _rows(truth.filter(pl.col("onset_on").is_not_null()), "truth", "onset_on", pl.lit("onset"), pl.col("outcome")),
        _rows(truth.filter(pl.col("diagnosed_on").is_not_null()), "truth", "diagnosed_on", pl.lit("diagnosis"),
              pl.col("outcome")),
        _rows(shard.deaths.filter(pl.col("pnr") == pnr), "deaths", "died_on", pl.lit("dies"), pl.lit("")),
    ]  # fmt: skip
    return pl.concat(parts).filter(pl.col("on").is_between(from_on, to_on)).sort("on", "table", "what", "detail")


def _rows(frame: pl.DataFrame, table: str, on: str, what: pl.Expr, detail: pl.Expr) -> pl.DataFrame:
    return frame.select(
        on=pl.col(on).cast(pl.Date),
        table=pl.lit(table),
        what=what.cast(pl.String),
        detail=detail.cast(pl.String).str.strip_chars(),
    )
