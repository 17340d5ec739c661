"""Every named person gets the verdict that stands beside their history."""

import datetime as dt
import importlib
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
import yaml

from evidens.cohort import CohortPart, CohortSettings, build_cohort
from evidens.contracts import check_table
from evidens.events import BucketEvents, Event, Person, Residence
from evidens.foundation import Horizon, build_settings
from evidens.phenotypes import (
    NamedPerson,
    find_onsets,
    find_phenotypes,
    load_people,
    load_phenotype,
    people_frames,
)

CONF = Path(__file__).parents[2] / "conf"
COHORTS = {"colorectal_cancer_registered": "colorectal_cancer_at_blood_count"}  # else named as the phenotype
CASES = [(name, person) for name in find_phenotypes() for person in load_people(name)]
NAMES = [f"{name}-{person.name}" for name, person in CASES]


@pytest.mark.parametrize(("name", "person"), CASES, ids=NAMES)
def test_the_outcome_is_dated_as_the_case_says(name: str, person: NamedPerson) -> None:
    events, persons, _ = people_frames([person])
    onsets = find_onsets(events, load_phenotype(name), persons)
    dated = [at.date() for at in onsets["outcome_at"].drop_nulls()]
    assert dated == ([person.outcome_on] if person.outcome_on else [])


@pytest.mark.parametrize(("name", "person"), CASES, ids=NAMES)
def test_the_cohort_takes_or_leaves_them_as_the_case_says(name: str, person: NamedPerson) -> None:
    part = ask_cohort(name, [person])
    left_by = part.flow.filter(pl.col("n_left_out") == 1)["rule"].to_list()
    assert left_by == ([person.left_out] if person.left_out else [])
    labels = part.cohort.select("status", "followup_days").rows()
    assert labels == ([(person.status, person.followup_days)] if person.status else [])


@pytest.mark.parametrize("name", find_phenotypes())
def test_people_are_judged_alike_alone_and_in_company(name: str) -> None:
    people = load_people(name)
    together = ask_cohort(name, people).cohort
    expected = [(n, p.status, p.followup_days) for n, p in enumerate(people, start=1) if p.status]
    assert together.select("person_id", "status", "followup_days").rows() == expected


@pytest.mark.parametrize("name", find_phenotypes())
def test_every_phenotype_has_enough_people_and_each_verdict(name: str) -> None:
    people = load_people(name)
    assert len(people) >= 8
    assert len({person.name for person in people}) == len(people)
    assert {person.status for person in people} >= {"event", "death", "event_free", None}


@pytest.mark.parametrize("name", find_phenotypes())
def test_histories_keep_the_contracts_of_the_event_store(name: str) -> None:
    for frame, contract in zip(people_frames(load_people(name)), (Event, Person, Residence), strict=True):
        check_table(frame, contract, place=name)


def ask_cohort(name: str, people: Sequence[NamedPerson]) -> CohortPart:
    """Ask the shipped cohort of the phenotype, calendar ones in 2018 only."""
    path = CONF / "cohort" / f"{COHORTS.get(name, name)}.yaml"
    shipped = yaml.safe_load(path.read_text(encoding="utf-8"))
    if shipped["landmark"]["kind"] == "calendar":
        shipped["landmark"]["years"] = [2018]
    events, persons, residence = people_frames(people)
    return build_cohort(
        BucketEvents.of(events), persons, residence,
        phenotype=load_phenotype(name), settings=build_settings(CohortSettings, shipped, place=path.name),
        horizon=horizon_of(name), data_lock_on=dt.date(2025, 6, 30),
    )  # fmt: skip


def horizon_of(name: str) -> Horizon:
    return Horizon(importlib.import_module(f"evidens.phenotypes.{name}.people").HORIZON_DAYS)
