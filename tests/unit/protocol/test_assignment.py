"""Who is in which phase: apart, one row each, and drawn without a look at the future."""

import datetime as dt
import hashlib

import numpy as np
import polars as pl
import pytest

from evidens.cohort import Cohort
from evidens.cohort.keyed_hash import _splitmix64, draw_share, hash_people
from evidens.contracts import schema_of
from evidens.foundation import SettingsError, build_settings
from evidens.protocol import (
    PhaseSettings,
    ProtocolSettings,
    assign_phases,
    find_overlaps,
    keep_sample,
    split_members,
)

EAST, WEST = ("84", "85"), ("81", "83")
GATE = {"kind": "min_events", "at_least": 5}


def protocol(**changes) -> ProtocolSettings:
    phases = [
        {"name": "feasibility", "question": "?", "regions": EAST, "index_years": [2016, 2017], "share": [0.0, 0.1],
         "people_of": "development", "criteria": [GATE]},
        {"name": "development", "question": "?", "regions": EAST, "index_years": [2016, 2017], "share": [0.0, 0.6]},
        {"name": "temporal", "question": "?", "regions": EAST, "index_years": [2018], "share": [0.6, 0.8],
         "sealed": True, "criteria": [GATE]},
        {"name": "external", "question": "?", "regions": WEST, "index_years": [2016, 2017, 2018], "share": [0.0, 0.8],
         "sealed": True, "criteria": [GATE]},
        {"name": "prospective", "question": "?", "regions": EAST + WEST, "index_years": [2021], "share": [0.8, 1.0],
         "sealed": True, "criteria": [GATE]},
    ]  # fmt: skip
    plain = {"title": "test", "salt": "s", "policy": "gates", "comparator": "age_sex", "phases": phases} | changes
    return build_settings(ProtocolSettings, plain, place="conf/protocol/test.yaml")


def draw_cohort(rng: np.random.Generator, *, n: int, yearly_risk: float = 0.0, moves: float = 0.0) -> pl.DataFrame:
    """Everyone is eligible each year until the outcome; some live in another region each year."""
    rows = []
    for person in rng.choice(2**62, n, replace=False):
        region = str(rng.choice(EAST + WEST))
        for year in (2016, 2017, 2018, 2021):
            region = str(rng.choice(EAST + WEST)) if rng.random() < moves else region
            has_event = rng.random() < yearly_risk
            index_at = dt.datetime.fromisoformat(f"{year}-01-01")
            label = ("event", 100) if has_event else ("event_free", 365)
            rows.append((int(person), index_at, "calendar", 60, "female", "danish", region, *label))
            if has_event:
                break
    return pl.DataFrame(rows, schema=schema_of(Cohort), orient="row").sort("person_id", "index_at")


@pytest.fixture(scope="module")
def cohort() -> pl.DataFrame:
    return draw_cohort(np.random.default_rng(1), n=4000, yearly_risk=0.2, moves=0.1)


def test_each_person_has_one_row_in_one_phase(cohort: pl.DataFrame) -> None:
    assignment = assign_phases(cohort, protocol())
    assert assignment["person_id"].is_unique().all()
    assert assignment["phase"].unique().sort().to_list() == ["development", "external", "prospective", "temporal"]


def test_a_row_lies_in_the_region_year_and_share_of_its_phase(cohort: pl.DataFrame) -> None:
    settings = protocol()
    rows = assign_phases(cohort, settings).join(cohort, on=["person_id", "index_at"])
    u = draw_share(rows["person_id"].to_numpy(), salt="s", purpose="share")
    for row, lot in zip(rows.iter_rows(named=True), u, strict=True):
        phase = settings.find_phase(row["phase"])
        assert row["region"] in phase.regions
        assert row["index_at"].year in phase.index_years
        assert phase.share[0] <= lot < phase.share[1]


def test_the_draw_does_not_favour_those_who_fall_ill() -> None:
    # The outcome ends a person's rows: someone who falls ill at once has one row, the healthy have four. To choose
    # among the rows that people have would give 0.2 + 0.16 / 2 + 0.128 / 3 + 0.1024 / 4 = 35 % events instead of 20 %.
    cohort = draw_cohort(np.random.default_rng(2), n=8000, yearly_risk=0.2)
    rows = assign_phases(cohort, protocol()).join(cohort, on=["person_id", "index_at"])
    share = (rows["status"] == "event").mean()
    assert share == pytest.approx(0.2, abs=3 * np.sqrt(0.2 * 0.8 / rows.height))


