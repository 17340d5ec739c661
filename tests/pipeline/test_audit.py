"""The audit of the tiny study: whom it covers, that no model beats the oracle, and that it arrives on the page."""

import json

import polars as pl
import pytest

OUTCOMES = ("type_2_diabetes", "colorectal_cancer")
PHASES = {"temporal", "external", "prospective"}
pytestmark = pytest.mark.slow


@pytest.fixture(params=OUTCOMES)
def audit(request, study):
    return pl.read_parquet(study.root / "data/aggregate/evidence/audit" / request.param / "part.parquet")


def test_nearly_everyone_of_every_phase_is_audited(audit):
    """A study of people whom the truth does not know would be judged on the wrong ones."""
    shares = audit.filter(metric="audited_share")
    assert set(shares["phase"]) == PHASES
    assert shares["value"].min() > 0.99


def test_no_model_beats_the_oracle_on_what_happened(audit):
    """By more than three standard errors: one that does has seen the future, or the oracle is wrong."""
    apart = audit.filter(metric="realised_auroc", reference="oracle")
    models = {"age_sex", "lightgbm", "logistic"}
    assert set(apart.select("phase", "model").iter_rows()) == {(phase, model) for phase in PHASES for model in models}
    assert apart["se"].min() > 0
    assert apart.filter(pl.col("value") > 3 * pl.col("se")).is_empty()
    count = audit.filter(metric="models_beyond_oracle")
    assert dict(count.select("phase", "value").iter_rows()) == dict.fromkeys(PHASES, 0.0)


def test_what_the_registers_showed_is_what_their_law_expects(audit, study):
    """Registered outcomes of the study are draws from the risk of being coded: O/E within chance of the expected."""
    outcome = audit["outcome"][0]
    everyone = audit.filter(group="all", metric="oe_ratio", model="lightgbm")
    expected = everyone.group_by("phase").agg(pl.col("value").sum())  # true + (registered - true)
    for phase, value in expected.iter_rows():
        path = study.root / f"data/aggregate/evidence/validate_{phase}" / outcome / "part.parquet"
        seen = pl.read_parquet(path).filter(group="all", metric="oe_ratio", model="lightgbm", reference="none")
        assert abs(seen["value"].item() - value) < 4 * seen["se"].item(), phase


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_it_is_released_shown_and_recorded(study, outcome):
    released = pl.read_parquet(study.root / "release/tables" / outcome / "evidence.parquet")
    assert set(released.filter(label="true")["phase"]) == PHASES
    page = (study.root / "release/reports" / outcome / "index.html").read_text(encoding="utf-8")
    assert "What the registers do not show: performance on the truth" in page
    assert "Oracle, recent record" in page
    assert "record of the five years before the index" in page
    assert "No model does so in any audited phase." in page
    facts = [json.loads(line) for line in (study.root / "mlruns/ledger.jsonl").read_text().splitlines()]
    recorded = [line for line in facts if "external.regret_auroc.true" in json.dumps(line)]
    assert any(outcome in json.dumps(line) for line in recorded)
