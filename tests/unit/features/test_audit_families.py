"""Every shipped family passes the audit, and one of a test that reads the future beside them is the only one named."""

import datetime as dt
from functools import partial
from pathlib import Path
from typing import get_args

import numpy as np
import polars as pl
import pytest
from tests.unit.events.small_store import as_events, event

from evidens.events import BucketEvents
from evidens.features import (
    FeatureError,
    Features,
    FeatureSettings,
    audit_features,
    build_features,
    count_codes,
    make_vocabulary,
)
from evidens.features.families import (
    AnyFamily,
    CharlsonFamily,
    CodeFamily,
    CountFamily,
    DistinctFamily,
    DoseFamily,
    NewFamily,
    PersonFamily,
    RecencyFamily,
    UtilisationFamily,
    ValueFamily,
)
from evidens.features.families.values import VALUE_STATISTICS
from evidens.foundation import build_settings, stream
from evidens.phenotypes import load_phenotype
from evidens.study.composition import compose_group

ROOT = Path(__file__).parents[3]
OPTIONS = sorted(path.stem for path in (ROOT / "conf/features").glob("*.yaml"))
CODES = ("NPU/NPU27300", "NPU/NPU02319", "NPU/NPU19651", "ATC/C10AA01", "ATC/N02BE01", "ICD10/DI489", "ICD10/DE780",
         "CONTACT/inpatient", "CONTACT/emergency", "SSSY/800101")  # fmt: skip
EXCLUDED = load_phenotype("colorectal_cancer").suspicion
N_PEOPLE, N_EVENTS = 50, 150
KEYS = ["person_id", "index_at"]


WINDOWS = ("90d", "365-90d", "1825d", "ever")
EVERY = FeatureSettings(
    families=(
        PersonFamily(),
        ValueFamily(of=("hba1c", "haemoglobin"), statistics=dict.fromkeys(VALUE_STATISTICS, WINDOWS)),
        CodeFamily(levels={"ATC": (5,), "ICD10": (4,), "NPU": (0,), "CONTACT": (0,)}, windows=WINDOWS, min_people=1),
        CountFamily(of=("CONTACT", "ATC/C10AA"), windows=WINDOWS),
        DistinctFamily(system="ATC", level=5, windows=WINDOWS),
        RecencyFamily(last={"CONTACT": WINDOWS}, first={"ATC": WINDOWS}),
        NewFamily(of=("ATC/C10AA",), windows=("90d", "365-90d", "1825d")),
        DoseFamily(of=("ATC/C10AA",), windows=WINDOWS),
        CharlsonFamily(windows=WINDOWS),
        UtilisationFamily(windows=WINDOWS),
    )
)


def test_every_kind_of_family_is_among_them():
    assert {type(family) for family in EVERY.families} == set(get_args(AnyFamily))


def draw_members():
    """Fifty people with one to three index dates, one of them at noon."""
    dates = [dt.datetime.fromisoformat(at) for at in ("2019-01-01T00:00", "2019-07-01T12:00", "2020-01-01T00:00")]
    rows = [
        (person, at, 40 + person % 40, ("female", "male")[person % 2], "danish", "84")
        for person in range(N_PEOPLE)
        for at in dates[: 1 + person % 3]
    ]
    schema = {"person_id": pl.Int64, "index_at": pl.Datetime("us"), "age": pl.Int16, "sex": pl.String,
              "origin": pl.String, "region": pl.String}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def draw_record():
    """Three events a month of every kind for each, some known at once, some weeks later, some with an end."""
    rng = np.random.default_rng(7)
    rows = []
    for person in range(N_PEOPLE):
        for _ in range(N_EVENTS):
            day, code = int(rng.integers(-1500, 500)), CODES[rng.integers(len(CODES))]
            at = dt.datetime.fromisoformat("2019-01-01") + dt.timedelta(day, hours=int(rng.integers(24)))
            end = at + dt.timedelta(int(rng.integers(20))) if code.startswith("CONTACT") else None
            known = at + dt.timedelta(int(rng.choice([0, 0, 1, 40])))
            value = round(float(rng.normal(40, 8)), 1) if code[:3] in ("NPU", "ATC") else None
            rows.append(event(person, 0, code) | {"event_at": at, "known_at": known, "end_at": end, "value": value})
    return as_events(*rows)


@pytest.fixture(scope="module")
def members():
    return draw_members()


@pytest.fixture(scope="module")
def record():
    return draw_record()


def shipped(option):
    """The settings of a shipped configuration."""
    return build_settings(
        FeatureSettings, compose_group(ROOT, "features", option), place=f"conf/features/{option}.yaml"
    )


def learn(settings, members, record):
    """The build function of these settings, and their vocabulary."""
    counted = count_codes(BucketEvents.of(record), members, settings=settings, excluded=EXCLUDED)
    vocabulary = make_vocabulary([counted], settings)
    return partial(build_features, settings=settings, vocabulary=vocabulary, excluded=EXCLUDED), vocabulary


@pytest.mark.parametrize("option", [*OPTIONS, "every family"])
def test_every_feature_of_every_shipped_family_passes(option, members, record):
    build, vocabulary = learn(EVERY if option == "every family" else shipped(option), members, record)
    events = BucketEvents.of(record)
    stored = build(members, events)
    found = audit_features(members, events, build=build, vocabulary=vocabulary, rng=stream(1, option), stored=stored)
    assert found.differing == {}
    assert found.n_rows == members.height
    assert len(found.names) == stored.dense.width - 2 + len(vocabulary.names)
    assert len(vocabulary.names) > 10


def add_contacts_of_next_year(build, members, events):
    """The shipped families, and one that asks for the year after the index."""
    built = build(members, events)
    age = pl.col("event_at") - pl.col("index_at")
    contacts = (
        events.frame().filter(pl.col("code").str.starts_with("CONTACT/")).join(members.select(KEYS), on="person_id")
    )
    counted = (
        contacts.filter(age.is_between(pl.duration(), pl.duration(days=365)))
        .group_by(KEYS)
        .agg(pl.len().cast(pl.Float32).alias("n_contacts_next_year"))
    )
    return Features(built.dense.join(counted, on=KEYS, how="left", maintain_order="left"), built.counts)


def test_a_planted_family_that_reads_the_future_is_the_only_one_named(members, record):
    build, vocabulary = learn(EVERY, members, record)
    leaky = partial(add_contacts_of_next_year, build)
    found = audit_features(members, BucketEvents.of(record), build=leaky, vocabulary=vocabulary, rng=stream(1, "leak"))
    assert set(found.differing) == {"n_contacts_next_year"}
    with pytest.raises(FeatureError, match=r"^feature n_contacts_next_year: reads the future of 50 of 50 people"):
        found.check(minimum=5)
