"""From simulated results to rows of LAB_DM_FORSKER."""

from functools import cache

import polars as pl

from evidens.registers.emission_files import split_by_year
from evidens.simulation import Shard, WorldSettings

_LARGEST = 20_000  # in units of the last decimal reported
_WORDS = {"not detected": "IKKE PÅVIST", "detected": "PÅVIST"}
_POINT_LABORATORIES = ("82101", "83102", "84103")  # write a decimal point, all others a comma


def emit_lab(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return the results of each year of coverage, sorted by person and day.

    Notes
    -----
    Results are text: numbers with a decimal comma or point, by laboratory, or words. A limit of what can be
    measured has its sign in a column of its own. The numbers are looked up in a table of rendered numbers;
    rendering each would cost more than all else.
    """
    decimals, point = pl.col("decimals").cast(pl.UInt32), pl.col("laboratory").is_in(_POINT_LABORATORIES)
    quanta = (pl.col("value") * 10.0 ** pl.col("decimals").cast(pl.Float64)).round().clip(0, _LARGEST - 1)
    place = (decimals * 2 + point.cast(pl.UInt32)) * _LARGEST + quanta.cast(pl.UInt32)
    minute = pl.col("minute").cast(pl.UInt32)
    columns = {
        "patient_cpr": "pnr",
        "samplingdate": "sampled_on",
        "samplingtime": pl.lit(_times()).gather(minute),
        "analysiscode": "analysis",
        "value": pl.coalesce(pl.lit(_numbers()).gather(place), pl.col("word").replace_strict(_WORDS)),
        "operator": "operator",
        "unit": "unit",
        "resulttype": pl.when(pl.col("word").is_null()).then(pl.lit("numeric")).otherwise(pl.lit("alphanumeric")),
        "laboratorium_idcode": "laboratory",
    }
    return split_by_year(shard.results, pl.col("sampled_on"), columns, ("lab", "lab_dm_forsker"), world)


@cache
def _numbers() -> pl.Series:
    """Every number that can be reported, by decimals (0, 1, 2), sign (comma, point) and quanta."""
    return pl.Series(
        [f"{quanta / 10**decimals:.{decimals}f}".replace(".", sign)
         for decimals in range(3) for sign in (",", ".") for quanta in range(_LARGEST)]
    )  # fmt: skip


@cache
def _times() -> pl.Series:
    """Every minute of the day as HH:MM."""
    return pl.Series([f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60)])
