"""The year of a file: yearly registers have no year of their own in their rows, only their files do."""

import re
from pathlib import PurePath

import polars as pl

from evidens.registers.contract import RegisterTable
from evidens.registers.schemas import find_delivered

_YEAR = re.compile(r"(?:19|20)\d{2}")


def add_year_of_file(frame: pl.DataFrame, table: RegisterTable, file: str) -> pl.DataFrame:
    """Add the year of the file's name where the table needs a year and the file has none.

    Parameters
    ----------
    frame : polars.DataFrame
        As delivered.
    table : RegisterTable
        Its contract; has a logical column `year` or nothing is added.
    file : str
        Path or name, such as `udda/udda201809.sas7bdat`.

    Examples
    --------
    >>> from evidens.registers import TABLES
    >>> frame = pl.DataFrame({"pnr": ["1"], "hfaudd": ["4112"]})
    >>> add_year_of_file(frame, TABLES["udda"], "udda/udda201809.parquet")["year"].to_list()
    [2018]
    """
    needs_year = any(column.name == "year" for column in table.columns)
    if not needs_year or "year" in find_delivered(frame.columns, table):
        return frame
    found = _YEAR.search(PurePath(file).stem)
    return frame if found is None else frame.with_columns(year=pl.lit(int(found.group()), dtype=pl.Int64))
