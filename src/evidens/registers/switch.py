"""What the change from LPR2 to LPR3 does to counts over time: rows jump, people diagnosed do not."""

from collections.abc import Mapping

import polars as pl

_CONTACTS = {  # table: system, start, action diagnosis
    "lpr_adm": ("LPR2", "d_inddto", "c_adiag"),
    "lpr_a_kontakt": ("LPR3", "kont_starttidspunkt", "adiag"),
    "kontakter": ("LPR3", "dato_start", "aktionsdiagnose"),
}
_SYSTEM = "lprindberetningssystem"


def count_contacts_by_month(tables: Mapping[tuple[str, str, int], pl.DataFrame]) -> pl.DataFrame:
    """Count the rows of hospital contacts that begin in each month.

    Parameters
    ----------
    tables : mapping of (register, table, year) to polars.DataFrame
        As emitted, with dates as dates. Rows of the older system inside LPR3 are left out.

    Returns
    -------
    polars.DataFrame
        register ('LPR2', 'LPR3'), month (its first day), n; sorted.
    """
    return _count(_contacts(tables), "1mo")


def count_first_diagnoses_by_quarter(tables: Mapping[tuple[str, str, int], pl.DataFrame], code: str) -> pl.DataFrame:
    """Count the people whose first contact for a diagnosis begins in each quarter, whichever system has it.

    Parameters
    ----------
    tables : mapping of (register, table, year) to polars.DataFrame
        As emitted.
    code : str
        First characters of the action diagnosis, with the Danish prefix.

    Returns
    -------
    polars.DataFrame
        register ('either'), month (the quarter's first day), n; sorted.
    """
    mine = _contacts(tables).filter(pl.col("code").str.starts_with(code))
    first = mine.group_by("pnr").agg(pl.col("day").min()).with_columns(register=pl.lit("either"))
    return _count(first, "1q")


def _contacts(tables: Mapping[tuple[str, str, int], pl.DataFrame]) -> pl.DataFrame:
    schema = {"pnr": pl.String, "register": pl.String, "day": pl.Date, "code": pl.String}
    parts = [pl.DataFrame(schema=schema)]
    for (_, table, _), frame in tables.items():
        if table in _CONTACTS:
            system, start, code = _CONTACTS[table]
            kept = frame.filter(pl.col(_SYSTEM) == system) if _SYSTEM in frame.columns else frame
            parts.append(
                kept.select(
                    "pnr",
                    register=pl.lit(system),
                    day=pl.col(start).cast(pl.Date),
                    code=pl.col(code).cast(pl.String),
                )
            )
    return pl.concat(parts).filter(pl.col("day").is_not_null())


def _count(contacts: pl.DataFrame, every: str) -> pl.DataFrame:
    counted = contacts.group_by("register", month=pl.col("day").dt.truncate(every)).agg(n=pl.len().cast(pl.Int64))
    return counted.sort("register", "month")