def test_the_label_is_not_looked_at(cohort: pl.DataFrame) -> None:
    blind = cohort.drop("status", "followup_days", "age", "sex", "origin")
    assert assign_phases(blind, protocol()).equals(assign_phases(cohort, protocol()))


def test_what_happens_later_does_not_move_an_earlier_row(cohort: pl.DataFrame) -> None:
    early = pl.col("index_at").dt.year() <= 2017
    known = assign_phases(cohort, protocol()).filter(early)
    assert assign_phases(cohort.filter(early), protocol()).equals(known)


def test_people_are_dealt_one_by_one(cohort: pl.DataFrame) -> None:
    whole = assign_phases(cohort, protocol())
    parts = [assign_phases(cohort.filter(pl.col("person_id") % 3 == k), protocol()) for k in range(3)]
    assert pl.concat(parts).sort("person_id").equals(whole)
    assert assign_phases(cohort.sample(fraction=1.0, shuffle=True, seed=5), protocol()).equals(whole)


def draw_discharges(rng: np.random.Generator, *, n: int, risk: float) -> pl.DataFrame:
    """Everyone is discharged once in 2016; who comes back has another discharge, after which nobody does."""
    rows = []
    for person in rng.choice(2**62, n, replace=False):
        at = dt.datetime.fromisoformat("2016-01-04T13:37") + dt.timedelta(hours=int(rng.integers(6000)))
        comes_back = rng.random() < risk
        label = ("event", 12) if comes_back else ("event_free", 30)
        rows.append((int(person), at, "discharge", 60, "female", "danish", "84", *label))
        if comes_back:
            later = at + dt.timedelta(days=20)
            rows.append((int(person), later, "discharge", 60, "female", "danish", "84", "event_free", 30))
    return pl.DataFrame(rows, schema=schema_of(Cohort), orient="row").sort("person_id", "index_at")


def test_of_several_rows_in_a_year_one_is_used_without_a_look_at_what_they_led_to() -> None:
    # The 20 % who come back have two rows. To draw one of them would find the readmission of every second: 10 %.
    cohort = draw_discharges(np.random.default_rng(4), n=8000, risk=0.2)
    rows = assign_phases(cohort, protocol()).join(cohort, on=["person_id", "index_at"])
    assert rows["person_id"].is_unique().all()
    share = (rows["status"] == "event").mean()
    assert share == pytest.approx(0.2, abs=3 * np.sqrt(0.2 * 0.8 / rows.height))


def test_a_later_row_of_the_year_does_not_move_an_earlier_one() -> None:
    cohort = draw_discharges(np.random.default_rng(4), n=500, risk=0.5)
    first = cohort.unique("person_id", keep="first", maintain_order=True)
    assert assign_phases(first, protocol()).equals(assign_phases(cohort, protocol()))


def test_a_moment_belongs_to_the_year_it_lies_in() -> None:
    cohort = draw_discharges(np.random.default_rng(4), n=300, risk=0.0).with_columns(
        index_at=pl.when(pl.col("person_id") % 2 == 0)
        .then(pl.lit(dt.datetime.fromisoformat("2017-12-31T23:59:59.999999")))
        .otherwise(pl.lit(dt.datetime.fromisoformat("2018-01-01T00:00:00")))
        .cast(pl.Datetime("us"))
    )
    rows = assign_phases(cohort, protocol())
    by_year = rows.select(pl.col("index_at").dt.year(), "phase").unique().rows()
    assert set(by_year) == {(2017, "development"), (2018, "temporal")}


def test_another_salt_deals_people_anew(cohort: pl.DataFrame) -> None:
    assert not assign_phases(cohort, protocol()).equals(assign_phases(cohort, protocol(salt="other")))


def test_both_index_years_of_a_phase_are_used_about_equally(cohort: pl.DataFrame) -> None:
    healthy = draw_cohort(np.random.default_rng(3), n=3000)
    years = assign_phases(healthy, protocol()).filter(phase="development")["index_at"].dt.year()
    assert (years == 2016).mean() == pytest.approx(0.5, abs=3 * 0.5 / np.sqrt(len(years)))


