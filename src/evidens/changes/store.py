"""The MLflow store of a study: one SQLite file and one folder of artifacts, which may be moved.

MLflow is imported only when a store is opened, with its telemetry switched off.
"""

import importlib
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidens.changes.locks import hold_lock
from evidens.changes.relocation import DATABASE, note_place, relocate_store
from evidens.foundation import EvidensError, Fault

if TYPE_CHECKING:
    from mlflow import MlflowClient

TELEMETRY_OFF = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}


class StoreError(EvidensError):
    """The MLflow store cannot take or give what it was asked for."""


@dataclass(frozen=True)
class Store:
    """An open store.

    Parameters
    ----------
    folder : pathlib.Path
        Absolute; holds `mlflow.db` and `artifacts`.
    """

    folder: Path

    @property
    def uri(self) -> str:
        """Address of tracking store and registry, as `mlflow.set_tracking_uri` takes it."""
        return f"sqlite:///{self.folder / DATABASE}"

    def client(self) -> "MlflowClient":
        """Return a client of this store that looks at no other."""
        return import_mlflow().MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)

    @contextmanager
    def selected(self) -> Iterator[None]:
        """Make this the store that MLflow's global functions use, while the block runs.

        Notes
        -----
        The registry resolves `models:/` addresses with the global setting whichever client asks.
        """
        mlflow = import_mlflow()
        before = mlflow.get_tracking_uri() if mlflow.is_tracking_uri_set() else None
        mlflow.set_tracking_uri(self.uri)
        try:
            yield
        finally:
            mlflow.set_tracking_uri(before)

    @contextmanager
    def writing(self) -> Iterator["MlflowClient"]:
        """Keep other writers of this store out while the block runs."""
        with hold_lock(self.folder / "write.lock"), self.selected():
            yield self.client()


def open_store(root: Path) -> Store:
    """Open the store below `root`, made on first use and relocated when the folder has moved.

    Parameters
    ----------
    root : pathlib.Path
        Folder of the study; the store is `root/mlruns`.

    Notes
    -----
    The database is made under a lock and under another name, then renamed: processes that come first
    together do not race through MLflow's migrations, and a crash leaves no half-made database.
    """
    folder = (root / "mlruns").resolve()
    (folder / "artifacts").mkdir(parents=True, exist_ok=True)
    with hold_lock(folder / "write.lock"):
        if not (folder / DATABASE).exists():
            _make_database(folder)
    relocate_store(folder)
    return Store(folder)


def open_experiment(client: "MlflowClient", store: Store, outcome: str) -> str:
    """Return the id of the experiment of an outcome, made on first use."""
    found = client.get_experiment_by_name(outcome)
    if found is not None:
        return found.experiment_id
    return client.create_experiment(outcome, artifact_location=str(store.folder / "artifacts" / outcome))


def load_registered(store: Store, outcome: str, *, alias: str = "candidate") -> Any:
    """Load a registered model as MLflow serves it.

    Parameters
    ----------
    store : Store
        Where.
    outcome : str
        Name of the registered model.
    alias : str
        `candidate` or `previous`.

    Returns
    -------
    mlflow.pyfunc.PyFuncModel
        Its `predict` takes a pandas frame with the model's features, and returns risks.

    Raises
    ------
    StoreError
        When no version has this alias.
    """
    mlflow = import_mlflow()
    try:
        version = store.client().get_model_version_by_alias(outcome, alias)
    except mlflow.exceptions.MlflowException as error:
        raise StoreError(Fault(f"models:/{outcome}@{alias}", "no such version.", "Record a version first.")) from error
    with store.selected():
        return mlflow.pyfunc.load_model(f"models:/{outcome}/{version.version}")


def import_mlflow() -> Any:
    """Import MLflow with its telemetry switched off and its chatter about migrations silenced.

    Notes
    -----
    On import MLflow warns about its own code (an option that SQLAlchemy deprecates, its own type
    hints). A filter that turns warnings into errors would leave its tables half configured, so these
    modules are imported without warnings; what they warn of later is heard.
    """
    os.environ.update(TELEMETRY_OFF)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mlflow = importlib.import_module("mlflow")
        importlib.import_module("mlflow.store.tracking.sqlalchemy_store")
        importlib.import_module("mlflow.pyfunc")
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.WARNING)
    return mlflow


def _make_database(folder: Path) -> None:
    import_mlflow()
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    part = folder / f"{DATABASE}.part"
    part.unlink(missing_ok=True)
    made = SqlAlchemyStore(f"sqlite:///{part}", str(folder / "artifacts"))
    made.engine.dispose()
    part.rename(folder / DATABASE)
    note_place(folder)
