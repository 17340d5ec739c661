"""Whole cohorts against dictionaries and loops: who is in, since when, and what happened first."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.unit.cohort.histories import events, persons, residence

from evidens.cohort import (
    CalendarLandmark,
    CohortSettings,
    DischargeLandmark,
    EventLandmark,
    RandomLandmark,
    build_cohort,
)
from evidens.cohort.indices import find_indices
from evidens.events import BucketEvents
from evidens.foundation import Horizon
from evidens.phenotypes import AdmissionSettings, load_phenotype

DAY, TICK = dt.timedelta(days=1), dt.timedelta(microseconds=1)
EVER_BEFORE, EVER_AFTER = (dt.datetime.fromisoformat(on) for on in ("1900-01-01", "2100-01-01"))
START, PEOPLE, HORIZON, LAG = dt.datetime.fromisoformat("2017-06-01"), 30, 40, 20
LOCK = dt.date(2018, 9, 30)
FROM, TO = dt.date(2017, 9, 1), dt.date(2018, 12, 31)
DIED = dt.date(2018, 6, 15)  # every second of them, on one day
BASE = CohortSettings(
    landmark=CalendarLandmark((2018,), month=5, day=20), min_age=40, max_age=84, data_from_on=dt.date(2017, 6, 1),
    lookback_days=60, min_residence_days=0, confirm_lag_days=LAG,
)  # fmt: skip
LANDMARKS = {
    "calendar": BASE.landmark,
    "random": RandomLandmark(FROM, TO, salt="s"),
    "event": EventLandmark(("NPU/NPU02319",), FROM, TO),
    "discharge": DischargeLandmark(FROM, TO, AdmissionSettings(urgency="any", min_hours=0, somatic_only=False)),
}


def draw_events(rng: np.random.Generator) -> pl.DataFrame:
    """Blood counts, diagnoses of two kinds, dispensings and stays, often at midnight, some known late."""
    kinds = [("NPU/NPU02319", None), ("ICD10/DE119", "A"), ("ICD10/DE119", "H"), ("ATC/A10BA02", None),
             ("ATC/A10BJ06", None), ("ICD10/DC187", "B"), ("CONTACT/inpatient", "acute")]  # fmt: skip
    rows = []
    for person in range(1, PEOPLE + 1):
        for _ in range(rng.integers(1, 12)):
            code, text = kinds[rng.integers(len(kinds))]
            at = START + DAY * int(rng.integers(480)) + dt.timedelta(hours=int(rng.choice([0, 10])))
            known = at + DAY * int(rng.choice([0, 1, 90]))
            row = {"person": person, "at": at.isoformat(), "known": known.isoformat(), "code": code, "text": text}
            is_stay = code == "CONTACT/inpatient"
            rows.append(row | ({"end": (at + DAY * int(rng.integers(1, 9))).isoformat()} if is_stay else {}))
    return events(*rows)


def counts(name: str, code: str, text: str | None) -> str | None:
    """The kind of a qualifying event, or None."""
    if name == "colorectal_cancer":
        return "diagnosis" if code.startswith("ICD10/DC18") and text in ("A", "B") else None
    if code.startswith("ICD10/DE11"):
        return "diagnosis" if text in ("A", "B") else None
    return "dispensing" if code == "ATC/A10BA02" else None


def find_nth(rows: list[tuple], n: int) -> dt.datetime | None:
    """The time of the n-th event; for n = 2 one kind on one day counts once."""
    if n == 1:
        return min((at for at, _, _ in rows), default=None)
    first: dict[tuple, dt.datetime] = {}
    for at, _, kind in sorted(rows):
        first.setdefault((at.date(), kind), at)
    return sorted(first.values())[n - 1] if len(first) >= n else None


def judge(
    name: str, rows: list[tuple], index: dt.datetime, settings: CohortSettings, *, is_moment: bool, dies: bool
) -> tuple | None:
    """Status and days at one index, or None for who does not enter."""
    n, on = {"colorectal_cancer": 1, "type_2_diabetes": 2}[name], index.date()
    if not settings.data_from_on + 60 * DAY <= on or on + (HORIZON + LAG) * DAY > LOCK or (dies and on >= DIED):
        return None
    closes = index + (TICK if is_moment else DAY)
    blank = max(closes, index + dt.timedelta(hours=settings.blanking_hours))
    since = EVER_BEFORE if settings.washout_days is None else index - settings.washout_days * DAY
    since = blank if settings.washout_days == 0 else since
    told = dt.datetime.combine(on, dt.time()) + (HORIZON + LAG + 1) * DAY if settings.as_known else EVER_AFTER
    asked = index if settings.as_known else EVER_AFTER
    later = [row for row in rows if row[0] >= since and row[1] < told]
    outcome = find_nth(later, n)
    if settings.washout_days != 0:
        if any(since <= at < index and known < asked for at, known, _ in rows):
            return None
        if any(index <= at < closes for at, _, _ in later) or (outcome and outcome < blank):
            return None
    ends = index + HORIZON * DAY + (dt.timedelta() if is_moment else DAY - TICK)
    death = (DIED - on).days if dies else HORIZON + 1
    if outcome and outcome <= ends and (outcome.date() - on).days <= min(death, HORIZON):
        days = -((index - outcome) // DAY) if is_moment else (outcome.date() - on).days
        return "event", max(1, min(days, HORIZON))
    return ("death", death) if death <= HORIZON else ("event_free", HORIZON)


@pytest.mark.parametrize("name", ["colorectal_cancer", "type_2_diabetes"])
@pytest.mark.parametrize("kind", LANDMARKS)
@pytest.mark.parametrize(
    "change",
    [{}, {"washout_days": 100}, {"washout_days": 0}, {"blanking_hours": 100}, {"as_known": True},
     {"washout_days": 0, "blanking_hours": 100}, {"washout_days": 100, "as_known": True, "blanking_hours": 50}],
    ids=str,
)  # fmt: skip
def test_a_cohort_is_what_loops_say(name: str, kind: str, change: dict) -> None:
    settings, is_moment = replace(BASE, landmark=LANDMARKS[kind], **change), kind in ("event", "discharge")
    seen: set[str] = set()
    lives = pl.concat([persons(*range(1, PEOPLE, 2), died=DIED.isoformat()), persons(*range(2, PEOPLE + 1, 2))])
    for seed in range(6):
        frame = draw_events(np.random.default_rng(seed))
        part = build_cohort(
            BucketEvents.of(frame), lives, residence(*range(1, PEOPLE + 1)), phenotype=load_phenotype(name),
            settings=settings, horizon=Horizon(HORIZON), data_lock_on=LOCK,
        )  # fmt: skip
        expected = []
        for person, index in find_indices(lives, frame, settings.landmark).rows():
            mine = frame.filter(person_id=person).select("event_at", "known_at", "code", "text").rows()
            rows = [(at, known, kind) for at, known, code, text in mine if (kind := counts(name, code, text))]
            if verdict := judge(name, rows, index, settings, is_moment=is_moment, dies=person % 2 == 1):
                expected.append((person, index, *verdict))
        assert part.cohort.select("person_id", "index_at", "status", "followup_days").rows() == expected
        seen |= {row[2] for row in expected}
    assert "event_free" in seen
    assert change or name != "colorectal_cancer" or {"event", "death"} <= seen
