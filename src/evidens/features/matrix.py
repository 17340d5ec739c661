"""Put dense columns and sparse counts together into the matrix that models read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from evidens.features.vocabulary import Vocabulary
from evidens.foundation import EvidensError, Fault

if TYPE_CHECKING:
    import scipy.sparse

KEYS = ("person_id", "index_at")


class FeatureError(EvidensError):
    """Features that do not fit the people they are asked for, or the past they are made of."""


@dataclass(frozen=True)
class FeatureMatrix:
    """One row per person and index date, one named column per feature.

    Parameters
    ----------
    names : tuple of str, length p
        Dense features first, then counts.
    matrix : scipy.sparse.csr_array of float32, shape (n, p)
        An entry that is not stored is 0; a stored NaN is a value that was not measured.
    person_id : array of int64, shape (n,)
    index_at : array of datetime64[us], shape (n,)
    """

    names: tuple[str, ...]
    matrix: scipy.sparse.csr_array
    person_id: np.ndarray
    index_at: np.ndarray


def assemble(dense: pl.DataFrame, counts: pl.DataFrame, vocabulary: Vocabulary, members: pl.DataFrame) -> FeatureMatrix:
    """Assemble the features of `members`, in their order.

    Parameters
    ----------
    dense, counts : polars.DataFrame
        Of `build_features`, of one bucket or of several put below each other; other people are passed over.
    vocabulary : Vocabulary
        The one the counts were made with.
    members : polars.DataFrame
        With person_id and index_at: whose rows, in which order. Labels in the same order then fit.

    Raises
    ------
    FeatureError
        If someone has no features, or has them for another index date.
    """
    import scipy.sparse

    rows = members.select(KEYS).with_row_index("row").join(dense, on=list(KEYS), how="inner").sort("row")
    if rows.height != members.height:
        finding = f"{members.height - rows.height:,} of {members.height:,} people have no row of features."
        raise FeatureError(Fault("dense_features", finding, "Build the features of these people at their index date."))
    names = tuple(name for name in dense.columns if name not in KEYS)
    left = _as_sparse(rows.select(names))
    entries = counts.join(rows.select(*KEYS, "row"), on=list(KEYS), how="inner").sort("row", "column")
    where = (entries["row"].to_numpy().astype(np.int64), entries["column"].to_numpy().astype(np.int64))
    shape = (rows.height, len(vocabulary.names))
    right = scipy.sparse.csr_array((entries["value"].to_numpy(), where), shape=shape, dtype=np.float32)
    matrix = scipy.sparse.csr_array(scipy.sparse.hstack([left, right], format="csr", dtype=np.float32))
    matrix.sort_indices()
    index_at = rows["index_at"].cast(pl.Datetime("us")).to_numpy()
    return FeatureMatrix(names + vocabulary.names, matrix, rows["person_id"].to_numpy(), index_at)


def _as_sparse(columns: pl.DataFrame) -> scipy.sparse.csc_array:
    """Take dense columns one by one, null as NaN and without the zeros: no matrix of all cells is made."""
    import scipy.sparse

    stored = [np.empty(0, np.int32)], [np.empty(0, np.float32)]
    for column in columns.iter_columns():
        values = column.cast(pl.Float32).fill_null(np.nan).to_numpy()
        places = np.flatnonzero(values != 0)
        stored[0].append(places.astype(np.int32))
        stored[1].append(values[places])
    starts = np.cumsum([0, *(len(part) for part in stored[0][1:])])
    indices, data = (np.concatenate(parts) for parts in stored)
    return scipy.sparse.csc_array((data, indices, starts), shape=columns.shape)
