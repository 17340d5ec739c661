"""The cohort task with the general declarations of evidens, bucket by bucket.

Usage: python -m benchmarks.task.cohort_ours DATA OUT
"""

import datetime as dt
import sys
from pathlib import Path

import polars as pl

from benchmarks.peers.cohort_definition import CONTACT, DAYS, OUTCOME
from evidens.codes import CodeList
from evidens.cohort import CohortSettings, EventLandmark, HistoryRule, build_cohort
from evidens.events import BucketEvents
from evidens.foundation import Horizon
from evidens.phenotypes import Phenotype, PhenotypeSettings, Qualifier

FIRST_CONTACT = EventLandmark(
    (CONTACT,), dt.date(2005, 1, 1), dt.date(2019, 12, 31), at="event", which="first", per="record"
)
SETTINGS = CohortSettings(
    landmark=FIRST_CONTACT, min_age=0, max_age=150, data_from_on=dt.date(2004, 1, 1), lookback_days=DAYS,
    min_residence_days=0, history=(HistoryRule("nothing in the year before", DAYS, at_least=1),), washout_days=0,
    confirm_lag_days=0,
)  # fmt: skip


def make_phenotype() -> Phenotype:
    """Say what the outcome is: one diagnosis, which may come again."""
    system, code = OUTCOME.split("/")
    entry = {"system": system, "code": code, "match": "exact", "group": "outcome", "description": "", "source": "task"}
    codes = CodeList.of(pl.DataFrame([entry]), place="task")
    settings = PhenotypeSettings("task", "1", "task", 1, (Qualifier("outcome"),), recurs=True)
    return Phenotype("task", settings, codes, codes)


def main() -> None:
    """Answer bucket by bucket."""
    store, out = Path(sys.argv[1]) / "events-one", Path(sys.argv[2])
    out.mkdir(parents=True)
    phenotype = make_phenotype()
    for path in sorted((store / "persons").glob("*.parquet")):
        part = build_cohort(
            BucketEvents(tuple(sorted((store / "events").glob(f"*/{path.name}")))),
            pl.read_parquet(path), pl.read_parquet(store / "residence" / path.name),
            phenotype=phenotype, settings=SETTINGS, horizon=Horizon(DAYS), data_lock_on=dt.date(2022, 12, 31),
        )  # fmt: skip
        is_event = pl.col("status") == "event"
        part.cohort.select(subject_id="person_id", index_time="index_at", outcome=is_event).write_parquet(
            out / path.name
        )


if __name__ == "__main__":
    main()
