"""The protocols in conf/: what they ask, and that the rehearsal rehearses the real one."""

from pathlib import Path

import pytest
import yaml

from evidens.cohort import CohortSettings
from evidens.foundation import build_settings
from evidens.phenotypes import OutcomeSettings, load_phenotype
from evidens.protocol import PhaseSettings, ProtocolSettings, protocol_hash

CONF = Path(__file__).parents[3] / "conf"
OUTCOMES = sorted(path.stem for path in (CONF / "outcome").glob("*.yaml"))


def load(cls: type, path: str):
    return build_settings(cls, yaml.safe_load((CONF / path).read_text(encoding="utf-8")), place=path)


def slice_of(phase: PhaseSettings) -> tuple:
    return phase.name, phase.regions, phase.index_years, phase.share, phase.sealed, phase.people_of


def test_the_rehearsal_has_the_phases_of_the_staged_protocol() -> None:
    staged, rehearsal = (load(ProtocolSettings, f"protocol/{name}.yaml") for name in ("staged", "rehearsal"))
    assert list(map(slice_of, rehearsal.phases)) == list(map(slice_of, staged.phases))
    assert [bool(p.criteria) for p in rehearsal.phases] == [bool(p.criteria) for p in staged.phases]
    assert all(r.min_events <= s.min_events for r, s in zip(rehearsal.phases, staged.phases, strict=True))
    assert protocol_hash(staged) != protocol_hash(rehearsal)


def test_development_never_sees_the_regions_of_external_validation() -> None:
    staged = load(ProtocolSettings, "protocol/staged.yaml")
    assert not set(staged.find_phase("development").regions) & set(staged.find_phase("external").regions)


def test_everything_after_internal_validation_is_sealed() -> None:
    staged = load(ProtocolSettings, "protocol/staged.yaml")
    assert {p.name: p.sealed for p in staged.phases} == {
        "feasibility": False, "development": False, "internal": False,
        "temporal": True, "external": True, "prospective": True,
    }  # fmt: skip


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_index_year_of_the_protocol_is_in_the_cohort(outcome: str) -> None:
    landmark = load(CohortSettings, f"cohort/{outcome}.yaml").landmark
    is_yearly = landmark.kind == "calendar"
    years = set(landmark.years if is_yearly else range(landmark.from_on.year, landmark.to_on.year + 1))
    assert {
        year for phase in load(ProtocolSettings, "protocol/staged.yaml").phases for year in phase.index_years
    } <= years


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_questions_can_be_asked(outcome: str) -> None:
    question = load(OutcomeSettings, f"outcome/{outcome}.yaml")
    assert load_phenotype(question.phenotype).name == question.phenotype
    assert question.main_threshold in question.thresholds
