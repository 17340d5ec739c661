"""Judged at an index as known then, a phenotype is what it would be on data cut there."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.unit.cohort.histories import events, moment, persons

from evidens.phenotypes import PhenotypeError, find_onsets, judge_at, keep_qualifying, load_phenotype

OSDC = load_phenotype("type_2_diabetes_osdc")
CODES = [
    ("NPU/NPU27300", None), ("ICD10/DE109", "A"), ("ICD10/DE119", "A"), ("ATC/A10BA02", None), ("ATC/A10AB05", None),
    ("SSSY/540101", None), ("ICD10/DO809", "A"), ("ATC/A10BJ06", None),
]  # fmt: skip
START = dt.datetime.fromisoformat("2017-01-01")


def draw_history(rng: np.random.Generator, people: int) -> pl.DataFrame:
    rows = []
    for person in range(1, people + 1):
        for _ in range(rng.integers(0, 9)):
            code, text = CODES[rng.integers(len(CODES))]
            at = START + dt.timedelta(days=int(rng.integers(0, 900)))
            known = at + dt.timedelta(days=int(rng.choice([0, 1, 200])))
            rows.append({"person": person, "at": at.isoformat(), "known": known.isoformat(), "code": code,
                         "text": text, "value": float(rng.choice([30.0, 47.0, 48.0, 90.0]))})  # fmt: skip
    return events(*rows)


def ask(index: dt.datetime, *, told: dt.datetime | None, people: int) -> pl.DataFrame:
    never = pl.lit(None, dtype=pl.Datetime("us"))
    return pl.DataFrame({"person_id": range(1, people + 1)}).with_columns(
        index_at=pl.lit(index, dtype=pl.Datetime("us")), from_at=never,
        opens_at=pl.lit(index, dtype=pl.Datetime("us")),
        closes_at=pl.lit(index + dt.timedelta(days=1), dtype=pl.Datetime("us")),
        asked_at=pl.lit(index, dtype=pl.Datetime("us")) if told else never,
        told_at=pl.lit(told, dtype=pl.Datetime("us")) if told else never,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_judging_as_known_is_judging_what_was_known(seed: int) -> None:
    people, index, told = 40, moment("2018-03-01"), moment("2018-12-01")
    history, lives = (
        draw_history(np.random.default_rng(seed), people),
        persons(*range(1, people + 1), born="1980-06-01"),
    )
    judged = judge_at(ask(index, told=told, people=people), history, OSDC, lives)
    then, later = (history.filter(pl.col("known_at") < at) for at in (index, told))
    first = find_onsets(then, OSDC, lives).filter(pl.col("first_qualifying_at") < index)["person_id"].to_list()
    onsets = find_onsets(later, OSDC, lives).drop_nulls("outcome_at")
    assert judged.filter("is_prevalent")["person_id"].to_list() == first
    assert dict(judged.drop_nulls("outcome_at").select("person_id", "outcome_at").rows()) == dict(
        onsets.select("person_id", "outcome_at").rows()
    )


@pytest.mark.parametrize("name", ["type_2_diabetes", "type_2_diabetes_osdc", "colorectal_cancer"])
def test_judging_the_whole_record_is_finding_onsets(name: str) -> None:
    people, index = 60, moment("2018-03-01")
    history, lives = draw_history(np.random.default_rng(9), people), persons(*range(1, people + 1))
    phenotype = load_phenotype(name)
    judged = judge_at(ask(index, told=None, people=people), history, phenotype, lives)
    onsets = find_onsets(history, phenotype, lives)
    assert dict(judged.drop_nulls("outcome_at").select("person_id", "outcome_at").rows()) == dict(
        onsets.drop_nulls("outcome_at").select("person_id", "outcome_at").rows()
    )
    before = onsets.filter(pl.col("first_qualifying_at") < index)["person_id"].to_list()
    assert judged.filter("is_prevalent")["person_id"].to_list() == before


def test_who_has_the_rival_has_a_competing_event_instead() -> None:
    rows = [
        {"at": "2018-04-01", "code": "ICD10/DE109", "text": "A"},
        {"at": "2018-05-01", "code": "ATC/A10AB05", "value": 90.0},
    ]
    judged = judge_at(ask(moment("2018-03-01"), told=None, people=1), events(*rows), OSDC, persons(1)).row(
        0, named=True
    )
    assert (judged["outcome_at"], judged["competing_at"]) == (None, moment("2018-05-01"))


def test_an_event_that_became_void_was_one_until_that_was_known() -> None:
    rows = [
        {"at": "2018-01-01", "code": "NPU/NPU27300", "value": 50.0},
        {"at": "2018-05-01", "known": "2018-05-03", "code": "ICD10/DO809", "text": "A"},
    ]
    kept = keep_qualifying(events(*rows), OSDC, persons(1))
    assert kept.select("event_at", "void_at").rows() == [(moment("2018-01-01"), moment("2018-05-03"))]
    assert find_onsets(events(*rows), OSDC, persons(1)).is_empty()


def test_a_definition_that_asks_for_age_needs_persons() -> None:
    with pytest.raises(PhenotypeError, match="asks for sex and age"):
        find_onsets(events(), OSDC)


def test_a_definition_without_drops_needs_none() -> None:
    bare = replace(OSDC, settings=replace(OSDC.settings, drops=()))
    assert find_onsets(events(), bare).is_empty()
