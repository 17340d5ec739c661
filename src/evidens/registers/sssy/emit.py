"""From simulated services to rows of SSSY."""

import polars as pl

from evidens.registers.emission_files import one_of, relabel, split_by_year
from evidens.simulation import Shard, WorldSettings

_TREATED_FROM = 2021  # the year from which the day of treatment is delivered


def emit_sssy(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return the services of each year of billing, sorted by pnr and week.

    Notes
    -----
    Weeks are told as year without century and number. A week belongs to the year of its Thursday (ISO 8601), as its
    two digits of year do.
    """
    services = shard.services
    if services.is_empty():
        return {}
    rows = services.with_columns(
        _thursday=pl.col("billed_on") + pl.duration(days=3), spec2=relabel(services["specialty"], lambda code: code[:2])
    )
    billed = pl.col("billed_on")
    weeks = services.select(pl.date_range(billed.min(), billed.max(), "1w").dt.strftime("%G%V").str.slice(2))
    columns = {
        "pnr": "pnr",
        "honuge": one_of(weeks.to_series().to_list(), (billed - billed.min()).dt.total_days() // 7),
        "speciale": "specialty",
        "spec2": "spec2",
        "ydlant": pl.col("n_services").cast(pl.Int64),
        "kontakt": pl.lit("1", dtype=pl.Enum(["1"])),
        "barnmak": one_of(("0", "1"), pl.col("for_child")),
        "ydernr": "practice",
        "behandlingsdato": "served_on",
    }
    files = split_by_year(rows, pl.col("_thursday"), columns, ("sssy", "sssy"), world)
    return {key: frame if key[2] >= _TREATED_FROM else frame.drop("behandlingsdato") for key, frame in files.items()}
