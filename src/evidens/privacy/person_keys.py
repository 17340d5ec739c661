"""The shape of a person's key before pseudonymisation, and what is wrong with one that has another.

The check digit is never a reason to refuse: numbers without a valid one have been issued since 2007,
most to people registered as born on 1 January, and refusing them would remove mainly immigrants.
"""

from typing import Literal

import polars as pl

# Day 61-91: the synthetic numbers of this project, which nobody can have; in real registers such days
# stand in numbers that were made up for want of the right one.
_REST = "(?:0[1-9]|1[0-2])[0-9]{6}"
CPR_SHAPE = f"^(?:0[1-9]|[12][0-9]|3[01]){_REST}$"
SYNTHETIC_CPR_SHAPE = f"^(?:6[1-9]|[78][0-9]|9[01]){_REST}$"
REPLACEMENT_SHAPE = "^[0-9]{6}[0-9A-Z]{4}$"
PROJECT_SHAPE = "^[0-9]{12}$"

NO_KEY = "no person key"
NO_SHAPE = "person key without the shape of one"
REPLACEMENT = "replacement number"
LIVING = "number that a living person could have, in a simulated delivery"

PersonKey = Literal["cpr", "project"]


def normalise_person_key(column: pl.Expr, kind: PersonKey) -> pl.Expr:
    """Text without hyphen and blanks, with the leading zeros put back that a number column loses.

    Parameters
    ----------
    column : polars.Expr of String
        As delivered.
    kind : str
        "cpr" has ten characters, "project" twelve. One zero can be lost from the first, all from
        the second.

    Examples
    --------
    >>> frame = pl.DataFrame({"k": ["680270-1234", "161801234", " "]})
    >>> frame.select(normalise_person_key(pl.col("k"), "cpr"))["k"].to_list()
    ['6802701234', '0161801234', None]
    """
    text = column.str.strip_chars().str.replace("-", "", literal=True).str.to_uppercase()
    if kind == "cpr":
        padded = pl.when(text.str.contains("^[0-9]{9}$")).then(text.str.zfill(10)).otherwise(text)
    else:
        padded = pl.when(text.str.contains("^[0-9]{1,11}$")).then(text.str.zfill(12)).otherwise(text)
    return pl.when(text.str.len_chars() > 0).then(padded)


def person_key_fault(column: pl.Expr, kind: PersonKey, *, simulated: bool) -> pl.Expr:
    """Why a normalised key cannot become a pseudonym; null where it can.

    Parameters
    ----------
    column : polars.Expr of String
        Keys from `normalise_person_key`.
    kind : str
        "cpr" or "project".
    simulated : bool
        Whether the delivery is simulated. Its pseudonyms can be undone by anyone, so a number that a
        living person could have gets none.
    """
    good, other = (SYNTHETIC_CPR_SHAPE, CPR_SHAPE) if simulated else (CPR_SHAPE, SYNTHETIC_CPR_SHAPE)
    if kind == "project":
        good, other = PROJECT_SHAPE, CPR_SHAPE
    foreign = LIVING if simulated else REPLACEMENT if kind == "cpr" else NO_SHAPE
    return (
        pl.when(column.is_null()).then(pl.lit(NO_KEY))
        .when(column.str.contains(good)).then(pl.lit(None, dtype=pl.String))
        .when(column.str.contains(other)).then(pl.lit(foreign))
        .when(column.str.contains(REPLACEMENT_SHAPE) & column.str.contains("[A-Z]")).then(pl.lit(REPLACEMENT))
        .otherwise(pl.lit(NO_SHAPE))
    )  # fmt: skip
