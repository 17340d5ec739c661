"""From when on each laboratory delivered its results: what is missing before was not covered, and is not normal."""

from collections.abc import Iterable

import polars as pl

_TYPICAL_SHARE = 0.1  # of a laboratory's median month: a month with fewer results is not yet covered


def find_coverage(results: pl.DataFrame) -> pl.DataFrame:
    """Return from when on each laboratory is covered, as a value to check a delivery by.

    Parameters
    ----------
    results : polars.DataFrame
        laboratory (null: not told) and sampled_on of results, in any order.

    Returns
    -------
    polars.DataFrame
        laboratory, first_on (day of the first sample), covered_from_on (first day of the first month with at least a
        tenth of the laboratory's median month), last_on and n_results; sorted by laboratory.

    Notes
    -----
    One wrong date makes a first sample too early; the first month of usual size does not move by it.
    """
    return coverage_of_months([count_months(results)])


def count_months(results: pl.DataFrame) -> pl.DataFrame:
    """Count results of each laboratory and month: all that has to be kept of a batch, arguments as of `find_coverage`.

    Returns
    -------
    polars.DataFrame
        laboratory, month (first day), first_on, last_on and n.
    """
    dated = results.filter(pl.col("sampled_on").is_not_null())
    on = pl.col("sampled_on")
    months = dated.group_by("laboratory", month=on.dt.truncate("1mo"))
    return months.agg(first_on=on.min(), last_on=on.max(), n=pl.len())


def coverage_of_months(parts: Iterable[pl.DataFrame], *, smallest: int = 1) -> pl.DataFrame:
    """Return what `find_coverage` does, of all batches that `count_months` counted.

    Parameters
    ----------
    parts : iterable of polars.DataFrame
    smallest : int
        Results that a month has at least to be looked at.
    """
    months = pl.concat(parts).group_by("laboratory", "month").agg(
        pl.col("first_on").min(), pl.col("last_on").max(), pl.col("n").sum()
    )  # fmt: skip
    is_usual = (pl.col("n") >= smallest) & (pl.col("n") >= _TYPICAL_SHARE * pl.col("n").median().over("laboratory"))
    covered = months.filter(is_usual).group_by("laboratory").agg(covered_from_on=pl.col("month").min())
    spans = months.group_by("laboratory").agg(
        pl.col("first_on").min(), pl.col("last_on").max(), n_results=pl.col("n").sum()
    )
    joined = spans.join(covered, on="laboratory", how="left", nulls_equal=True)
    return joined.select("laboratory", "first_on", "covered_from_on", "last_on", "n_results").sort("laboratory")
