"""Feasibility of labels that a competing event may end."""

from pathlib import Path

import numpy as np
import polars as pl
import yaml
from scipy.sparse import csr_array

from evidens.features import FeatureMatrix
from evidens.foundation import build_settings
from evidens.phenotypes import OutcomeSettings
from evidens.protocol import ProtocolSettings
from evidens.validation import DecisionRange, ValidationSettings
from evidens.validation.feasibility import assess_feasibility

CONF, N = Path(__file__).parents[3] / "conf", 2_000
SETTINGS = ValidationSettings(5, 5, DecisionRange(0.01, 0.5, 20), 10, 10, 0.75, 0.9)


def load(cls, path):
    return build_settings(cls, yaml.safe_load((CONF / path).read_text(encoding="utf-8")), place=path)


def found_of(status):
    """Evidence of people of whom every fifth has the outcome on day 20, and every fifth the given status on day 10."""
    number = np.arange(N)
    labels = pl.DataFrame({
        "person_id": number,
        "status": np.where(number % 5 == 0, "event", np.where(number % 5 == 1, status, "event_free")),
        "followup_days": np.where(number % 5 == 0, 20, np.where(number % 5 == 1, 10, 30)),
    })  # fmt: skip
    age = csr_array(number[:, None].astype(np.float32))
    features = FeatureMatrix(("age",), age, number, np.zeros(N, dtype="datetime64[us]"))
    question, protocol = (
        load(OutcomeSettings, "outcome/readmission.yaml"),
        load(ProtocolSettings, "protocol/staged.yaml"),
    )
    return assess_feasibility(features, labels, question, protocol, SETTINGS, outcome="readmission")


def test_a_competing_event_competes_as_death_does():
    after_death, competed, left = (found_of(status) for status in ("death", "competing", "censored"))
    assert after_death.equals(competed)
    incidence = [f.filter(metric="cumulative_incidence")["value"].item() for f in (competed, left)]
    assert incidence[0] < incidence[1]  # who left might have had the outcome
