"""Mirror a version into MLflow: one run and one registered model version, for people to browse."""

import datetime as dt
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from evidens.changes.identifiers import check_no_identifier
from evidens.changes.labels import (
    DIGEST_TAG,
    ENTRY_TAG,
    NUMBER_TAG,
    label_data,
    label_metrics,
    label_parameters,
    label_version,
)
from evidens.changes.packing import check_model_files, pack_model
from evidens.changes.record import ChangeRecord
from evidens.changes.store import Store, StoreError, import_mlflow, open_experiment
from evidens.changes.version import VersionFacts, flatten_settings, version_digest
from evidens.foundation import Fault

if TYPE_CHECKING:
    from mlflow import MlflowClient

BATCH = {"metrics": 1000, "params": 100}  # most that MLflow takes at once


@dataclass(frozen=True)
class VersionLogged:
    """Where MLflow holds a version: its run, and its number in the registry."""

    run_id: str
    version: int


def log_version(
    store: Store, facts: VersionFacts, *, record: ChangeRecord, model_path: Path, evidence: pl.DataFrame,
    parameters: Mapping[str, Any], input_columns: Sequence[str], at: str,
    report: Path | None = None, ledger_entry: str = "none",
) -> VersionLogged | None:  # fmt: skip
    """Log a version, unless the last one in the registry is the same.

    Parameters
    ----------
    store : Store
        Where.
    facts : VersionFacts
        The version.
    record : ChangeRecord
        What changed since the one before.
    model_path : pathlib.Path
        Folder with the model's files, none of them a pickle.
    evidence : polars.DataFrame
        In the shape of the contract `Evidence`, after disclosure control.
    parameters : mapping
        Hyper-parameters and choices; nested ones are flattened.
    input_columns : sequence of str
        Features of the model.
    at : str
        When, ISO 8601 in UTC.
    report : pathlib.Path, optional
        A document to keep beside it.
    ledger_entry : str
        Digest of the ledger's entry of this version.

    Returns
    -------
    VersionLogged or None
        None when nothing is new; the aliases are then set again, in case they were lost.

    Raises
    ------
    StoreError
        When model files or report are missing, or the model is a pickle.
    IdentifierError
        When a parameter or the record holds something shaped like a civil registration number.

    Notes
    -----
    The version is registered last and in one transaction, so a run that was interrupted has none; the
    next call takes such runs off the list and starts again. No row of any data set is logged.
    """
    check_inputs(model_path, parameters, report)
    check_no_identifier(json.loads(record.to_json()), place="change record")
    with store.writing() as client:
        versions = _list_versions(client, facts.outcome)
        if versions and versions[-1].tags.get(DIGEST_TAG) == version_digest(facts):
            _point_aliases(client, facts.outcome, [int(version.version) for version in versions])
            return None
        experiment = open_experiment(client, store, facts.outcome)
        _drop_unfinished_runs(client, experiment, {version.run_id for version in versions})
        tags = label_version(facts, record, ledger_entry)
        run_id = _start_run(client, experiment, tags, record, at)
        model_id = _log_model(client, experiment, run_id, facts, model_path, input_columns, at)
        _log_values(client, run_id, model_id, facts, evidence, parameters, at)
        _log_documents(client, run_id, facts, record, evidence, report)
        client.set_terminated(run_id, "FINISHED", end_time=_milliseconds(at))
        number = _register(client, facts.outcome, run_id, model_id, tags)
        _point_aliases(client, facts.outcome, [*(int(version.version) for version in versions), number])
        return VersionLogged(run_id, number)


def load_version(store: Store, outcome: str, number: int) -> Any:
    """Load a version by the number that the ledger gave it, as MLflow serves it.

    Parameters
    ----------
    store : Store
        Where.
    outcome : str
        Name of the registered model.
    number : int
        Of the version in the ledger, which is the registry's own unless the registry was lost once.

    Returns
    -------
    mlflow.pyfunc.PyFuncModel
        As `load_registered`.

    Raises
    ------
    StoreError
        When the registry does not hold this version.
    """
    found = [v for v in _list_versions(store.client(), outcome) if v.tags.get(NUMBER_TAG) == str(number)]
    if not found:
        raise StoreError(Fault(f"version {number} of {outcome}", "not in the registry.",
                               "The ledger knows it; its model files were not kept."))  # fmt: skip
    with store.selected():
        return import_mlflow().pyfunc.load_model(f"models:/{outcome}/{found[-1].version}")


def check_inputs(model_path: Path, parameters: Mapping[str, Any], report: Path | None) -> None:
    """Stop, before anything is written, when `log_version` could not log these.

    Raises
    ------
    StoreError
        When model files or report are missing, or the model is a pickle.
    IdentifierError
        When a parameter holds something shaped like a civil registration number.
    """
    check_model_files(model_path)
    if report is not None and not report.is_file():
        raise StoreError(Fault(str(report), "no such document.", "Write the report first."))
    check_no_identifier(flatten_settings(parameters), place="parameters")