def test_nobody_is_assigned_to_nothing() -> None:
    nobody = Cohort.create_empty()
    assert assign_phases(nobody, protocol()).is_empty()
    assert split_members(nobody, assign_phases(nobody, protocol())) == {}


def test_a_sample_is_the_same_part_of_the_people_it_is_of(cohort: pl.DataFrame) -> None:
    settings = protocol()
    members, _ = split_members(cohort, assign_phases(cohort, settings))["development"]
    sample = keep_sample(members, settings.find_phase("feasibility"), settings)
    assert sample.height == pytest.approx(members.height / 6, rel=0.25)  # 0.1 of 0.6
    assert set(sample["person_id"]) < set(members["person_id"])


def test_members_and_labels_are_the_same_people_in_the_same_order(cohort: pl.DataFrame) -> None:
    parts = split_members(cohort, assign_phases(cohort, protocol()))
    seen: set[int] = set()
    for members, labels in parts.values():
        assert members.select("person_id", "index_at").equals(labels.select("person_id", "index_at"))
        assert not {"status", "followup_days"} & set(members.columns)
        assert not seen & set(members["person_id"])
        seen |= set(members["person_id"])


def test_hashes_are_spread_evenly_whatever_the_numbers() -> None:
    for people in (np.arange(20_000), np.arange(20_000) * 64, -np.arange(20_000)):
        u = draw_share(people.astype(np.int64), salt="s", purpose="share")
        counts = np.histogram(u, bins=20, range=(0, 1))[0]
        assert ((counts - 1000) ** 2 / 1000).sum() < 45  # chi-square, 19 degrees of freedom: 45 is p = 0.0007


def test_the_finaliser_gives_the_published_numbers_of_splitmix64() -> None:
    # First output of the generator seeded with 1234567, as published on Rosetta Code.
    assert _splitmix64(np.array([1234567], np.uint64)).tolist() == [6457827717110365317]


def test_the_hash_is_what_whole_numbers_without_a_limit_give() -> None:
    key = int.from_bytes(hashlib.sha256(b"staged-1\x1fshare").digest()[:8], "little")

    def mix(state: int) -> int:
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        state = (state ^ state >> 27) * 0x94D049BB133111EB % 2**64
        return state ^ state >> 31

    people = [1, 2, 2**62, 2**63 - 1]
    lots = hash_people(np.array(people), salt="staged-1", purpose="share")
    assert lots.tolist() == [mix(mix(person) ^ key) for person in people]


@pytest.mark.parametrize(
    ("phases", "finding"),
    [
        ([("a", EAST, 0.0, 0.5, None), ("b", EAST, 0.4, 1.0, None)], "a and b"),
        ([("a", EAST, 0.0, 0.5, None), ("a", WEST, 0.0, 0.5, None)], "names of their own"),
        ([("a", EAST, 0.5, 0.5, None)], "share is"),
        ([("a", (), 0.0, 0.5, None)], "at least one entry"),
        ([("a", EAST, 0.0, 0.5, None), ("b", EAST, 0.0, 0.7, "a")], "does not lie within"),
        ([("a", EAST, 0.0, 0.5, "c")], "people_of"),
    ],
)
def test_protocols_that_cannot_be_are_refused(phases: list[tuple], finding: str) -> None:
    plain = [
        {
            "name": name,
            "question": "?",
            "regions": regions,
            "index_years": [2016],
            "share": [start, end],
            "people_of": of,
        }
        for name, regions, start, end, of in phases
    ]
    with pytest.raises(SettingsError, match=finding):
        protocol(phases=plain)


def test_a_seal_needs_something_that_holds_it() -> None:
    sealed = {"name": "b", "question": "?", "regions": EAST, "index_years": [2016], "share": [0.5, 1.0], "sealed": True}
    with pytest.raises(SettingsError, match="would open for nothing"):
        protocol(phases=[sealed])
    with pytest.raises(SettingsError, match="nothing would hold it closed"):
        protocol(phases=[sealed | {"criteria": [GATE]}])


def test_phases_in_other_regions_or_years_do_not_overlap() -> None:
    east = PhaseSettings("a", "?", EAST, (2016,), (0.0, 1.0))
    assert find_overlaps([east, PhaseSettings("b", "?", WEST, (2016,), (0.0, 1.0))]) == []
    assert find_overlaps([east, PhaseSettings("b", "?", EAST, (2017,), (0.0, 1.0))]) == []
