"""Read the results of a laboratory database: digits, signs, words and units.

Each distinct text is read once, and the answer joined to the rows.
"""

from functools import cache
from pathlib import Path

import polars as pl

CANCELLED = "cancelled"
_DIGITS = r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)"
_SIGNS = {"<": "<", "<=": "<", "≤": "<", ">": ">", ">=": ">", "≥": ">", "=": "="}


def read_values(texts: pl.Series) -> pl.DataFrame:
    """Read each distinct value text as a number with a sign, or as a word.

    Parameters
    ----------
    texts : polars.Series of String
        Values as delivered, such as "5,4", "<3", ">90", "POSITIV".

    Returns
    -------
    polars.DataFrame
        value (the text), _number, _sign ("<", ">" or null) and _word (English meaning or null).

    Examples
    --------
    >>> read_values(pl.Series(["5,4", "< 3", "Positiv", "mislabelled"])).sort("value").rows()[:2]
    [('5,4', 5.4, None, None), ('< 3', 3.0, '<', None)]
    """
    distinct = pl.DataFrame({"value": texts.drop_nulls().unique()}, schema={"value": pl.String})
    parts = pl.col("value").str.extract_groups(rf"^\s*(?<sign>[<>≤≥=]=?)?\s*(?<digits>{_DIGITS})\s*$")
    folded = pl.col("value").str.to_uppercase().str.strip_chars().str.replace_all(r"\s+", " ")
    number = parts.struct.field("digits").str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    return distinct.select(
        "value", _number=number, _sign=read_signs(parts.struct.field("sign")),
        _word=folded.replace_strict(_words(), default=None, return_dtype=pl.String),
    )  # fmt: skip


def read_signs(column: pl.Expr) -> pl.Expr:
    """Return "<" or ">"; null where there is no sign, "=" counts as none, and "?" for any other text."""
    sign = column.str.strip_chars().replace_strict(_SIGNS, default="?", return_dtype=pl.String)
    none = column.is_null() | (sign == "=") | (column.str.strip_chars() == "")
    return pl.when(none).then(None).otherwise(sign)


def fold_unit(column: pl.Expr) -> pl.Expr:
    """Return a unit without the differences of spelling that mean nothing.

    >>> units = pl.DataFrame({"u": ["10^9/L", "x 10*9/l", "µmol/L"]})
    >>> units.select(fold_unit(pl.col("u")))["u"].to_list()
    ['109/l', '109/l', 'umol/l']
    """
    text = column.str.to_lowercase().str.replace_all("[\\s^*\u00d7]", "").str.replace_all("^x", "")
    return text.str.replace_all("[µμ]", "u").str.replace_all("²", "2").str.replace_all(",", ".", literal=True)


def read_units(pairs: pl.DataFrame) -> pl.DataFrame:
    """Judge each distinct pair of code and unit.

    Parameters
    ----------
    pairs : polars.DataFrame
        code and unit.

    Returns
    -------
    polars.DataFrame
        code, unit, `_is_listed` (the code's units are known), `_is_expected` (the unit is one of them),
        `_unit` (its usual spelling; as delivered where the code is not listed), `_low` and `_high`.
    """
    expected = _expected_units()
    needs_unit = ~pl.col("_folded").is_in(["-", "1"])
    limits = expected.select("code", "_low", "_high", "_usual", _needs_unit=needs_unit)
    limits = limits.unique("code", keep="first", maintain_order=True)
    spelled = expected.select("code", "_folded", _is_expected=pl.lit(True))
    distinct = pairs.unique(maintain_order=True).with_columns(_folded=fold_unit(pl.col("unit")))
    judged = distinct.join(limits, on="code", how="left").join(spelled, on=["code", "_folded"], how="left")
    is_listed = pl.col("_usual").is_not_null()
    without = pl.col("unit").is_null() & ~pl.col("_needs_unit").fill_null(True)
    is_expected = pl.col("_is_expected").fill_null(False) | without | ~is_listed
    return judged.select(
        "code", "unit", "_low", "_high", _is_listed=is_listed, _is_expected=is_expected,
        _unit=pl.when(is_listed).then("_usual").otherwise("unit"),
    )  # fmt: skip


@cache
def _words() -> dict[str, str]:
    table = pl.read_csv(Path(__file__).with_name("words.csv"), infer_schema=False)
    return dict(table.select("word", "meaning").iter_rows())


@cache
def _expected_units() -> pl.DataFrame:
    table = pl.read_csv(Path(__file__).with_name("units.csv"), infer_schema=False)
    units = pl.col("units").str.split("|")
    table = table.select(
        "code", _units=units, _usual=units.list.first(),
        _low=pl.col("low").cast(pl.Float64), _high=pl.col("high").cast(pl.Float64),
    )  # fmt: skip
    spelled = table.explode("_units").with_columns(_folded=fold_unit(pl.col("_units")))
    return spelled.unique(["code", "_folded"], keep="first", maintain_order=True).drop("_units")
