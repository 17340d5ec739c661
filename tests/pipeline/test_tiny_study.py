"""The whole study of the tiny world: what must hold after a run, and what a second run may change."""

import json

import polars as pl
import pytest

from evidens.changes import Ledger, load_registered, open_store
from evidens.contracts import RowAccount
from evidens.events import check_store
from evidens.privacy import scan_files
from evidens.study import SealedError, Study, StudyError
from evidens.study.reproduction import digest_output

OUTCOMES = ("type_2_diabetes", "colorectal_cancer")
SEALED = ("temporal", "external", "prospective")
pytestmark = pytest.mark.slow


def released(study, outcome, table):
    return pl.read_parquet(study.root / "release" / "tables" / outcome / f"{table}.parquet")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_phase_opens(study, outcome):
    gates = pl.read_parquet(study.root / "data/aggregate/gates/**/part.parquet").filter(
        outcome=outcome, model="lightgbm"
    )
    assert set(gates["phase"]) == {"feasibility", "internal", *SEALED}
    assert gates.filter(criterion="the phase is open").is_empty()
    assert set(gates["verdict"]) == {"PASS"}, gates.filter(pl.col("verdict") != "PASS")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_people_of_different_phases_are_different_people(study, outcome):
    folder = study.root / "data/person/members" / outcome
    people = [set(pl.read_parquet(folder / phase / "*.parquet")["person_id"]) for phase in ("development", *SEALED)]
    assert all(people)
    assert sum(map(len, people)) == len(set.union(*people))


def test_every_delivered_row_is_accounted_for(study):
    manifest = json.loads((study.root / "data/raw/simulated/manifest.json").read_text())
    accounts = pl.read_parquet(study.root / "data/aggregate/accounts/**/part.parquet")
    assert set(accounts.columns) == set(RowAccount.column_names())
    by_fate = accounts.group_by("stage", "table", "fate").agg(pl.col("n_rows").sum())
    for stage, table in by_fate.select("stage", "table").unique().iter_rows():
        rows = {f: n for s, t, f, n in by_fate.iter_rows() if (s, t) == (stage, table)}
        assert rows["in"] == rows.get("kept", 0) + rows.get("dropped", 0) + rows.get("quarantined", 0), (stage, table)
    into = accounts.filter(stage="pseudonymise", fate="in")["n_rows"].sum()
    assert into == sum(file["rows"] for file in manifest["files"].values())


def test_quarantined_rows_are_kept_with_their_reason(study):
    accounts = pl.read_parquet(study.root / "data/aggregate/accounts/**/part.parquet")
    for stage, folder in (("pseudonymise", "raw"), ("intake", "intake")):
        counted = accounts.filter(stage=stage, fate="quarantined")["n_rows"].sum()
        files = sorted((study.root / "data/quarantine" / folder).rglob("*.parquet"))
        assert sum(pl.read_parquet(file).height for file in files) == counted
        assert all("reason" in pl.read_parquet_schema(file) for file in files)


def test_a_second_run_does_nothing_and_adds_no_version(study):
    before = Ledger(study.root / "mlruns/ledger.jsonl").entries("version")
    done = study.dvc("repro")
    assert "Data and pipelines are up to date" in done.stdout + done.stderr
    study.dvc("repro", "-s", "-f", "record_change@type_2_diabetes")
    assert Ledger(study.root / "mlruns/ledger.jsonl").entries("version") == before
    assert len(open_store(study.root).client().search_model_versions("name='type_2_diabetes'")) == 1


def test_what_dvc_recorded_is_what_lies_on_the_disk(study):
    """The reproduction check hashes by itself; both must mean the same."""
    for path, md5 in study.md5s().items():
        assert digest_output(study.root / path) == md5, path


def test_the_ledger_tells_protocol_openings_and_versions_in_order(study):
    ledger = Ledger(study.root / "mlruns/ledger.jsonl")
    ledger.check()
    for outcome in OUTCOMES:
        kinds = [e.kind for e in ledger.entries() if e.subject.split("/")[0] == outcome]
        # The candidate's look opens a phase, the other models' looks follow; predictions are noted before labels.
        assert kinds == ["protocol", *(["opening", "look", "look", "prediction"] * 3), "version"]


