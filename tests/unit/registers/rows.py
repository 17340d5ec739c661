"""Small pseudonymised tables, drawn as lists of rows, and the settings they are taken in with."""

import datetime as dt
from pathlib import Path

import polars as pl
import yaml

from evidens.foundation import build_settings
from evidens.registers import TABLES, BucketIntake, RegisterSettings, intake_bucket, pseudonymised_schema

LOCK = dt.date(2025, 6, 30)
_CONF = Path(__file__).parents[3] / "conf" / "registers" / "default.yaml"
SETTINGS = build_settings(RegisterSettings, yaml.safe_load(_CONF.read_text()), place="conf/registers/default.yaml")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def table(name: str, *rows: dict) -> pl.DataFrame:
    """Rows of the pseudonymised table `name`; dates and times as text, what is not given is null."""
    schema = pseudonymised_schema(TABLES[name])
    read = {pl.Date: day, pl.Datetime: moment, pl.Time: dt.time.fromisoformat}
    full = []
    for row in rows:
        assert set(row) <= set(schema), set(row) - set(schema)
        full.append([
            read[type(dtype)](row[column]) if type(dtype) in read and row.get(column) is not None else row.get(column)
            for column, dtype in schema.items()
        ])  # fmt: skip
    return pl.DataFrame(full, schema=schema, orient="row")


def bef(person: int, *years: int, **values: str) -> list[dict]:
    """Snapshots of a person on 31 December of each year; a woman of Danish origin in region 84 by default."""
    row = {"sex": "2", "born_on": "1950-05-05", "region": "84", "origin_type": "1", "country": "5100"} | values
    return [{"person_id": person, "snapshot_on": f"{year}-12-31"} | row for year in years]


RESIDENTS = table("bef", *(row for person in (1, 2, 3) for row in bef(person, *range(2005, 2025))))


def take_in(settings: RegisterSettings = SETTINGS, **tables: pl.DataFrame) -> BucketIntake:
    """Take in tables of people 1, 2 and 3, who have lived in region 84 throughout."""
    return intake_bucket({"bef": RESIDENTS} | tables, settings, delivery="test", data_lock_on=LOCK)


def fates(intake: BucketIntake, name: str) -> dict[str, int]:
    """What became of the rows of one table: kept, and each rule with its rows."""
    account = intake.account.filter(table=name).filter(pl.col("fate") != "in")
    return {rule or fate: n for fate, rule, n in account.select("fate", "rule", "n_rows").iter_rows() if n}
