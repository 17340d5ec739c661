"""From a simulated shard to features and labels of development, with the shipped settings and no study on disk."""

from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
from tests.unit.registers.through import take_in_files

from evidens.cohort import build_cohort
from evidens.events import BucketEvents
from evidens.features import FeatureMatrix, assemble, build_features, count_codes, make_vocabulary
from evidens.foundation import build_settings
from evidens.phenotypes import load_phenotype
from evidens.protocol import assign_phases, split_members
from evidens.registers.emission import emit_delivery
from evidens.simulation import Shard, WorldSettings
from evidens.study.composition import compose_settings
from evidens.study.groups import settings_class

ROOT = Path(__file__).parents[2]
CHOICES = {"delivery": "simulated", "simulation": "tiny", "protocol": "rehearsal", "candidate": "lightgbm",
           "engine": "local"}  # fmt: skip


class Development(NamedTuple):
    """What the models of one outcome would be made from."""

    settings: dict[str, Any]
    members: pl.DataFrame
    labels: pl.DataFrame
    features: FeatureMatrix


def shipped_settings(outcome: str) -> dict[str, Any]:
    """The settings of one outcome by group; feasibility looks at all of development, since the world is small."""
    composed = compose_settings(ROOT, CHOICES, {"outcomes": [outcome], "models": ["lightgbm"]})
    phases = {phase["name"]: phase for phase in composed["protocol"]["phases"]}
    phases["feasibility"]["share"] = phases["development"]["share"]
    groups = {stem.partition("/")[0]: value for stem, value in composed.items()}
    wanted = ("registers", "cohort", "outcome", "protocol", "features", "validation")
    return {group: build_settings(settings_class(group), groups[group], place=group) for group in wanted}


def develop(shard: Shard, world: WorldSettings, outcome: str) -> Development:
    """Take in the shard's delivery, and build cohort, labels and features of development."""
    settings, phenotype = shipped_settings(outcome), load_phenotype(outcome)
    intake = take_in_files(emit_delivery(shard, world)[0], world, settings["registers"]).intake
    events = BucketEvents.of(intake.events)
    cohort = build_cohort(
        events, intake.persons, intake.residence, phenotype=phenotype, settings=settings["cohort"],
        horizon=settings["outcome"].horizon, data_lock_on=world.end_on,
    ).cohort  # fmt: skip
    members, labels = split_members(cohort, assign_phases(cohort, settings["protocol"]))["development"]
    members, labels = members.sort("person_id"), labels.sort("person_id")
    how = {"settings": settings["features"], "excluded": phenotype.suspicion}
    vocabulary = make_vocabulary([count_codes(events, members, **how)], settings["features"])
    built = build_features(members, events, vocabulary=vocabulary, **how)
    return Development(settings, members, labels, assemble(built.dense, built.counts, vocabulary, members))
