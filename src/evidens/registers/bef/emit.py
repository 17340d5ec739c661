"""From simulated residence to rows of BEF: everyone at the end of the year, and of each quarter from 2008."""

import datetime as dt

import numpy as np
import polars as pl

from evidens.simulation import Shard, WorldSettings
from evidens.simulation.arrays import Ints
from evidens.simulation.places import MUNICIPALITIES, pool_of
from evidens.simulation.quarters import day_number
from evidens.simulation.world import REGIONS

_QUARTERLY_FROM = 2008
_ORIGIN_TYPES = {"danish": 1, "immigrant": 2, "descendant": 3}
_COUNTRIES = {
    "DK": "5100", "DE": "5180", "PL": "5154", "NO": "5110", "SE": "5120", "GB": "5170", "RO": "5158", "TR": "5172",
    "IQ": "5436", "IR": "5438", "PK": "5464", "VN": "5488",
}  # fmt: skip
_CIVIL = {"unmarried": "U", "married": "G", "divorced": "F", "widowed": "E"}
_REGIONS, _MUNICIPALITIES = pl.Enum(REGIONS), pl.Enum(pool_of(MUNICIPALITIES)[0])
_COUNTRY_CODES, _CIVIL_CODES = pl.Enum(_COUNTRIES.values()), pl.Enum(_CIVIL.values())
_OF_AGE, _LEAVES_HOME = 18, 20
COLUMNS = (
    "pnr", "referencetid", "koen", "foed_dag", "alder", "reg", "kom", "ie_type", "opr_land", "statsb", "civst",
    "familie_id", "mor_id", "far_id", "aegte_id", "e_faelle_id",
)  # fmt: skip
_NO_DAY = 10**6  # a day after everything


def snapshot_days(world: WorldSettings) -> list[dt.date]:
    """Return the reference times: 31 December from the year before coverage, the end of every quarter from 2008."""
    days = [
        dt.date(year, month, 30 if month in (6, 9) else 31)
        for year in range(world.start_on.year - 1, world.end_on.year + 1)
        for month in ((3, 6, 9, 12) if year >= _QUARTERLY_FROM else (12,))
    ]
    return [day for day in days if day <= world.end_on]


