"""The numbered table of defects that a delivery can have, and the log of those that were planted."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import polars as pl

from evidens.contracts.schema import dy

Planted = Literal["rows added", "rows changed", "files", "people", "never"]
Fate = Literal["quarantined", "dropped", "repaired", "kept", "refused"]


@dataclass(frozen=True)
class DefectEntry:
    """One row of `defects.csv`.

    Parameters
    ----------
    id, name : str
        Number and name; names of row defects are those of `simulation.delivered.DEFECTS`.
    what : str
        What is wrong.
    where : str
        Which tables can have it.
    planted : str
        "rows added" to and "rows changed" in a table at a rate; whole "files", by settings of the delivery;
        "people", by the world itself; "never": the delivery would be refused.
    fate : str
        What becomes of such a row; "refused" is the whole delivery.
    stage : str
        Where the rule applies: "pseudonymise", "intake", or empty.
    rule : str
        The rule that drops or quarantines it, as the account of rows names it.
    trap : str
        Number of the trap in the registers' reference, if it has one.
    """

    id: str
    name: str
    what: str
    where: str
    planted: Planted
    fate: Fate
    stage: str
    rule: str
    trap: str


class TruthDefect(dy.Schema):
    """Rows of one file of one shard that have a planted defect."""

    register = dy.String()
    table = dy.String()
    year = dy.Int32()
    defect = dy.String()  # name in defects.csv
    fate = dy.String(check=lambda c: c.is_in(["quarantined", "dropped", "repaired", "kept"]))
    stage = dy.String()  # of the account of rows; empty where a row is kept or repaired
    rule = dy.String()  # of the account of rows; empty where a row is kept or repaired
    n_rows = dy.Int64(min=1)


@cache
def defect_table() -> dict[str, DefectEntry]:
    """Return the table of defects by name, in the order of their numbers."""
    rows = pl.read_csv(Path(__file__).with_name("defects.csv"), infer_schema=False).fill_null("")
    return {row["name"]: DefectEntry(**row) for row in rows.iter_rows(named=True)}
