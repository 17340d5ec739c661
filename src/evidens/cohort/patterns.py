"""Codes as settings write them: `NPU/NPU02319`, or the beginning of codes as in `SKS/KUJF32*`."""

from collections.abc import Sequence

import polars as pl

from evidens.codes import CodeList, CodeListError


def read_patterns(patterns: Sequence[str]) -> CodeList:
    """Make a code list of codes and beginnings of codes.

    Parameters
    ----------
    patterns : sequence of str
        `<system>/<code>`, or `<system>/<beginning>*`.

    Raises
    ------
    ValueError
        Naming what is no code, for settings to say where.

    Examples
    --------
    >>> codes = read_patterns(["NPU/NPU02319", "SKS/KUJF32*"])
    >>> codes.code_groups(pl.Series(["NPU/NPU02319", "SKS/KUJF32A", "SKS/KUJF42"]))["code"].to_list()
    ['NPU/NPU02319', 'SKS/KUJF32A']
    """
    rows = [_read(pattern) for pattern in patterns]
    columns = ("system", "code", "match", "group", "description", "source")
    try:
        entries = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
        return CodeList.of(entries, place="codes")
    except CodeListError as error:
        raise ValueError("; ".join(f"{fault.finding} {fault.remedy}" for fault in error.faults)) from error


def _read(pattern: str) -> tuple[str, ...]:
    system, slash, code = pattern.partition("/")
    if not slash:
        raise ValueError(f"'{pattern}' names no system; write <system>/<code>, such as NPU/NPU02319")
    match = "prefix" if code.endswith("*") else "exact"
    return system, code.removesuffix("*"), match, "named", pattern, "settings"