def emit_bef(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return the snapshots of each year from the year before coverage on.

    Parameters
    ----------
    shard : Shard
    world : WorldSettings

    Returns
    -------
    dict of (register, table, year) to polars.DataFrame
        Sorted by pnr, then reference time.

    Notes
    -----
    A spell of residence is cut where civil status or family changes; each piece spans a run of snapshots. A year's
    rows are the pieces repeated over their part of the year, so that no piece is compared with any day.
    """
    days = snapshot_days(world)
    numbers = np.array([day_number(day) for day in days])
    pieces, first, end = _cut_spells(shard, numbers)
    born_year, born_in_year = _year_and_rest(pieces["_born"].to_numpy())
    year_of, in_year = _year_and_rest(numbers)
    delivered, dates = pieces.drop("_born"), pl.Series("referencetid", days)
    files = {}
    for year in sorted({day.year for day in days}):
        low, high = np.searchsorted(year_of, [year, year + 1])
        start, stop = np.clip(first, low, high), np.clip(end, low, high)
        count = stop - start
        row = np.repeat(np.arange(count.size, dtype=np.uint32), count)
        if row.size:
            at = np.arange(row.size) - np.repeat(np.cumsum(count) - count - start, count)
            age = year - born_year[row] - (in_year[at] < born_in_year[row])
            rows = delivered[row].with_columns(dates.gather(at.astype(np.uint32)), alder=pl.Series(age))
            files["bef", "bef", year] = rows.select(COLUMNS)
    return files


def country_codes(column: pl.Expr) -> pl.Expr:
    """Statistics Denmark's code of each ISO 3166 country."""
    return column.replace_strict(_COUNTRIES, return_dtype=pl.String)


def _cut_spells(shard: Shard, snapshots: Ints) -> tuple[pl.DataFrame, Ints, Ints]:
    """Cut spells where the person comes of age, leaves home or loses the spouse.

    Returns
    -------
    pieces : polars.DataFrame
        What is delivered of a person as long as nothing changes, and `_born`; sorted by pnr and time.
    first, end : int arrays
        Positions of the first snapshot of each piece and of the one after its last.
    """
    people = _describe_people(shard)
    spells = shard.residence.join(people, on="pnr", how="left", maintain_order="left")
    since = spells["from_on"].to_physical().to_numpy()
    until = spells["to_on"].to_physical().fill_null(_NO_DAY).to_numpy()
    cuts = spells.select(
        of_age=pl.col("born_on").dt.offset_by(f"{_OF_AGE}y").to_physical(),
        leaves_home=pl.col("born_on").dt.offset_by(f"{_LEAVES_HOME}y").to_physical(),
        alone=pl.col("_partner_died").to_physical().fill_null(_NO_DAY),
    ).to_numpy()
    borders = np.sort(np.clip(cuts, since[:, None], until[:, None]), axis=1)
    borders = np.searchsorted(snapshots, np.column_stack([since, borders, until]))
    first, end = borders[:, :-1].ravel(), borders[:, 1:].ravel()
    kept = np.flatnonzero(end > first)
    first, end, spell = first[kept], end[kept], (kept // (borders.shape[1] - 1)).astype(np.uint32)
    return _describe_pieces(spells[spell], pl.Series(snapshots[first].astype(np.int32)).cast(pl.Date)), first, end


def _describe_people(shard: Shard) -> pl.DataFrame:
    """Return one row per person with everything that the pieces of the person's spells are made of."""
    died = shard.deaths.select(partner="pnr", _partner_died="died_on")
    country = country_codes(pl.col("country"))
    joined = shard.persons.join(shard.households, on="pnr", how="left", maintain_order="left")
    return joined.join(died, on="partner", how="left", maintain_order="left").with_columns(
        opr_land=country,
        statsb=pl.when(pl.col("ancestry") == "immigrant").then(country).otherwise(pl.lit(_COUNTRIES["DK"])),
        koen=pl.when(pl.col("sex") == "male").then(1).otherwise(2).cast(pl.Int64),
        ie_type=pl.col("ancestry").replace_strict(_ORIGIN_TYPES, return_dtype=pl.Int64),
        _civil=pl.col("civil_status").replace_strict(_CIVIL, return_dtype=pl.String),
    )


def _describe_pieces(spells: pl.DataFrame, on: pl.Series) -> pl.DataFrame:
    """Return what is delivered of each piece of a spell, as it is on the first snapshot of the piece."""
    spells = spells.with_columns(_on=on)
    is_of_age = pl.col("_on") >= pl.col("born_on").dt.offset_by(f"{_OF_AGE}y")
    is_at_home = pl.col("_on") < pl.col("born_on").dt.offset_by(f"{_LEAVES_HOME}y")
    has_partner = is_of_age & (pl.col("_partner_died").is_null() | (pl.col("_partner_died") > pl.col("_on")))
    is_married = pl.col("_civil") == _CIVIL["married"]
    has_moved = pl.col("region") != pl.col("region").first().over("pnr")
    return spells.select(
        "pnr", "koen", "ie_type", pl.col("opr_land", "statsb").cast(_COUNTRY_CODES),
        foed_dag="born_on",
        reg=pl.col("region").cast(_REGIONS),
        kom=pl.col("municipality").cast(_MUNICIPALITIES),
        civst=pl.when(~is_of_age).then(pl.lit(_CIVIL["unmarried"]))
        .when(is_married & pl.col("partner").is_not_null() & ~has_partner).then(pl.lit(_CIVIL["widowed"]))
        .otherwise("_civil").cast(_CIVIL_CODES),
        familie_id=pl.when(is_at_home).then("childhood_family")
        .when(has_moved).then("moved_family_number").otherwise("family_number"),
        mor_id="mother",
        far_id="father",
        aegte_id=pl.when(has_partner & is_married).then("partner"),
        e_faelle_id=pl.when(has_partner).then("partner"),
        _born=pl.col("born_on").to_physical(),
    )  # fmt: skip


def _year_and_rest(days: Ints) -> tuple[Ints, Ints]:
    """Return the year of each day since 1970-01-01, and a number that orders days within a year."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    number = months.astype(np.int64)
    return number // 12 + 1970, number % 12 * 32 + (dates - months.astype("datetime64[D]")).astype(np.int64)
