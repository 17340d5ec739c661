"""Seeded random events for the feature task; nothing in them comes from a person.

Per person about 100 events (gamma distributed) in 15 years from 2005 on; 1,000 codes by Zipf's law, a third of them
numeric laboratory tests with a time of day, the rest at midnight, so that the bounds of windows are hit often; half of
the tests share the moment of the test before. One index time per person, or ten, at midnights of 2011 to 2018.

Usage: python -m benchmarks.task.generate FOLDER [--people 20000] [--dates 1 10]
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.task.definition import DAY_US, EVENTS_PER_PERSON, N_GROUPS, PEOPLE_PER_SHARD

SEED, N_CODES, N_DAYS = 20261123, 1000, 5478
FIRST_DAY, FIRST_INDEX, INDEX_DAYS = (
    int(np.datetime64("2005-01-01", "D").astype(int)),
    int(np.datetime64("2011-01-01", "D").astype(int)),
    2922,
)
MOMENT = pl.Datetime("us")


def describe_codes() -> pl.DataFrame:
    """Describe the codes, most frequent first: name, whether numeric, probability."""
    rank = np.arange(N_CODES)
    kind = np.where(rank % 3 < 2, rank % 3, np.where(rank % 6 == 2, 2, 3))
    names = [name_code(int(r), int(k)) for r, k in zip(rank, kind, strict=True)]
    frequency = 1.0 / (rank + 1.0)
    return pl.DataFrame({"code": names, "is_numeric": kind == 0, "probability": frequency / frequency.sum()})


def name_code(rank: int, kind: int) -> str:
    """Name a code: a laboratory test, a drug, a diagnosis or a contact, in forms that the event store knows.

    >>> [name_code(11, kind) for kind in range(4)]
    ['NPU/NPU27011', 'ATC/N00AX11', 'ICD10/DF011', 'SKS/AAF011']
    """
    forms = ("NPU/NPU{0:05d}", "ATC/N{1:02d}AX{2:02d}", "ICD10/DF{3:03d}", "SKS/AAF{3:03d}")
    return forms[kind].format(27000 + rank, rank // 100, rank % 100, rank)


def draw_events(people: np.ndarray, codes: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Draw the events of the people of one shard, sorted by person and time; first each one's sex, without a time."""
    weight = rng.gamma(0.8, 1.0, people.size) + 1e-3
    n_each = rng.multinomial(people.size * EVENTS_PER_PERSON, weight / weight.sum())
    person = np.repeat(people, n_each)
    steps = np.cumsum(codes["probability"].to_numpy())
    code = np.minimum(np.searchsorted(steps, rng.random(person.size), side="right"), N_CODES - 1)
    is_test = codes["is_numeric"].to_numpy()[code]
    at = (FIRST_DAY + rng.integers(0, N_DAYS, person.size)) * DAY_US
    at += np.where(is_test, rng.integers(7 * 60, 17 * 60, person.size) * 60_000_000, 0)
    order = np.lexsort((code, at, person))
    person, code, is_test, at = (column[order] for column in (person, code, is_test, at))
    follows = (person[1:] == person[:-1]) & is_test[1:] & is_test[:-1] & (rng.random(person.size - 1) < 0.5)
    at[1:][follows] = at[:-1][follows]
    value = np.round(rng.lognormal(3.0, 0.6, person.size), 1).astype(np.float32)
    events = pl.DataFrame(
        {
            "subject_id": person,
            "time": pl.Series(at).cast(MOMENT),
            "code": codes["code"].gather(code.astype(np.uint32)),
            "numeric_value": pl.Series(np.where(is_test, value, np.nan).astype(np.float32)).fill_nan(None),
        }
    )
    sexes = pl.DataFrame(
        {
            "subject_id": people,
            "time": pl.Series([None] * people.size, dtype=MOMENT),
            "code": np.where(rng.random(people.size) < 0.5, "SEX//F", "SEX//M"),
            "numeric_value": pl.Series([None] * people.size, dtype=pl.Float32),
        }
    )
    return pl.concat([sexes, events]).sort("subject_id", "time", "code", nulls_last=False, maintain_order=True)


def draw_index(people: np.ndarray, dates: int, rng: np.random.Generator) -> pl.DataFrame:
    """Draw so many different index times for each person, as MEDS labels sorted by person and time."""
    days = np.sort(rng.integers(0, INDEX_DAYS - dates + 1, (people.size, dates)), axis=1) + np.arange(dates)
    return pl.DataFrame(
        {
            "subject_id": np.repeat(people, dates),
            "prediction_time": pl.Series(((FIRST_INDEX + days) * DAY_US).ravel()).cast(MOMENT),
            "boolean_value": rng.random(days.size) < 0.05,
        }
    )


def generate(folder: Path, *, people: int, dates: tuple[int, ...] = (1, 10)) -> None:
    """Write events, index times and the 60 likeliest codes to `folder`, in shards of at most 10,000 people."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "meds").mkdir(parents=True)
    codes, first_id = describe_codes(), 0
    for shard, start in enumerate(range(0, people, PEOPLE_PER_SHARD)):
        rng = np.random.default_rng([SEED, people, shard])
        ids = first_id + np.cumsum(rng.integers(1, 1000, min(PEOPLE_PER_SHARD, people - start)))
        first_id = int(ids[-1])
        events = draw_events(ids, codes, rng)
        events.write_parquet(folder / "meds" / f"{shard:04d}.parquet", row_group_size=262_144)
        for n in dates:
            place = folder / f"index-{n}" / f"{shard:04d}.parquet"
            place.parent.mkdir(exist_ok=True)
            draw_index(ids, n, np.random.default_rng([SEED, people, shard, n])).write_parquet(place)
    groups = codes.head(N_GROUPS).with_row_index("g").select(pl.col("g").cast(pl.Int16), "code", "is_numeric")
    groups.write_parquet(folder / "groups.parquet")
    size = {"people": people, "events": people * EVENTS_PER_PERSON, "dates": list(dates)}
    (folder / "size.json").write_text(json.dumps(size))


def main() -> None:
    """Generate what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--dates", type=int, nargs="+", default=[1, 10])
    options = parser.parse_args()
    generate(options.folder, people=options.people, dates=tuple(options.dates))


if __name__ == "__main__":
    main()