def test_no_identifier_is_anywhere_outside_raw_and_truth(study):
    """Not in person tables, aggregates, reports, MLflow, DVC's cache or lock."""
    folders = (
        "build",
        "data/pseudonymised",
        "data/person",
        "data/aggregate",
        "release",
        "models",
        "mlruns",
        ".dvc/cache",
    )
    files = [f for folder in folders for f in sorted((study.root / folder).rglob("*")) if f.is_file()]
    files.append(study.root / "dvc.lock")
    assert files
    assert [(path.name, n) for path, n in scan_files(files) if n] == []


def test_the_raw_zone_is_where_identifiers_are(study):
    """The scan above can fail: it finds the identifiers where they do lie."""
    found = scan_files([next((study.root / "data/raw/simulated/bef").glob("*.parquet"))])
    assert found[0][1] > 0


def test_no_raw_row_is_in_any_git_ref(study):
    listed = study.run("git", "log", "--all", "--name-only", "--format=").stdout.split()
    assert not [
        name for name in listed if name.startswith(("data/raw", "data/truth", "data/quarantine", "data/person"))
    ]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_no_feature_of_the_study_knows_what_was_not_known_at_the_index(study, outcome):
    """The stage that asks would have stopped the run; this is what it looked at."""
    audited = pl.read_parquet(study.root / "data/aggregate/evidence/audit_features" / outcome / "part.parquet")
    assert set(audited["phase"]) == {"development", *SEALED}
    assert audited["n"].min() > 100
    assert audited.filter(metric="audited_features")["value"].min() > 50
    assert audited.filter(metric="features_of_the_future")["value"].to_list() == [0.0] * 4


def test_the_event_store_is_what_its_manifest_says(study):
    manifest = check_store(study.root / "data/person/events")
    assert sum(run.rows for run in manifest.list_files().values()) > 100_000


def test_no_pickle_is_kept(study):
    files = [f for folder in ("models", "mlruns") for f in (study.root / folder).rglob("*") if f.is_file()]
    assert not [f.name for f in files if f.suffix in (".pkl", ".pickle", ".joblib", ".skops")]


class TestNotebookView:
    """What someone who opens the study without being a stage may see."""

    def test_aggregates_and_people_of_opened_phases(self, study):
        opened = Study.open(study.root)
        assert opened.read("flow", "type_2_diabetes").height > 3
        assert opened.read("members", "type_2_diabetes", "development").height > 100
        assert opened.read("labels", "type_2_diabetes", "external").height > 100

    @pytest.mark.parametrize("table", ["raw", "truth_persons", "truth_risk", "events", "cohort", "pseudonymised"])
    def test_no_truth_no_raw_no_whole_population(self, study, table):
        with pytest.raises(StudyError, match="may not read"):
            Study.open(study.root).read(table)

    def test_all_phases_at_once_are_refused(self, study):
        with pytest.raises(SealedError, match="names no phase that is open"):
            Study.open(study.root).read("labels", "type_2_diabetes")

    @pytest.mark.parametrize("part", ["../raw", "..", "a/b", ""])
    def test_a_path_is_no_part_of_a_table(self, study, part):
        with pytest.raises(StudyError, match="a part of a table is a plain name"):
            Study.open(study.root).read("evidence", part)

    def test_nothing_can_be_written(self, study):
        with pytest.raises(StudyError, match="may not be written by a notebook"):
            Study.open(study.root).write("flow", "type_2_diabetes", frame=pl.DataFrame())


def test_a_registered_model_predicts_the_risks_of_the_study(study):
    opened = Study.open(study.root)
    from evidens.study.features import read_features
    from evidens.study.versions import as_pandas

    risks = opened.read("predictions", "type_2_diabetes", "external").filter(model="lightgbm").sort("person_id")["risk"]
    served = load_registered(open_store(study.root), "type_2_diabetes")
    names = served.metadata.get_input_schema().input_names()
    again = served.predict(as_pandas(read_features(opened, "type_2_diabetes", "external"), names))
    assert list(again) == risks.to_list()
