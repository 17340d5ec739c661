"""Random histories, most events on or next to a boundary of a window."""

import datetime as dt

import polars as pl
from hypothesis import strategies as st
from tests.unit.features.small_tables import COLUMNS, DAY, INDEX, MEMBER, US

CODES = (
    "NPU/NPU27300", "NPU/NPU03835", "NPU/NPU02319", "NPU/NPU99999", "ATC/C10AA01", "ATC/C10AA05", "ATC/A10BA02",
    "ATC/B03AA07", "ICD10/DI10", "ICD10/DI109A", "ICD10/DE119", "ICD10/DC189", "ICD10/DC780", "ICD10/DK703",
    "ICD10/DK704", "ICD10/DE105", "ICD10/DE109", "CONTACT/inpatient", "CONTACT/emergency", "SKS/KJFB20",
)  # fmt: skip
INDEXES = (INDEX, INDEX + DAY, INDEX - 90 * DAY, dt.datetime(2017, 6, 1, 13, 30), dt.datetime(2016, 2, 29))  # noqa: DTZ001
OFFSETS = st.sampled_from((0, 1, 2, 89, 90, 91, 364, 365, 366, 800, 1824, 1825, 1826, 4000, -1, -30))
NUDGES = st.sampled_from((-1, 0, 0, 0, 1, 43_200_000_000))
DELAYS = st.sampled_from((0, 0, 1, 86_400_000_000, 90 * 86_400_000_000))
LENGTHS = st.sampled_from((None, None, 0, 1, 2, 30, 400))
VALUES = st.integers(0, 500_000).map(lambda x: x / 1000) | st.sampled_from((None, float("nan"), 5e9, -3.0, 0.0005))


@st.composite
def histories(draw) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Members, up to four people with up to three index moments each, and 30 to 70 events, most of them theirs."""
    people = draw(st.lists(st.integers(1, 9), unique=True, min_size=1, max_size=4))
    index_of = {
        person: draw(st.lists(st.sampled_from(INDEXES), unique=True, min_size=1, max_size=3)) for person in people
    }
    sex, origin = draw(st.sampled_from(("female", "male"))), draw(st.sampled_from(("danish", "western")))
    rows = [
        MEMBER | {"person_id": p, "index_at": at, "sex": sex, "origin": origin}
        for p, own in index_of.items()
        for at in own
    ]
    members = pl.DataFrame(rows, schema_overrides={"age": pl.Int16, "index_at": pl.Datetime("us")})
    events = [draw_event(draw, index_of) for _ in range(draw(st.sampled_from((30, 50, 70))))]
    return members.sort("person_id", "index_at"), pl.DataFrame(events, orient="row", schema=COLUMNS)


def draw_event(draw, index_of: dict) -> tuple:
    """One event at a boundary of a window before (or after) an index of its person."""
    person = draw(st.sampled_from((*index_of, *index_of, 10)))  # 10 is nobody's number
    at = draw(st.sampled_from(index_of.get(person, INDEXES))) - draw(OFFSETS) * DAY + draw(NUDGES) * US
    length = draw(LENGTHS)
    end = None if length is None else at + length * DAY
    return person, at, at + draw(DELAYS) * US, draw(st.sampled_from(CODES)), draw(VALUES), end
