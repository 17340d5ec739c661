"""Trees grown on all workers of a cluster, for a matrix that no single machine holds.

Each worker keeps the people of some buckets; LightGBM adds up their histograms [1]_. Hyper-parameters are tuned on
one machine, on the people of as many buckets as it can hold: buckets are made by a hash, so they are a sample at
random.

References
----------
.. [1] Ke G et al. LightGBM: a highly efficient gradient boosting decision tree. NIPS 2017.
"""

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import dask
import dask.array as da
import numpy as np
import scipy.sparse
from distributed import Client
from lightgbm.dask import DaskLGBMClassifier

from evidens.features import FeatureMatrix
from evidens.models import LightGBMModel, LightGBMSettings, take_rows
from evidens.models.boosting import TreePlan, count_people, model_of_trees, plan_trees, take_columns
from evidens.study.engine import DaskSettings
from evidens.study.engine_dask import cluster_faults, connect, submit

TUNING_FACTOR = 16  # memory that tuning takes, times the matrix: its copies by fold and their bins
VALUE_BYTES = 8  # of a stored value and its column
OF_NETWORK = {"time_out": 10}  # minutes that a worker waits for another


@dataclass(frozen=True)
class Part:
    """The people of one bucket whose outcome is known.

    Parameters
    ----------
    read : callable
        Gives the bucket's features, wherever it is called.
    rows : array of int
        Which rows of them have a weight above 0.
    outcome, weights : array of bool, array of float
        Of these rows.
    """

    read: Callable[[], FeatureMatrix]
    rows: np.ndarray
    outcome: np.ndarray
    weights: np.ndarray

    def features(self) -> FeatureMatrix:
        """Read the features of the people with a known outcome."""
        return take_rows(self.read(), self.rows)


def fit_on_cluster(
    parts: Sequence[Part], settings: LightGBMSettings, engine: DaskSettings, *, rng: np.random.Generator
) -> LightGBMModel:
    """Fit on people that lie in parts, which no process holds together.

    Parameters
    ----------
    parts : sequence of Part
        Of every bucket with people.
    settings : LightGBMSettings
    engine : DaskSettings
    rng : numpy.random.Generator
        As in `evidens.models.fit_model`.

    Returns
    -------
    LightGBMModel
        Not bit-equal to that of one machine, nor between clusters of different size: bins are drawn from the
        people of each worker, and histograms are added up in another order (decision 10 says how near it is).
    """
    client = connect(engine)
    with cluster_faults():
        found = client.gather([submit(client, _count_people, part) for part in parts])
    offered = np.flatnonzero(sum(found) >= settings.min_people)
    names, plan = _plan_on_sample(parts, settings, engine, offered, rng)
    with cluster_faults():
        trees = _grow_on_cluster(client, parts, plan)
    return model_of_trees(trees, names, plan, settings, np.concatenate([part.outcome for part in parts]))


def _count_people(part: Part) -> np.ndarray:
    return count_people(part.features().matrix)


def _plan_on_sample(
    parts: Sequence[Part],
    settings: LightGBMSettings,
    engine: DaskSettings,
    offered: np.ndarray,
    rng: np.random.Generator,
) -> tuple[tuple[str, ...], TreePlan]:
    """Tune on the first parts, as many as fit into the memory of one worker."""
    sample = gather_sample(parts, limit_mb=engine.worker_memory_mb)
    used = parts[: len(sample)]
    together = FeatureMatrix(
        sample[0].names,
        scipy.sparse.vstack([part.matrix for part in sample], format="csr"),
        np.concatenate([part.person_id for part in sample]),
        np.concatenate([part.index_at for part in sample]),
    )
    outcome, weights = (np.concatenate([getattr(part, name) for part in used]) for name in ("outcome", "weights"))
    return together.names, plan_trees(together, outcome, weights, settings, offered=offered, rng=rng)[0]


def gather_sample(parts: Sequence[Part], *, limit_mb: float) -> list[FeatureMatrix]:
    """Read the first parts, at least one, as long as tuning on them takes less than `limit_mb`."""
    sample: list[FeatureMatrix] = []
    used_mb = next_mb = 0.0
    while len(sample) < len(parts) and (not sample or used_mb + next_mb <= limit_mb):
        sample.append(parts[len(sample)].features())
        next_mb = sample[-1].matrix.nnz * VALUE_BYTES * TUNING_FACTOR / 1e6  # parts are of one size, nearly
        used_mb += next_mb
    return sample


def _grow_on_cluster(client: Client, parts: Sequence[Part], plan: TreePlan) -> str:
    width = len(plan.offered)
    read = dask.delayed(_read_columns, pure=False)
    empty = scipy.sparse.csr_matrix((0, 0), dtype=np.float32)
    blocks = [da.from_delayed(read(part, plan.offered), shape=(len(part.rows), width), meta=empty) for part in parts]
    outcome, weights = (_in_chunks([getattr(part, name) for part in parts]) for name in ("outcome", "weights"))
    parameters = {name: value for name, value in plan.parameters.items() if name != "num_threads"} | OF_NETWORK
    model = DaskLGBMClassifier(client=client, n_estimators=plan.n_trees, tree_learner="data", **parameters)
    with client.as_current(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Parameter n_jobs will be ignored")  # it is what we want
        model.fit(da.concatenate(blocks), outcome.astype(np.int8), sample_weight=weights)
    return forget_network(model.booster_.model_to_string())


def forget_network(trees: str) -> str:
    r"""Leave out on which machines trees were grown, which LightGBM notes with its parameters.

    >>> forget_network("[machines: 10.0.0.1:4000,10.0.0.2:4000]\n[local_listen_port: 4000]\n[num_machines: 2]")
    '[machines: ]\n[local_listen_port: 0]\n[num_machines: 2]'
    """
    without = re.sub(r"^\[machines: .*\]$", "[machines: ]", trees, flags=re.MULTILINE)
    return re.sub(r"^\[local_listen_port: .*\]$", "[local_listen_port: 0]", without, flags=re.MULTILINE)


def _read_columns(part: Part, columns: np.ndarray) -> scipy.sparse.csr_matrix:
    return take_columns(part.features().matrix, columns)


def _in_chunks(values: Sequence[np.ndarray]) -> Any:
    return da.from_array(np.concatenate(values), chunks=(tuple(map(len, values)),))
