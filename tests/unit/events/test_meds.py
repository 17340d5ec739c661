import datetime as dt
import itertools
import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.unit.events.small_store import DAY, LAB, LPR, as_events, event

from evidens.codes import CODE_SYSTEMS
from evidens.contracts import schema_of
from evidens.events import (
    Person,
    Residence,
    codes_schema,
    describe_codes,
    describe_dataset,
    from_meds,
    meds_schema,
    to_meds,
)
from evidens.events.meds import ORIGIN, REGION, SEX

ITS_SCHEMA = Path(__file__).parents[2] / "reference" / "data" / "meds_schema.json"
PERSONS = pl.DataFrame(
    [
        (10, "female", dt.date(1950, 2, 3), "danish", dt.date(2019, 6, 1)),
        (11, "male", dt.date(2019, 1, 1), "unknown", None),
        (12, "male", dt.date(1980, 5, 5), "western", None),
    ],
    schema=schema_of(Person),
    orient="row",
)
RESIDENCE = pl.DataFrame(
    [
        (10, "81", dt.date(2001, 1, 1), dt.date(2010, 1, 1)),
        (10, "84", dt.date(2010, 1, 1), None),
        (11, "85", dt.date(2019, 1, 1), None),
    ],
    schema=schema_of(Residence),
    orient="row",
)
NOTHING = (PERSONS.clear(), RESIDENCE.clear())


def test_what_is_exported_is_read_back_equal_in_every_value():
    events = as_events(*LAB, *LPR)
    back = from_meds(to_meds(events, PERSONS, RESIDENCE))
    assert_frame_equal(back.events, events)
    assert_frame_equal(back.persons, PERSONS)
    assert_frame_equal(back.residence, RESIDENCE)


def test_nothing_is_exported_as_nothing():
    rows = to_meds(as_events(), *NOTHING)
    assert rows.is_empty()
    assert all(frame.is_empty() for frame in from_meds(rows))


@pytest.mark.parametrize("value", [0.1, 41.0, -0.0, 1e300, 1e-300, np.pi, float("inf"), float("nan"), 16777217.0, None])
def test_every_value_of_64_bits_survives_32(value):
    events = as_events(event(1, 0, "NPU/NPU27300", value=value))
    rows = to_meds(events, *NOTHING)
    assert_frame_equal(from_meds(rows).events, events)
    if value == 41.0:
        assert (rows["numeric_value"].item(), rows["numeric_value_float64"].item()) == (41.0, None)
    if value == 1e300:
        assert rows["numeric_value"].item() is None  # no infinity that nobody measured


def test_any_events_survive_with_every_column_filled_or_not():
    columns = {
        "value": (None, 0.3),
        "operator": (None, "<"),
        "unit": (None, "g/L"),
        "text": (None, "æøå"),
        "end_at": (None, DAY + dt.timedelta(9)),
    }
    rows = [
        event(person, day, "NPU/NPU27300", **dict(zip(columns, values, strict=True)))
        for person, day, *values in itertools.product((3, -7), (0, 2), *columns.values())
    ]
    events = as_events(*rows, rows[0])  # and one twice
    assert_frame_equal(from_meds(to_meds(events, *NOTHING)).events, events)


def test_rows_of_a_subject_are_sorted_by_time_and_static_ones_come_first():
    rows = to_meds(as_events(*LAB, *LPR), PERSONS, RESIDENCE)
    assert rows["subject_id"].is_sorted()
    for (_,), own in rows.group_by("subject_id"):
        assert own["time"].is_sorted()
        assert own["code"][0].startswith(ORIGIN)
        assert own["code"][1].startswith(SEX)
        assert own["time"].null_count() == 2
    born = rows.filter(code="MEDS_BIRTH")
    assert born["time"].dt.date().to_list() == PERSONS["born_on"].to_list()
    assert rows.filter(code="MEDS_DEATH")["subject_id"].to_list() == [10]


def test_no_code_system_has_a_prefix_of_ours():
    assert not {name + "/" for name in CODE_SYSTEMS} & {SEX, ORIGIN, REGION}


def test_every_code_is_described_and_stands_below_its_parent():
    codes = describe_codes(to_meds(as_events(*LAB, *LPR), PERSONS, RESIDENCE)["code"])
    rows = {code: (description, parents) for code, description, parents in codes.iter_rows()}
    assert rows["ICD10/DE119"] == (None, ["ICD10/DE11"])
    assert rows["MEDS_BIRTH"] == ("Born", [])
    assert rows["REGION/84"][0] == "Lived in this region until end_at: 84"
    assert rows["NPU/NPU27300"] == (None, [])
    assert list(rows) == sorted(rows)


def test_the_schema_is_that_of_meds_with_columns_of_ours_behind():
    """Against what the package `meds` says of itself: tests/reference/make_meds_schema.py wrote it down."""
    theirs = json.loads(ITS_SCHEMA.read_text())
    assert theirs["version"] == describe_dataset(name="", version="", etl_version="")["meds_version"]
    for schema, known in ((meds_schema(), theirs["DataSchema"]), (codes_schema(), theirs["CodeMetadataSchema"])):
        assert {one.name: str(one.type) for one in schema if one.name in known} == known


def test_every_column_of_ours_is_named_in_the_metadata_under_what_it_is():
    said = describe_dataset(name="small", version="1", etl_version="0")
    theirs = json.loads(ITS_SCHEMA.read_text())
    assert set(said) <= set(theirs["DatasetMetadataSchema"])
    extra = set(meds_schema().names) - set(theirs["DataSchema"])
    named = [name for key in said if key.endswith("_columns") for name in said[key]]
    assert sorted(named) == sorted(extra)
