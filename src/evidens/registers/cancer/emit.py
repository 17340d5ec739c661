"""From simulated tumours to rows of T_TUMOR."""

import datetime as dt

import polars as pl

from evidens.registers.emission_files import split_by_year
from evidens.simulation import Shard, WorldSettings

_PUBLISHED_AFTER_YEARS = 2  # the year before last is the last that is out
_MISSPELT_YEAR = 2015  # one delivery spells the extent of the tumour otherwise


def emit_cancer(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return the tumours of each year of diagnosis that is published at the end of coverage."""
    last = world.end_on.year - _PUBLISHED_AFTER_YEARS
    columns = {
        "k_cprnr": "pnr",
        "k_tumornr": pl.col("tumour_number").cast(pl.String),
        "d_diagnosedato": "diagnosed_on",
        "c_icd10": "icd10",
        "c_morfo3": "morphology",
        "c_topo3": "topography",
        "c_tnm_t": pl.lit("T") + pl.col("t"),
        "c_tnm_n": pl.lit("N") + pl.col("n"),
        "c_tnm_m": pl.lit("M") + pl.col("m"),
    }
    published = shard.tumours.filter(pl.col("diagnosed_on") < dt.date(last + 1, 1, 1))
    files = split_by_year(published, pl.col("diagnosed_on"), columns, ("cancer", "t_tumor"), world)
    return {key: frame.rename({"c_tnm_t": "c_tmn_t"}) if key[2] == _MISSPELT_YEAR else frame
            for key, frame in files.items()}  # fmt: skip
