"""Pack a model for MLflow as text files, a signature and the name of a loader: no pickle."""

import datetime as dt
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

from evidens.changes.store import StoreError, import_mlflow
from evidens.foundation import Faults

PICKLE_NAMES = (".pkl", ".pickle", ".joblib", ".cloudpickle")
PICKLE_STARTS = tuple(bytes([0x80, protocol]) for protocol in range(2, 6))


def pack_model(
    files: Path, folder: Path, *, columns: Sequence[str], packages: Mapping[str, str],
    model_id: str, run_id: str, at: str,
) -> None:  # fmt: skip
    """Write an MLflow model to `folder` that `evidens.changes.served` loads.

    Parameters
    ----------
    files : pathlib.Path
        Folder with the model's files.
    folder : pathlib.Path
        To be made.
    columns : sequence of str
        Features of the model: the signature asks for a double of each.
    packages : mapping of str to str
        Libraries that predicting needs -> version. Given, so that MLflow does not start a process to
        find them out.
    model_id, run_id : str
        What MLflow calls this model and the run that made it.
    at : str
        When, ISO 8601 in UTC.
    """
    mlflow = import_mlflow()
    from mlflow.models import Model, ModelSignature
    from mlflow.types import ColSpec, DataType, Schema

    signature = ModelSignature(Schema([ColSpec(DataType.double, name) for name in columns]),
                               Schema([ColSpec(DataType.double, "risk")]))  # fmt: skip
    described = Model(model_id=model_id, run_id=run_id, utc_time_created=dt.datetime.fromisoformat(at))
    with warnings.catch_warnings():
        # An example would be a person's row, or an invented one that looks like it.
        warnings.filterwarnings("ignore", message=".*An input example was not provided", category=UserWarning)
        mlflow.pyfunc.save_model(
            folder, loader_module="evidens.changes.served", data_path=str(files), signature=signature,
            pip_requirements=[f"{name}=={version}" for name, version in sorted(packages.items())],
            mlflow_model=described,
        )  # fmt: skip


def check_model_files(files: Path) -> None:
    """Stop unless `files` is a folder with files, none of them a pickle.

    Raises
    ------
    StoreError
        Naming each pickle: reading one runs whatever code it names.
    """
    faults = Faults()
    found = sorted(path for path in files.rglob("*") if path.is_file()) if files.is_dir() else []
    if not found:
        faults.add(str(files), "no model files.", "Train the model first.")
    for path in found:
        with path.open("rb") as file:
            starts_like_one = file.read(2) in PICKLE_STARTS
        if path.suffix in PICKLE_NAMES or starts_like_one:
            faults.add(str(path), "a pickle.", "Save the model as text: evidens.models.save_model.")
    faults.stop(StoreError)
