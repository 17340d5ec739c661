"""Defects planted into a simulated delivery, every one of them counted.

All planted rows are additions at the end of their table, made from rows that are there: a delivery cleaned of
them is the delivery before. Rows of contacts get a key of their own (a duplicate excepted), so that none of
them can pass for another version of a true contact.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from evidens.foundation import stream
from evidens.simulation import WorldSettings

LOG = {"register": pl.String, "table": pl.String, "year": pl.Int32, "defect": pl.String, "n_rows": pl.Int64}

_AHEAD, _BACK = dt.timedelta(days=29_220), -dt.timedelta(days=47_482)  # 80 years on, 130 years back
_NONSENSE = ("Se kommentar", "*", "Aflyst", "??")
_CONTACT_KEYS = {"lpr_adm": "recnum", "lpr_diag": "recnum", "lpr_a_kontakt": "dw_ek_kontakt",
                 "lpr_a_diagnose": "dw_ek_kontakt"}  # fmt: skip
_FREE_KEYS = {"recnum": 7 * 10**15, "dw_ek_kontakt": 8 * 10**17}  # far from those of true contacts
_RETRACTED_CODES = ("DE119", "DC189", "DC209", "DI489")


@dataclass(frozen=True)
class Defect:
    """What is done to copies of rows.

    Parameters
    ----------
    tables : tuple of str
        Which tables can have it.
    change : callable
        Takes copies of rows, and generator, and returns the rows to add.
    takes_new_key : bool
        Whether the copies' contact keys are replaced by keys that no contact has.
    """

    tables: tuple[str, ...]
    change: Callable[[pl.DataFrame, np.random.Generator], pl.DataFrame]
    takes_new_key: bool = False


def _same(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    return rows


def _set(**values: object) -> Callable[[pl.DataFrame, np.random.Generator], pl.DataFrame]:
    """Set the columns that are there to a value, of the type they have."""

    def change(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
        present = {name: value for name, value in values.items() if name in rows.columns}
        return rows.with_columns(**{name: pl.lit(value).cast(rows.schema[name]) for name, value in present.items()})

    return change


def _impossible(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Move dates far into the future or the past, all by as much, so that no two rows become equal."""
    moves = {"d_inddto": _AHEAD, "kont_starttidspunkt": _AHEAD, "kont_indb_tidspunkt": _AHEAD, "eksd": _BACK,
             "samplingdate": _BACK}  # fmt: skip
    moved = [pl.col(name) + move for name, move in moves.items() if name in rows.columns]
    return _set(d_uddto=None, kont_sluttidspunkt=None)(rows.with_columns(moved), rng)


def _without_prefix(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    column = "c_diag" if "c_diag" in rows.columns else "diag_kode"
    return rows.with_columns(pl.col(column).str.strip_prefix("D"))


def _negative(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    return rows.with_columns(apk=-pl.col("apk"))


def _nonsense(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    words = pl.Series(_NONSENSE).gather(rng.integers(0, len(_NONSENSE), rows.height))
    return rows.with_columns(value=words, operator=pl.lit(None, dtype=pl.String))


def _retracted(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    codes = pl.Series(_RETRACTED_CODES).gather(rng.integers(0, len(_RETRACTED_CODES), rows.height))
    changed = _set(diag_kode_type="B", diag_parent_kode=None, senere_afkraeftet="Ja")(rows, rng)
    return changed.with_columns(diag_kode=codes)


_WITH_PERSON = ("bef", "lpr_adm", "lpr_a_kontakt", "lmdb", "lab_dm_forsker")
_DIAGNOSES = ("lpr_diag", "lpr_a_diagnose")
PLANTED = {
    "duplicate_row": Defect((*_WITH_PERSON, "dod", "vnds", *_DIAGNOSES), _same),
    "missing_person_key": Defect(_WITH_PERSON, _set(pnr=None, patient_cpr=None), takes_new_key=True),
    "impossible_date": Defect(
        ("lpr_adm", "lpr_a_kontakt", "lmdb", "lab_dm_forsker"), _impossible, takes_new_key=True
    ),
    "code_without_prefix": Defect(_DIAGNOSES, _without_prefix),
    "missing_code": Defect((*_DIAGNOSES, "lmdb"), _set(c_diag=None, diag_kode=None, atc=None)),
    "nonsense_value": Defect(("lab_dm_forsker",), _nonsense),
    "negative_packs": Defect(("lmdb",), _negative),
    "orphan_diagnosis": Defect(_DIAGNOSES, _same, takes_new_key=True),
    "retracted_diagnosis": Defect(("lpr_a_diagnose",), _retracted),
    "older_system_row": Defect(("lpr_a_kontakt",), _set(lprindberetningssystem="LPR2"), takes_new_key=True),
}  # fmt: skip


def plant_defects(
    tables: dict[tuple[str, str, int], pl.DataFrame], shard: int, world: WorldSettings
) -> tuple[dict[tuple[str, str, int], pl.DataFrame], pl.DataFrame]:
    """Plant the world's defects into the tables of one shard.

    Parameters
    ----------
    tables : dict of (register, table, year) to polars.DataFrame
        From `emit_delivery`.
    shard : int
        Its number.
    world : WorldSettings
        `defects` has the rates.

    Returns
    -------
    tables : dict
        The same tables with rows added at the end.
    defect_log : polars.DataFrame
        register, table, year, defect, n_rows: one row where at least one row was planted.

    Notes
    -----
    The number of rows is Poisson with mean rate times rows of the table; the rows copied are distinct. Each
    defect of each table has a stream of random numbers of its own.
    """
    planted, log = {}, []
    for (register, table, year), frame in tables.items():
        parts, is_plain = [frame], _plain_rows(frame)
        for name, defect in PLANTED.items():
            if table not in defect.tables or not world.delivered.defects.get(name):
                continue
            rng = stream(world.seed, "simulation", "defects", name, table, year, shard)
            n_rows = min(int(rng.poisson(world.delivered.defects[name] * frame.height)), is_plain.size)
            if n_rows == 0:
                continue
            rows = frame[np.sort(rng.choice(is_plain, n_rows, replace=False))]
            rows = defect.change(rows, rng)
            if defect.takes_new_key and table in _CONTACT_KEYS:
                rows = _with_free_keys(rows, _CONTACT_KEYS[table], rng)
            parts.append(rows)
            log.append((register, table, year, name, n_rows))
        planted[register, table, year] = pl.concat(parts) if len(parts) > 1 else frame
    return planted, pl.DataFrame(log, schema=LOG, orient="row")


def _plain_rows(frame: pl.DataFrame) -> np.ndarray:
    """Rows to copy: of diagnoses only action and secondary ones, so that each defect is seen for itself."""
    for column in ("c_diagtype", "diag_kode_type"):
        if column in frame.columns:
            return frame[column].is_in(["A", "B"]).arg_true().to_numpy()
    return np.arange(frame.height)


def _with_free_keys(rows: pl.DataFrame, column: str, rng: np.random.Generator) -> pl.DataFrame:
    """Replace contact keys by keys of the same length that no contact has."""
    first = _FREE_KEYS[column]
    keys = first + rng.integers(0, first // 10, rows.height, dtype=np.int64)
    return rows.with_columns(pl.Series(column, keys).cast(pl.String))
