"""A whole study of outcomes that are asked at moments, and of which the simulated world knows no truth."""

import html
import re

import polars as pl
import pytest
from tests.pipeline.tiny import clone_checkout

from evidens.changes import Ledger

AT_BLOOD_COUNT, READMISSION, OSDC = "colorectal_cancer_at_blood_count", "readmission", "type_2_diabetes_osdc"
SEALED = ("temporal", "external", "prospective")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def moments(tmp_path_factory):
    """The tiny world, asked at blood counts, at discharges, and by the classifier of diabetes up to its phases."""
    clone = clone_checkout(tmp_path_factory.mktemp("moments"))
    models = ["logistic", "age_sex"]
    clone.edit("conf/study.yaml", lambda s: s.update(outcomes=[AT_BLOOD_COUNT, READMISSION, OSDC], models=models))
    clone.edit("params.yaml", lambda params: params["choose"].update(candidate="logistic"))
    clone.edit("conf/simulation/tiny.yaml", lambda world: world.update(n_resamples=2, n_interval_resamples=5))
    clone.edit("conf/feature_audit/default.yaml", lambda audit: audit.update(n_people=20))
    clone.dvc("repro", f"record_change@{AT_BLOOD_COUNT}", f"record_change@{READMISSION}", f"assign_phases@{OSDC}")
    return clone


def text_of(clone, outcome):
    page = (clone.root / "release/reports" / outcome / "index.html").read_text(encoding="utf-8")
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def people_of(clone, outcome, phase):
    return pl.read_parquet(clone.root / "data/person/members" / outcome / phase / "*.parquet")


def gates_of(clone, outcome):
    parts = sorted((clone.root / "data/aggregate/gates").glob(f"*/{outcome}/part.parquet"))
    return pl.concat([pl.read_parquet(part) for part in parts]).filter(pl.col("model").is_in(["logistic", "none"]))


@pytest.mark.parametrize(("outcome", "with_hour"), [(AT_BLOOD_COUNT, 0.9), (READMISSION, 0.1)])  # LPR2 has days only
def test_each_person_is_asked_once_at_a_moment(moments, outcome, with_hour):
    everyone = pl.concat([people_of(moments, outcome, phase) for phase in ("development", *SEALED)])
    assert everyone["person_id"].is_unique().all()
    assert (everyone["index_at"] > everyone["index_at"].dt.truncate("1d")).mean() > with_hour


def test_every_phase_at_a_blood_count_opens_and_the_page_tells_it(moments):
    gates = gates_of(moments, AT_BLOOD_COUNT)
    assert set(gates["phase"]) == {"feasibility", "internal", *SEALED}
    assert gates.filter(criterion="the phase is open").is_empty()
    text = text_of(moments, AT_BLOOD_COUNT)
    assert "Index 1 minute after the first record of NPU/NPU02319 of a year was known" in text
    assert "at the index or later: none changed." in text


def test_without_a_truth_no_one_is_audited_and_the_page_says_so(moments):
    evidence = pl.read_parquet(moments.root / "release/tables" / AT_BLOOD_COUNT / "evidence.parquet")
    audited = evidence.filter(label="true", metric="audited_share")
    assert dict(audited.select("phase", "value").iter_rows()) == dict.fromkeys(SEALED, 0.0)
    assert evidence.filter(label="true", metric="auroc").is_empty()
    assert "the simulated world has no truth of this outcome at these index dates" in text_of(moments, AT_BLOOD_COUNT)


def test_too_few_readmissions_close_every_sealed_phase_and_the_study_goes_on_to_its_record(moments):
    closed = gates_of(moments, READMISSION).filter(criterion="the phase is open")
    assert set(closed["phase"]) == set(SEALED)
    text = text_of(moments, READMISSION)
    assert "Index At discharge from an acute somatic admission of at least 6 hours" in text
    assert "Horizon 30 days after the index" in text
    assert "Not opened: the gate of feasibility is" in text
    versions = Ledger(moments.root / "mlruns/ledger.jsonl").entries("version")
    assert [entry.subject.split("/")[0] for entry in versions] == [AT_BLOOD_COUNT, READMISSION]


def test_the_classifier_of_diabetes_asks_by_the_calendar(moments):
    index = people_of(moments, OSDC, "development")["index_at"]
    assert len(index) > 100
    assert set(index.dt.ordinal_day()) == {1}
