"""From when on each laboratory delivered its results: what is missing before was not covered, and is not normal."""

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
    dated = results.filter(pl.col("sampled_on").is_not_null())
    months = dated.group_by("laboratory", month=pl.col("sampled_on").dt.truncate("1mo")).agg(n=pl.len())
    is_usual = pl.col("n") >= _TYPICAL_SHARE * pl.col("n").median().over("laboratory")
    covered = months.filter(is_usual).group_by("laboratory").agg(covered_from_on=pl.col("month").min())
    spans = dated.group_by("laboratory").agg(
        first_on=pl.col("sampled_on").min(), last_on=pl.col("sampled_on").max(), n_results=pl.len()
    )
    joined = spans.join(covered, on="laboratory", how="left", nulls_equal=True)
    return joined.select("laboratory", "first_on", "covered_from_on", "last_on", "n_results").sort("laboratory")
