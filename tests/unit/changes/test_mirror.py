"""The real MLflow on a store of its own; making one costs seconds, so that most tests share it."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evidens.changes import (
    IdentifierError,
    StoreError,
    list_mirrored_entries,
    load_registered,
    load_version,
    open_store,
    previous_version,
    record_version,
)
from evidens.changes.__main__ import main
from evidens.models import AgeSexSettings, fit_model, model_digest, save_model
from evidens.privacy import find_identifiers

AT = "2026-01-31T12:00:00+00:00"
COLUMNS = ("age", "is_female")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return open_store(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(1)
    return pd.DataFrame({"age": rng.uniform(40, 80, 400), "is_female": rng.integers(0, 2, 400).astype(float)})


@pytest.fixture(scope="module")
def model_path(tmp_path_factory, people):
    folder = tmp_path_factory.mktemp("models") / "age_sex"
    outcome = np.arange(400) % 7 == 0
    model = fit_model(_features(people), outcome, np.ones(400), AgeSexSettings(), rng=np.random.default_rng(1))
    save_model(model, folder)
    return folder


def _features(frame):
    from scipy.sparse import csr_array

    from evidens.features import FeatureMatrix

    index_at = np.zeros(len(frame), dtype="datetime64[us]")
    return FeatureMatrix(COLUMNS, csr_array(frame.to_numpy(np.float32)), np.arange(len(frame)), index_at)


@pytest.fixture
def record(ledger, plan, make_evidence, model_path):
    """Record a version of an outcome; name what differs."""

    def record(store, facts, **differing):
        given = {"evidence": make_evidence(), "parameters": {"model": {"n_knots": 4}}, "input_columns": COLUMNS}
        given |= {"plan": plan, "model_path": model_path, "at": AT}
        return record_version(ledger, store, facts, **(given | differing))

    return record


def _read_everything(folder: Path) -> str:
    """All text of a store: the database as statements, and every file of the artifacts."""
    with closing(sqlite3.connect(folder / "mlflow.db")) as database:
        rows = [row for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
                for row in database.execute(f'SELECT * FROM "{name}"')]  # fmt: skip
    texts = [str(value) for row in rows for value in row]
    files = [path.read_text(encoding="utf-8") for path in sorted((folder / "artifacts").rglob("*")) if path.is_file()]
    return "\n".join(texts + files)


def test_something_new_gives_one_run_and_one_version_and_nothing_new_gives_none(store, ledger, record, make_facts):
    facts = make_facts(outcome="once")
    first = record(store, facts)
    again = record(store, facts, at="2026-02-01T12:00:00+00:00")
    second = record(store, make_facts(outcome="once", model_digest="9" * 64))
    assert (first.is_new, first.logged.version) == (True, 1)
    assert (again.is_new, again.logged) == (False, None)
    assert (second.is_new, second.logged.version) == (True, 2)
    client = store.client()
    assert len(client.search_runs([client.get_experiment_by_name("once").experiment_id])) == 2
    assert len(client.search_model_versions("name='once'")) == 2
    assert [e.payload["version"] for e in ledger.entries("version", "once")] == [1, 2]
    ledger.check(known=list_mirrored_entries(store, "once"))


def test_aliases_point_to_the_candidate_and_to_the_version_before(store, record, make_facts):
    for digit in "123":
        record(store, make_facts(outcome="aliases", model_digest=digit * 64))
    client = store.client()
    assert client.get_model_version_by_alias("aliases", "candidate").version == 3
    assert client.get_model_version_by_alias("aliases", "previous").version == 2


def test_a_model_that_comes_back_is_a_new_version(store, record, make_facts):
    numbers = [record(store, make_facts(outcome="back", model_digest=d * 64)).logged.version for d in "121"]
    assert numbers == [1, 2, 3]


def test_a_run_holds_parameters_metrics_lineage_commit_gates_and_documents(store, record, make_facts, tmp_path):
    report = tmp_path / "report.html"
    report.write_text("<p>report</p>")
    logged = record(store, make_facts(outcome="whole"), report=report).logged
    client = store.client()
    run = client.get_run(logged.run_id)
    assert run.data.params == {"model.n_knots": "4"}
    assert run.data.metrics["external.auroc"] == 0.75
    assert run.data.metrics["external.sensitivity_at_0.1_lower"] == 0.4
    assert "external.oe_ratio" not in run.data.metrics  # undefined
    assert {i.dataset.name: i.dataset.digest for i in run.inputs.dataset_inputs} == {
        "events": "1" * 32 + ".dir", "persons": "2" * 32,
    }  # fmt: skip
    assert run.data.tags["mlflow.source.git.commit"] == "d" * 40
    assert run.data.tags["gate.status"] == "PASS"
    assert run.info.status == "FINISHED"
    assert {f.path for f in client.list_artifacts(logged.run_id)} == {
        "change_record.json", "change_record.md", "evidence.csv", "facts.json", "report.html",
    }  # fmt: skip
    (model,) = run.outputs.model_outputs
    assert {m.key: m.value for m in client.get_logged_model(model.model_id).metrics}["external.auroc"] == 0.75


def test_version_tags_seal_the_change_record(store, record, make_facts):
    recorded = record(store, make_facts(outcome="sealed"))
    version = store.client().get_model_version("sealed", recorded.logged.version)
    assert version.tags["change_record.sha256"] == recorded.record.sha256
    assert version.tags["change_record.id"] == recorded.record.identity["record_id"]
    path = store.client().download_artifacts(recorded.logged.run_id, "change_record.json")
    assert Path(path).read_text() == recorded.record.to_json() + "\n"


def test_the_previous_version_is_never_the_version_at_hand(ledger, store, record, make_facts):
    one, two = (make_facts(outcome="before", model_digest=digit * 64) for digit in "12")
    record(store, one)
    assert previous_version(ledger, "before", new=one) is None
    assert previous_version(ledger, "before", new=two).number == 1
    record(store, two)
    assert previous_version(ledger, "before", new=two).number == 1
    assert previous_version(ledger, "before").number == 2


@pytest.mark.parametrize("step", ["log_batch", "set_terminated", "create_model_version", "set_registered_model_alias"])
def test_an_interrupted_run_does_not_block_and_is_made_once(ledger, store, record, make_facts, monkeypatch, step):
    from mlflow import MlflowClient

    outcome, facts = f"cut_{step}", make_facts(outcome=f"cut_{step}")
    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, step, lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            record(store, facts)
    resumed = record(store, facts, at="2026-02-01T12:00:00+00:00")
    client = store.client()
    assert not resumed.is_new
    assert resumed.record.identity["at"] == AT
    assert len(ledger.entries("version", outcome)) == 1
    (version,) = client.search_model_versions(f"name='{outcome}'")
    (run,) = client.search_runs([client.get_experiment_by_name(outcome).experiment_id])
    assert (version.run_id, run.info.status) == (run.info.run_id, "FINISHED")
    assert client.get_model_version_by_alias(outcome, "candidate").version == 1


def test_runs_of_others_in_the_experiment_are_left_alone(store, record, make_facts):
    record(store, make_facts(outcome="shared"))
    client = store.client()
    experiment = client.get_experiment_by_name("shared").experiment_id
    theirs = client.create_run(experiment).info.run_id
    record(store, make_facts(outcome="shared", model_digest="9" * 64))
    assert client.get_run(theirs).info.lifecycle_stage == "active"


def test_the_loaded_model_gives_the_same_risks(store, record, make_facts, model_path, people):
    from evidens.models import load_model

    record(store, make_facts(outcome="served", model_digest=model_digest(model_path)))
    served = load_registered(store, "served").predict(people)
    assert np.array_equal(served, load_model(model_path).predict_risk(_features(people)))
    with pytest.raises(StoreError, match="no such version"):
        load_registered(store, "served", alias="previous")


def test_a_version_is_found_by_the_number_the_ledger_gave_it_also_in_a_new_registry(
    store, ledger, record, make_facts, people, tmp_path
):
    record(store, make_facts(outcome="numbered"))
    second = open_store(tmp_path)  # the first registry was lost; the ledger goes on
    logged = record(second, make_facts(outcome="numbered", model_digest="9" * 64)).logged
    assert (logged.version, ledger.entries("version", "numbered")[-1].payload["version"]) == (1, 2)
    assert len(load_version(second, "numbered", 2).predict(people)) == len(people)
    with pytest.raises(StoreError, match="version 1 of numbered: not in the registry"):
        load_version(second, "numbered", 1)


def test_no_pickle_is_stored_and_none_is_accepted(store, record, make_facts, tmp_path):
    record(store, make_facts(outcome="plain"))
    stored = [path for path in (store.folder / "artifacts").rglob("*") if path.is_file()]
    assert not [path for path in stored if path.suffix in (".pkl", ".pickle", ".joblib")]
    assert not [path for path in stored if path.read_bytes()[:1] == b"\x80"]
    assert not [path for path in stored if path.name == "MLmodel" and "pickle" in path.read_text()]
    (tmp_path / "model.bin").write_bytes(b"\x80\x04N.")
    with pytest.raises(StoreError, match="a pickle"):
        record(store, make_facts(outcome="pickled"), model_path=tmp_path)


def test_no_identifier_no_row_and_no_user_is_stored(store, record, make_facts, people):
    facts = make_facts(outcome="private")
    with pytest.raises(IdentifierError):
        record(store, facts, parameters={"note": "010203-1234"})
    recorded = record(store, facts)
    text = _read_everything(store.folder)
    assert find_identifiers(text) == 0
    assert str(people["age"][0]) not in text
    assert "mlflow.user" not in text
    assert store.client().get_run(recorded.logged.run_id).info.user_id == "unknown"


def test_a_missing_report_stops_before_anything_is_written(ledger, store, record, make_facts, tmp_path):
    with pytest.raises(StoreError, match="no such document"):
        record(store, make_facts(outcome="unreported"), report=tmp_path / "report.html")
    assert store.client().get_experiment_by_name("unreported") is None
    assert ledger.entries() == ()


def test_telemetry_is_switched_off_before_mlflow_is_imported(store):
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert os.environ["DO_NOT_TRACK"] == "true"


def test_opening_a_store_does_not_change_what_mlflow_looks_at(store, record, make_facts, tmp_path, monkeypatch):
    import mlflow

    monkeypatch.chdir(tmp_path)
    record(store, make_facts(outcome="global"))
    assert not mlflow.is_tracking_uri_set()
    assert not list(tmp_path.glob("mlflow*"))


def test_a_moved_store_loads_its_models_and_goes_on(tmp_path, record, make_facts, people, capsys):
    import mlflow

    old, new = tmp_path / "study", tmp_path / "en kopi æøå (2)"
    store = open_store(old)
    record(store, make_facts())
    risks = load_registered(store, "stroke").predict(people)
    old.rename(new)
    assert main(["relocate", str(new)]) == 0
    assert "0 paths" not in capsys.readouterr().out
    assert str(old) not in _read_everything(new / "mlruns")
    moved = open_store(new)
    assert np.array_equal(load_registered(moved, "stroke").predict(people), risks)
    with moved.selected():
        assert np.array_equal(mlflow.pyfunc.load_model("models:/stroke@candidate").predict(people), risks)
    assert record(moved, make_facts(model_digest="9" * 64)).logged.version == 2
    assert str(old) not in _read_everything(new / "mlruns")
