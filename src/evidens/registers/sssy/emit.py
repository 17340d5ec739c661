"""From simulated services to rows of SSSY."""

import polars as pl

from evidens.registers.emission_files import split_by_year
from evidens.simulation import Shard, WorldSettings

_TREATED_FROM = 2021  # the year from which the day of treatment is delivered


def emit_sssy(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return the services of each year of billing, sorted by pnr and week.

    Notes
    -----
    A week belongs to the year of its Thursday (ISO 8601), as its two digits of year do.
    """
    rows = shard.services.with_columns(_thursday=pl.col("billed_on") + pl.duration(days=3))
    columns = {
        "pnr": "pnr",
        "honuge": pl.col("billed_on").replace_strict(_weeks(rows["billed_on"])),
        "speciale": "specialty",
        "spec2": pl.col("specialty").str.slice(0, 2),
        "ydlant": pl.col("n_services").cast(pl.Int64),
        "kontakt": pl.lit("1"),
        "barnmak": pl.lit(pl.Series(["0", "1"])).gather(pl.col("for_child").cast(pl.UInt32)),
        "ydernr": "practice",
        "behandlingsdato": "served_on",
    }
    files = split_by_year(rows, pl.col("_thursday"), columns, ("sssy", "sssy"), world)
    return {key: frame if key[2] >= _TREATED_FROM else frame.drop("behandlingsdato") for key, frame in files.items()}


def _weeks(mondays: pl.Series) -> dict[object, str]:
    """Year without century and ISO week of every Monday there is."""
    distinct = mondays.unique()
    return dict(zip(distinct, distinct.dt.strftime("%G%V").str.slice(2), strict=True))
