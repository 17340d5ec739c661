"""From simulated results to rows of LAB_DM_FORSKER."""

from functools import cache

import numpy as np
import polars as pl

from evidens.registers.emission_files import divide_by_year
from evidens.simulation import Shard, WorldSettings
from evidens.simulation.drawn import as_enum

_LARGEST = 20_000  # in units of the last decimal reported
_WORDS = {"not detected": "IKKE PÅVIST", "detected": "PÅVIST"}
_POINT_LABORATORIES = ("82101", "83102", "84103")  # write a decimal point, all others a comma
_SIGN_LABORATORIES = ("83103", "85102")  # write the sign of a limit before the digits, all others in its own column
_SIGNS = ("", "<", ">")
_TIMES = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(24 * 60))


def emit_lab(shard: Shard, world: WorldSettings) -> dict[tuple[str, str, int], pl.DataFrame]:
    """Return the results of each year of coverage, sorted by person and time.

    Notes
    -----
    Results are text: numbers with a decimal comma or point, by laboratory, or words. A limit of what can be
    measured has its sign in a column of its own or before the digits. The texts are looked up in a table of
    rendered numbers; rendering each would cost more than all else.
    """
    return {
        ("lab", "lab_dm_forsker", year): _deliver(rows)
        for year, rows in divide_by_year(shard.results, pl.col("sampled_on"), world).items()
    }


def _deliver(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows as delivered; a year at a time, so that little is in memory twice."""
    laboratories = rows["laboratory"].unique().cast(pl.String).sort()
    laboratory = rows["laboratory"].cast(pl.Enum(laboratories)).to_physical().to_numpy()
    writes_point, writes_sign = (
        laboratories.is_in(names).to_numpy()[laboratory] for names in (_POINT_LABORATORIES, _SIGN_LABORATORIES)
    )
    sign = np.zeros(rows.height, dtype=np.int32)
    for i, text in enumerate(_SIGNS[1:], start=1):
        sign[(rows["operator"] == text).fill_null(False).to_numpy()] = i
    decimals, value = rows["decimals"].to_numpy().astype(np.int32), rows["value"].fill_null(0.0).to_numpy()
    quanta = np.clip(np.rint(value * (10.0 ** np.arange(3))[decimals]), 0, _LARGEST - 1).astype(np.int32)
    place = ((sign * writes_sign * 3 + decimals) * 2 + writes_point) * _LARGEST + quanta
    is_word = rows["word"].is_not_null().to_numpy()
    spelled = rows["word"].drop_nulls().cast(pl.String).replace_strict({word: i for i, word in enumerate(_WORDS)})
    place[is_word] = _texts().len() - len(_WORDS) + spelled.to_numpy()
    return pl.DataFrame({
        "patient_cpr": rows["pnr"],
        "samplingdate": rows["sampled_on"],
        "samplingtime": as_enum(rows["minute"].to_numpy(), _TIMES),
        "analysiscode": rows["analysis"],
        "value": _texts().gather(place),
        "operator": as_enum(np.where(writes_sign, 0, sign), _SIGNS),
        "unit": rows["unit"],
        "resulttype": as_enum(is_word.astype(np.uint8), ("numeric", "alphanumeric")),
        "laboratorium_idcode": rows["laboratory"],
        "referenceinterval_lowerlimit": rows["interval_low"],
        "referenceinterval_upperlimit": rows["interval_high"],
    })  # fmt: skip


@cache
def _texts() -> pl.Series:
    """Every number that can be reported, by sign, decimals (0, 1, 2), decimal sign (comma, point) and quanta; words."""
    numbers = [f"{quanta / 10**decimals:.{decimals}f}" for decimals in range(3) for quanta in range(_LARGEST)]
    both = [number.replace(".", sign) for first in range(0, 3 * _LARGEST, _LARGEST) for sign in (",", ".")
            for number in numbers[first : first + _LARGEST]]  # fmt: skip
    return pl.Series([*(sign + number for sign in _SIGNS for number in both), *_WORDS.values()])
