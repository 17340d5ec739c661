from dataclasses import replace

import polars as pl
import pytest
from tests.unit.events.small_store import KEY, LAB, LPR, N_BUCKETS, as_events, event, make_store

from evidens.events import Manifest, describe_events, describe_run, read_manifest, run_path


@pytest.fixture
def folder(tmp_path):
    return make_store(tmp_path / "events")


def described(folder, minimum):
    return describe_events(read_manifest(folder), folder, minimum=minimum)


def test_rows_people_codes_and_months_of_every_segment(folder):
    facts = described(folder, minimum=1)
    lab, lpr = facts.segments
    assert (lab.name, lab.rows, lab.people, lab.codes, lab.first, lab.last) == (
        "lab-2019",
        4,
        3,
        3,
        "2019-01",
        "2019-01",
    )
    assert (lpr.name, lpr.rows, lpr.people, lpr.codes) == ("lpr2", 2, 2, 2)
    assert (facts.total.rows, facts.total.people, facts.total.codes) == (6, 3, 5)  # 10 and 11 are in both
    assert facts.total.size == sum(path.stat().st_size for path in folder.rglob("*.parquet"))
    assert set(lab.column_bits) == set(as_events(*LAB).columns)
    assert lab.column_bits["person_id"] > 0


def test_of_a_segment_of_few_people_only_its_name_is_told(folder):
    facts = described(folder, minimum=3)
    assert [one.name for one in facts.segments] == ["lab-2019"]
    assert facts.hidden == ("lpr2",)
    assert facts.total == replace(facts.segments[0], name="all")  # no difference gives lpr2 away


def test_months_of_few_people_are_no_first_and_last_month(tmp_path):
    rows = [event(person, 40, "A/1") for person in (1, 3, 5)]
    path = run_path(tmp_path, "lab-2019", 1)
    path.parent.mkdir()
    as_events(event(1, -400, "A/1"), *rows, event(5, 700, "A/1")).write_parquet(path)
    manifest = Manifest(N_BUCKETS, KEY).with_runs("lab-2019", {1: describe_run(path)})
    (told,) = describe_events(manifest, tmp_path, minimum=3).segments
    assert (told.first, told.last) == ("2019-02", "2019-02")


def test_a_few_people_in_several_segments_are_no_more_than_a_few(tmp_path):
    """Three people, each in two segments in one early month: neither a segment nor the whole tells of it."""
    manifest = Manifest(N_BUCKETS, KEY)
    for segment in ("lmdb-2019", "lpr2"):
        path = run_path(tmp_path, segment, 1)
        path.parent.mkdir()
        early = [event(person, -400, "A/1") for person in (1, 3)]
        as_events(*early, *(event(person, 40, "A/1") for person in (1, 3, 5))).write_parquet(path)
        manifest = manifest.with_runs(segment, {1: describe_run(path)})
    facts = describe_events(manifest, tmp_path, minimum=3)
    assert {(told.first, told.last) for told in (*facts.segments, facts.total)} == {("2019-02", "2019-02")}


def test_people_of_all_are_not_told_where_a_few_are_in_no_other_segment(folder):
    """Three people have a laboratory result and two of them a contact: the difference would tell of one."""
    assert described(folder, minimum=2).total.people is None
    assert described(folder, minimum=1).total.people == 3


def test_an_empty_store_is_described(tmp_path):
    facts = describe_events(Manifest(N_BUCKETS, KEY), tmp_path, minimum=5)
    assert (facts.segments, facts.total.rows, facts.total.first) == ((), 0, None)


def test_an_empty_run_is_described(tmp_path):
    path = run_path(tmp_path, "lab-2019", 0)
    path.parent.mkdir()
    as_events(*LPR).clear().write_parquet(path)
    manifest = Manifest(N_BUCKETS, KEY).with_runs("lab-2019", {0: describe_run(path)})
    assert describe_events(manifest, tmp_path, minimum=5).hidden == ("lab-2019",)
    assert pl.read_parquet(path).is_empty()
