"""From simulated causes of death to rows of DODSAASG."""

import polars as pl

from evidens.registers.emission_files import split_by_year
from evidens.simulation import Shard, WorldSettings

_YEARS_BEHIND = 3  # the register lags: its last year is this long before the end of coverage
_NATURAL, _UNKNOWN = "1", "5"  # manner of death; a certificate whose second page is missing tells neither
_NO_PAGE = "R999"


def emit_dodsaasg(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return the causes of the deaths of each year that the register has come to, sorted by pnr.

    Notes
    -----
    Where the page of the certificate with the causes is missing, the cause is R990 and the manner of death 5.
    """
    has_no_page = pl.col("underlying") == _NO_PAGE
    underlying = pl.when(has_no_page).then(pl.lit("R990")).otherwise("underlying")
    columns = {
        "pnr": "pnr",
        "d_dodsdato": "died_on",
        "c_dodtilgrundl_acme": underlying,
        "c_dod_1a": pl.when(~has_no_page).then("underlying"),
        "c_dod_21": pl.when(~has_no_page).then("contributing"),
        "c_dodsmaade": pl.when(has_no_page).then(pl.lit(_UNKNOWN)).otherwise(pl.lit(_NATURAL)),
        "aar": pl.col("died_on").dt.year().cast(pl.Int64),
    }
    known = shard.causes.filter(pl.col("died_on").dt.year() <= world.end_on.year - _YEARS_BEHIND)
    return split_by_year(known, pl.col("died_on"), columns, ("dodsaasg", "dodsaasg"), world)
