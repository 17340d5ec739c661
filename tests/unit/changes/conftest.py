import datetime as dt

import polars as pl
import pytest

from evidens.changes import ChangePlanSettings, Ledger, ModificationSettings, ProhibitionSettings, VersionFacts

AT = "2026-01-31T12:00:00+00:00"


@pytest.fixture
def at() -> str:
    return AT


@pytest.fixture
def ledger(tmp_path) -> Ledger:
    return Ledger(tmp_path / "ledger" / "ledger.jsonl")


@pytest.fixture
def make_facts():
    """Facts of one version; name what differs."""

    def make(**differing) -> VersionFacts:
        usual = {
            "outcome": "stroke",
            "candidate": "age_sex",
            "model_digest": "a" * 64,
            "evidence_digest": "b" * 64,
            "settings": {"cohort": {"min_age": 30}, "model": {"n_knots": 4}, "features": {"windows": [365, 1825]},
                         "study": {"starts_on": dt.date(2016, 1, 1)}},
            "data": {"events": "1" * 32 + ".dir", "persons": "2" * 32},
            "features_digest": "c" * 64,
            "n_features": 2,
            "commit": "d" * 40,
            "is_dirty": False,
            "packages": {"numpy": "2.4.6", "polars": "2.1.0"},
            "protocol_hash": "e" * 64,
            "gates": ({"phase": "external", "criterion": "auroc >= 0.65", "verdict": "PASS", "finding": "0.75"},),
            "thresholds": (0.1,),
            "metrics": {"external.auroc": 0.75},
        }  # fmt: skip
        return VersionFacts(**(usual | differing))

    return make


@pytest.fixture
def plan() -> ChangePlanSettings:
    item = {"title": "t", "comment": "c", "source": "s"}
    return ChangePlanSettings(
        version="7",
        modifications=(
            ModificationSettings(id="M1", change="data_refresh", **item),
            ModificationSettings(id="M2", change="settings", settings=("model.*",), **item),
        ),
        prohibited=(ProhibitionSettings(title="Another population", comment="c", source="s", settings=("cohort.*",)),),
    )


@pytest.fixture
def make_evidence():
    """Evidence of the model in everybody and in women: AUROC, and sensitivity at a threshold."""

    def make(auroc: float = 0.75, *, reference: str = "none") -> pl.DataFrame:
        row = {
            "outcome": "stroke", "model": "age_sex", "phase": "external", "group": "all", "metric": "auroc",
            "threshold": -1.0, "horizon_days": 365, "reference": reference, "label": "coded", "value": auroc,
            "se": 0.01, "lower": auroc - 0.02, "upper": auroc + 0.02, "n": 1000, "n_events": 100,
            "method": "DeLong", "reason": None,
        }  # fmt: skip
        rows = [
            row,
            row | {"group": "sex=female", "value": 0.7},
            row | {"metric": "sensitivity", "threshold": 0.1, "value": 0.5, "lower": 0.4, "upper": 0.6},
            row | {"metric": "oe_ratio", "value": None, "se": None, "lower": None, "upper": None,
                   "reason": "no events"},
        ]  # fmt: skip
        return pl.DataFrame(rows, schema_overrides={"horizon_days": pl.Int32, "reason": pl.String})

    return make