def list_mirrored_entries(store: Store, outcome: str) -> tuple[str, ...]:
    """List the ledger entries that the registry's versions of an outcome point to, oldest first.

    Notes
    -----
    For `Ledger.check(known=...)`: a ledger that was rewritten as a whole lacks them.
    """
    entries = [version.tags.get(ENTRY_TAG, "none") for version in _list_versions(store.client(), outcome)]
    return tuple(entry for entry in entries if entry != "none")


def _list_versions(client: "MlflowClient", outcome: str) -> list[Any]:
    """Versions of a registered model, oldest first."""
    found = client.search_model_versions(f"name='{outcome}'", max_results=10_000)
    return sorted(found, key=lambda version: int(version.version))


def _drop_unfinished_runs(client: "MlflowClient", experiment: str, finished: set[str]) -> None:
    """Take runs of ours that never got a version off the list; others' runs stay."""
    for run in client.search_runs([experiment], max_results=10_000):
        if DIGEST_TAG in run.data.tags and run.info.run_id not in finished:
            client.set_terminated(run.info.run_id, "FAILED")
            for model in client.search_logged_models([experiment], f"source_run_id = '{run.info.run_id}'"):
                client.delete_logged_model(model.model_id)
            client.delete_run(run.info.run_id)


def _start_run(client: "MlflowClient", experiment: str, tags: Mapping[str, str], record: ChangeRecord, at: str) -> str:
    note = f"{tags['change.classes']}; change plan: {tags['change.plan']}; gates: {tags['gate.status']}; " \
           "in full: change_record.md among the artifacts"  # fmt: skip
    title = {"mlflow.note.content": note, "mlflow.source.name": "evidens"}
    run = client.create_run(experiment, start_time=_milliseconds(at), tags={**tags, **title},
                            run_name=record.identity["record_id"])  # fmt: skip
    return run.info.run_id


def _log_model(
    client: "MlflowClient", experiment: str, run_id: str, facts: VersionFacts, model_path: Path,
    input_columns: Sequence[str], at: str,
) -> str:  # fmt: skip
    from mlflow.entities import LoggedModelOutput

    model = client.create_logged_model(experiment, name=facts.candidate, source_run_id=run_id)
    with tempfile.TemporaryDirectory() as scratch:
        packed = Path(scratch) / "model"
        pack_model(model_path, packed, columns=input_columns, packages=facts.packages,
                   model_id=model.model_id, run_id=run_id, at=at)  # fmt: skip
        client.log_model_artifacts(model.model_id, str(packed))
    client.finalize_logged_model(model.model_id, "READY")
    client.log_outputs(run_id, [LoggedModelOutput(model.model_id, 0)])
    return model.model_id


def _log_values(
    client: "MlflowClient", run_id: str, model_id: str, facts: VersionFacts, evidence: pl.DataFrame,
    parameters: Mapping[str, Any], at: str,
) -> None:  # fmt: skip
    from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param

    metrics = [Metric(name, value, _milliseconds(at), 0, model_id=model_id)
               for name, value in label_metrics(evidence, facts.candidate).items()]  # fmt: skip
    params = [Param(name, text) for name, text in label_parameters(parameters).items()]
    context = [InputTag("mlflow.data.context", "lineage")]
    data = [DatasetInput(Dataset(**about), context) for about in label_data(facts.data)]
    for part in _in_batches(metrics, BATCH["metrics"]):
        client.log_batch(run_id, metrics=part)
    for part in _in_batches(params, BATCH["params"]):
        client.log_batch(run_id, params=part)
    if data:
        client.log_inputs(run_id, datasets=data)


def _log_documents(
    client: "MlflowClient", run_id: str, facts: VersionFacts, record: ChangeRecord, evidence: pl.DataFrame,
    report: Path | None,
) -> None:  # fmt: skip
    client.log_text(run_id, record.to_json() + "\n", "change_record.json")
    client.log_text(run_id, record.to_markdown(), "change_record.md")
    client.log_text(run_id, json.dumps(facts.to_payload(), indent=1, sort_keys=True, ensure_ascii=False), "facts.json")
    client.log_text(run_id, evidence.write_csv(), "evidence.csv")
    if report is not None:
        client.log_artifact(run_id, str(report))


def _register(client: "MlflowClient", outcome: str, run_id: str, model_id: str, tags: Mapping[str, str]) -> int:
    exists = import_mlflow().exceptions.MlflowException
    try:
        client.get_registered_model(outcome)
    except exists:
        client.create_registered_model(outcome)
    source = f"models:/{model_id}"
    return int(client.create_model_version(outcome, source, run_id=run_id, model_id=model_id, tags=dict(tags)).version)


def _point_aliases(client: "MlflowClient", outcome: str, numbers: Sequence[int]) -> None:
    client.set_registered_model_alias(outcome, "candidate", str(numbers[-1]))
    if len(numbers) > 1:
        client.set_registered_model_alias(outcome, "previous", str(numbers[-2]))


def _milliseconds(at: str) -> int:
    return int(dt.datetime.fromisoformat(at).timestamp() * 1000)


def _in_batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
