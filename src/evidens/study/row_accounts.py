"""Accounts of rows as they are noted beside what was written, and as they are told."""

from collections.abc import Sequence

import polars as pl

from evidens.contracts import RowAccount, schema_of
from evidens.study.study import Study


def as_account(rows: Sequence[Sequence[object]]) -> pl.DataFrame:
    """Return the rows of an account, as notes keep them, as a frame of contract `contracts.evidence:RowAccount`."""
    return pl.DataFrame(rows, schema=schema_of(RowAccount), orient="row")


def report_account(study: Study, account: pl.DataFrame) -> pl.DataFrame:
    """Say per table how many rows came and went, and return the account."""
    by_fate = account.group_by("table", "fate").agg(pl.col("n_rows").sum())
    for table in sorted(set(account["table"])):
        rows = dict(by_fate.filter(table=table).select("fate", "n_rows").iter_rows())
        study.log.say(f"{table}: {rows.get('in', 0):,} rows in = {rows.get('kept', 0):,} kept + "
                      f"{rows.get('dropped', 0):,} dropped + {rows.get('quarantined', 0):,} quarantined")  # fmt: skip
    return account
