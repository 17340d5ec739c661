import datetime as dt
import itertools

import polars as pl
import pytest

from evidens.contracts import ContractError, Role, check_table, columns_with_role, schema_of
from evidens.events import EVENT_ORDER, Event, Person, Residence, keep_visible_before, sort_events, sort_rows

JAN = dt.datetime(2018, 1, 1)  # noqa: DTZ001 - the store has no time zones


def events(*rows):
    """Rows of person, days after January 1 it happened, days after that it was known, code, value."""
    columns = {name: [] for name in schema_of(Event)}
    for person, happened, known, code, value in rows:
        row = {
            "person_id": person, "event_at": JAN + dt.timedelta(happened), "known_at": JAN + dt.timedelta(known),
            "code": code, "value": value, "register": "lab", "delivery": "test",
        }  # fmt: skip
        for name in columns:
            columns[name].append(row.get(name))
    return pl.DataFrame(columns, schema=schema_of(Event))


def test_the_contract_takes_what_the_floor_plan_says():
    check_table(events((1, 0, 1, "NPU/NPU27300", 41.0)), Event, place="events")
    assert columns_with_role(Event, Role.PERSON) == ["person_id"]
    assert columns_with_role(Event, Role.EVENT_TIME) == ["event_at"]
    assert columns_with_role(Event, Role.KNOWN_TIME) == ["known_at"]
    assert columns_with_role(Person, Role.QUASI_IDENTIFIER) == ["sex", "born_on", "origin", "died_on"]


def test_nothing_is_known_before_it_happens():
    with pytest.raises(ContractError, match="known_no_earlier_than_it_happened"):
        check_table(events((1, 5, 4, "NPU/NPU27300", 41.0)), Event, place="events")


def test_the_order_is_total_so_it_does_not_depend_on_the_order_of_arrival():
    every = itertools.product((2, 1), (3, 0), (1, 0), ("B/1", "A/1"), (None, 2.0))
    rows = [(person, day, day + lag, code, value) for person, day, lag, code, value in every]
    forward, backward = sort_events(events(*rows)), sort_events(events(*reversed(rows)))
    assert forward.equals(backward)
    assert forward["person_id"].is_sorted()
    assert set(EVENT_ORDER) == set(forward.columns)


def test_rows_are_sorted_as_by_all_columns_missing_values_first():
    day, second = JAN.date(), dt.datetime(2018, 1, 1, 0, 0, 1)  # noqa: DTZ001
    every = list(
        itertools.product((None, 2019, 2018), (3, 1), (None, day), (second, JAN, None), (None, "b", "a"), (2.0, None))
    )
    schema = {
        "year": pl.Int32,
        "id": pl.Int64,
        "on": pl.Date,
        "at": pl.Datetime("us"),
        "text": pl.String,
        "x": pl.Float64,
    }
    rows = pl.DataFrame(every, schema=schema, orient="row").sample(fraction=1, shuffle=True, seed=1)
    first = ["year", "id", "on", "at", "text"]
    for n_first in range(1, len(first) + 1):
        assert sort_rows(rows, first[:n_first], rest=[*first[n_first:], "x"]).equals(rows.sort(*first, "x"))
    assert sort_rows(rows.clear(), first, rest=["x"]).is_empty()


@pytest.mark.parametrize(
    ("sampled", "answered", "is_visible"),
    [
        (-2, -1, True),
        (-1, 0, False),  # known at the very moment of the index: too late
        (-1, 1, False),  # taken before, answered after: no system could have used it
    ],
)
def test_an_event_is_visible_only_if_it_was_known_before_the_index(sampled, answered, is_visible):
    seen = keep_visible_before(events((1, sampled, answered, "NPU/NPU27300", 41.0)), pl.lit(JAN))
    assert seen.height == int(is_visible)


def spells(*rows):
    return pl.DataFrame(rows, schema=schema_of(Residence), orient="row")


def test_spells_that_touch_are_fine_and_spells_that_overlap_are_not():
    first, second, third = dt.date(2010, 1, 1), dt.date(2012, 1, 1), dt.date(2013, 1, 1)
    touching = spells((1, "81", first, second), (1, "82", second, None), (2, "81", first, None))
    assert check_table(touching, Residence, place="residence").equals(touching)
    for overlapping in (
        spells((1, "81", first, third), (1, "82", second, None)),
        spells((1, "81", first, None), (1, "82", second, third)),
    ):
        with pytest.raises(ContractError, match="spells_do_not_overlap"):
            check_table(overlapping, Residence, place="residence")
