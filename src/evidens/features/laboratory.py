"""Laboratory features: the latest, extreme and mean value of an analyte, and how long ago it was measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evidens.codes import NPU
from evidens.features.history import DAY_US, History

LAB_STATISTICS = ("latest", "min", "max", "mean", "days_since")
MILLI = 1000  # a mean is reckoned in thousandths of the unit: no result is given more finely


@dataclass(frozen=True)
class Laboratory:
    """Which codes measure which analyte, and how a value becomes the analyte's unit: value * scale + offset.

    Parameters
    ----------
    entries : polars.DataFrame
        Columns of laboratory.csv: analyte, code, unit, scale, offset, label, source; one row per code.
    """

    entries: pl.DataFrame

    @property
    def analytes(self) -> tuple[str, ...]:
        """Names of the analytes in the order of the file."""
        return tuple(self.entries["analyte"].unique(maintain_order=True))

    def describe(self, analyte: str) -> tuple[str, str]:
        """Label and unit of an analyte.

        >>> load_laboratory().describe("hba1c")
        ('Haemoglobin A1c', 'mmol/mol')
        """
        return self.entries.filter(pl.col("analyte") == analyte).select("label", "unit").row(0)


@dataclass(frozen=True)
class Measurements:
    """Values in the analyte's unit, one entry per measurement; `cell` is analyte * n_people + person."""

    cell: NDArray[np.int64]
    window: NDArray[np.int64]
    age_us: NDArray[np.int64]
    value: NDArray[np.float64]


@cache
def load_laboratory() -> Laboratory:
    """Read laboratory.csv, which this room owns."""
    path = Path(__file__).parent / "laboratory.csv"
    return Laboratory(pl.read_csv(path, schema_overrides={"scale": pl.Float64, "offset": pl.Float64}))


def build_laboratory(
    history: History,
    analytes: tuple[str, ...],
    statistics: Mapping[str, tuple[int, ...]],
    windows_days: tuple[int, ...],
) -> dict[str, NDArray[np.float32]]:
    """Reduce measurements to one number per person, analyte, statistic and window.

    Parameters
    ----------
    history : History
        Visible events.
    analytes : tuple of str
        Of laboratory.csv.
    statistics : mapping of str to tuple of int
        Windows, in days, per statistic.
    windows_days : tuple of int
        All windows, ascending, as the history was cut.

    Returns
    -------
    dict of str to array of float32, shape (n_people,)
        By name, such as `hba1c_latest_1825d`; NaN where nothing was measured in the window.

    Notes
    -----
    Of several values at the latest moment the largest is the latest. A result given as a limit ("<3") counts
    with the limit; one in words has no value and counts nowhere here. Means are sums of whole thousandths,
    which no order of addition changes, divided once: the same result on any number of threads.
    """
    measured = _find_measurements(history, analytes)
    n_cells = len(analytes) * history.n_people
    tables = _cumulate(measured, n_cells, len(windows_days)) | _find_latest(measured, n_cells, windows_days)
    features = {}
    for statistic, windows in statistics.items():
        for days in windows:
            by_analyte = tables[statistic][windows_days.index(days)].reshape(len(analytes), history.n_people)
            for analyte, values in zip(analytes, by_analyte, strict=True):
                features[f"{analyte}_{statistic}_{days}d"] = values.astype(np.float32)
    return features


def _find_measurements(history: History, analytes: tuple[str, ...]) -> Measurements:
    rows = {f"{NPU.prefix}{row['code']}": row for row in load_laboratory().entries.iter_rows(named=True)}
    found = [rows.get(code) for code in history.codes]
    place = np.array([analytes.index(r["analyte"]) if r and r["analyte"] in analytes else -1 for r in found], np.int64)
    scale, offset = (np.array([r[name] if r else np.nan for r in found], float) for name in ("scale", "offset"))
    taken = np.flatnonzero((place[history.code] >= 0) & np.isfinite(history.value)) if history.codes else history.code
    code = history.code[taken]
    value = history.value[taken] * scale[code] + offset[code]
    cell = place[code] * history.n_people + history.person[taken]
    return Measurements(cell, history.window[taken], history.age_us[taken], value)


def _cumulate(measured: Measurements, n_cells: int, n_windows: int) -> dict[str, NDArray[np.float64]]:
    """Minimum, maximum and mean per window and cell, each window holding the smaller ones."""
    at = measured.window * n_cells + measured.cell
    low, high = np.full(n_windows * n_cells, np.inf), np.full(n_windows * n_cells, -np.inf)
    count, total = np.zeros(n_windows * n_cells, np.int64), np.zeros(n_windows * n_cells, np.int64)
    np.minimum.at(low, at, measured.value)
    np.maximum.at(high, at, measured.value)
    np.add.at(count, at, 1)
    np.add.at(total, at, np.rint(measured.value * MILLI).astype(np.int64))
    shape = (n_windows, n_cells)
    count, total = (np.cumsum(sums.reshape(shape), axis=0) for sums in (count, total))
    low, high = np.minimum.accumulate(low.reshape(shape)), np.maximum.accumulate(high.reshape(shape))
    nothing = count == 0
    mean = total / np.maximum(count, 1) / MILLI
    return {name: np.where(nothing, np.nan, table) for name, table in (("min", low), ("max", high), ("mean", mean))}


def _find_latest(measured: Measurements, n_cells: int, windows_days: tuple[int, ...]) -> dict[str, NDArray[np.float64]]:
    """Latest value and the whole days since, per window and cell: null where the latest lies before the window."""
    never = np.iinfo(np.int64).max
    age, value = np.full(n_cells, never), np.full(n_cells, -np.inf)
    np.minimum.at(age, measured.cell, measured.age_us)
    is_latest = measured.age_us == age[measured.cell]
    np.maximum.at(value, measured.cell[is_latest], measured.value[is_latest])
    outside = age > np.array(windows_days, np.int64)[:, None] * DAY_US
    return {
        "latest": np.where(outside, np.nan, value),
        "days_since": np.where(outside, np.nan, (age // DAY_US).astype(np.float64)),
    }
