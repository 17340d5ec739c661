"""The stage that reads the truth: whose it is, and of which phases."""

import datetime as dt
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from evidens.contracts import Evidence, schema_of
from evidens.privacy import PseudonymMap, demonstration_key
from evidens.protocol import Member
from evidens.study import Study
from evidens.study.audit import audit_opened_phases, check_horizon, read_truth
from evidens.study.catalog import StudyError
from evidens.study.composition import compose_study
from evidens.validation import Prediction

ROOT, OUTCOME, N = Path(__file__).parents[3], "type_2_diabetes", 3_000
INDEX = dt.date(2018, 1, 1)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A study whose temporal phase is open and whose others are closed, with a truth of numbers."""
    root = tmp_path_factory.mktemp("study")
    shutil.copytree(ROOT / "conf", root / "conf")
    for name in ("dvc.yaml", "params.yaml"):
        shutil.copy(ROOT / name, root / name)
    compose_study(root, root / "build/settings")
    rng = np.random.default_rng(4)
    risk = rng.beta(1, 12, N)
    numbers = pl.Series([f"61{i:08d}" for i in range(N)])
    seed = Study.open(root, stage="audit", outcome=OUTCOME).settings("simulation").seed
    people = PseudonymMap(demonstration_key(seed), "person").ids(numbers)
    write(root, "truth_risk", pl.DataFrame({
        "pnr": numbers, "outcome": OUTCOME, "index_on": INDEX, "risk_true": risk, "risk_features": risk,
        "risk_coded": risk * 0.8, "is_event": rng.random(N) < risk,
    }))  # fmt: skip
    person = pl.DataFrame({"person_id": people}).with_columns(index_at=pl.lit(INDEX).cast(pl.Datetime("us")))
    predictions = person.with_columns(
        model=pl.lit("lightgbm"), risk=pl.Series(risk), status=pl.lit("event_free"), followup_days=1
    )
    members = person.with_columns(
        age=pl.Series(30 + np.arange(N) % 40), sex=pl.lit("female"), origin=pl.lit("danish"), region=pl.lit("81")
    )
    for phase in ("temporal", "external", "prospective"):
        some = predictions if phase == "temporal" else predictions.clear()
        write(root, "predictions", some.cast(dict(schema_of(Prediction))), OUTCOME, phase)
    write(root, "members", members.cast(dict(schema_of(Member))).reverse(), OUTCOME, "temporal")
    return root


def write(root, table, frame, *parts):
    folder = root.joinpath(yaml.safe_load((root / "conf/catalog.yaml").read_text())["catalog"][table]["dir"], *parts)
    folder.mkdir(parents=True)
    frame.write_parquet(folder / "part.parquet")


def opened(root):
    return Study.open(root, stage="audit", outcome=OUTCOME)


def test_each_person_is_given_their_own_truth(root):
    """The model predicts everyone's true risk: it loses nothing to the oracle only if people are matched."""
    evidence = audit_opened_phases(opened(root), OUTCOME)
    everyone = evidence.filter(group="all", reference="none")
    assert everyone.filter(metric="audited_share")["value"].to_list() == [1]
    assert everyone.filter(metric="regret_auroc")["value"].to_list() == [0]
    assert everyone.filter(metric="brier", model="lightgbm")["n"].to_list() == [N]
    assert {"age=30-39", "sex=female", "origin=danish", "region=81"} <= set(evidence["group"])


def test_phases_that_are_closed_have_no_row(root):
    assert audit_opened_phases(opened(root), OUTCOME)["phase"].unique().to_list() == ["temporal"]


def test_no_number_of_a_person_is_in_what_is_read(root):
    truth = read_truth(opened(root), OUTCOME)
    assert truth.columns == ["person_id", "index_on", "risk_true", "risk_features", "risk_coded", "is_event"]


def test_another_horizon_than_the_truths_is_refused(root, tmp_path):
    """Risks of three years are not those of one: the question was changed and the world was not."""
    copy = tmp_path / "other"
    shutil.copytree(root, copy)
    path = copy / f"build/settings/outcome/{OUTCOME}.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "horizon_days": 365}))
    with pytest.raises(StudyError, match=f"conf/outcome/{OUTCOME}.yaml: horizon_days is 365, and .* of 1095 days"):
        audit_opened_phases(opened(copy), OUTCOME)


@pytest.mark.parametrize("path", sorted((ROOT / "conf/outcome").glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_questions_ask_for_the_horizon_of_the_truth(path):
    check_horizon(path.stem, yaml.safe_load(path.read_text())["horizon_days"])


def test_the_evidence_says_how_many_years_the_oracle_reads(root, tmp_path):
    copy = tmp_path / "longer"
    shutil.copytree(root, copy)
    path = copy / "build/settings/simulation.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "oracle_lookback_quarters": 30}))
    evidence = audit_opened_phases(opened(copy), OUTCOME)
    assert evidence.filter(metric="oracle_years")["value"].to_list() == [7.5]


def test_a_real_delivery_has_no_truth_and_the_audit_says_so(root, capsys, tmp_path):
    copy = tmp_path / "real"
    shutil.copytree(root, copy)
    shutil.rmtree(copy / "data/truth")
    path = copy / "build/settings/delivery.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "kind": "register", "key_file": "/secure/key"}))
    evidence = audit_opened_phases(opened(copy), OUTCOME)
    assert evidence.is_empty()
    assert evidence.schema == schema_of(Evidence)
    assert "nothing to audit" in capsys.readouterr().out


def test_an_outcome_that_the_world_does_not_model_is_audited_of_no_one(root, capsys, tmp_path):
    copy = tmp_path / "unknown"
    shutil.copytree(root, copy)
    path = copy / "data/truth/risk/part.parquet"
    pl.read_parquet(path).with_columns(outcome=pl.lit("another")).write_parquet(path)
    evidence = audit_opened_phases(opened(copy), OUTCOME)
    assert dict(evidence.select("metric", "value").iter_rows()) == {"audited_share": 0.0, "unrecorded_share": None}
    assert "has no truth of this outcome" in capsys.readouterr().out
