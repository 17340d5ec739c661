"""Rules that rows are dropped or quarantined by, and the account of where every row went."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import polars as pl

from evidens.contracts import RowAccount, schema_of
from evidens.foundation import EvidensError, Faults

ACCOUNT = schema_of(RowAccount)
YEAR = "_year"  # from `year_of`, in the events of registers that are divided by years
_MOST_RULES = 256
YEARS = (1968, 2067)  # no register here is older, and none yet from the future


class AccountError(EvidensError):
    """Rows that are not accounted for, or too many of them in quarantine."""


@dataclass(frozen=True)
class Rule:
    """One reason to leave rows out.

    Parameters
    ----------
    fate : str
        "dropped": the row is right, and not for this study. "quarantined": the row cannot be right.
    name : str
        The rule in words, as the account names it.
    broken : polars.Expr
        True where the rule applies; null counts as False. It looks at each row by itself.
    """

    fate: Literal["dropped", "quarantined"]
    name: str
    broken: pl.Expr


class Sifted(NamedTuple):
    """Rows that stayed, rows that went into quarantine with their reason, and the account of both."""

    kept: pl.DataFrame
    quarantined: pl.DataFrame
    account: pl.DataFrame


def apply_rules(
    frame: pl.DataFrame, rules: Sequence[Rule], *, stage: str, table: str, day: str | None = None
) -> Sifted:
    """Leave out the rows that break a rule; the first rule that a row breaks decides its fate.

    Parameters
    ----------
    frame : polars.DataFrame
        Any rows.
    rules : sequence of Rule
        In order.
    stage, table : str
        Named in the account.
    day : str, optional
        Column of a day: the account is then kept for each of its years, see `year_of`.

    Returns
    -------
    Sifted
        `kept` has all columns of `frame`; `quarantined` those whose names do not begin with an underscore
        (the others serve the rules), and `reason`. In = kept + dropped + quarantined. The account of years has a
        column `year`.
    """
    is_sound = ~pl.any_horizontal(pl.repeat(False, pl.len()), *(rule.broken.fill_null(False) for rule in rules))
    sound = frame.select(is_sound.alias("sound"))["sound"]
    kept, broken = (frame, frame.clear()) if sound.all() else (frame.filter(sound), frame.filter(~sound))
    verdict = pl.lit(0, dtype=pl.UInt8)
    for number, rule in reversed(list(enumerate(rules, start=1))):
        verdict = pl.when(rule.broken).then(pl.lit(number, dtype=pl.UInt8)).otherwise(verdict)
    judged = broken.select(pl.repeat(0, pl.len(), dtype=pl.UInt8).alias("_"), _verdict=verdict)
    verdicts = judged["_verdict"]
    reasons = {number: rule.name for number, rule in enumerate(rules, start=1) if rule.fate == "quarantined"}
    is_bad = verdicts.is_in(list(reasons))
    quarantined = broken.select(pl.exclude("^_.*$")).filter(is_bad)
    reason = verdicts.filter(is_bad).replace_strict(reasons, default="", return_dtype=pl.String)
    counts = [*_count(kept, None, day), *_count(broken, verdicts, day)]
    account = _write_account(stage, table, rules, counts, by_year=day is not None)
    return Sifted(kept, quarantined.with_columns(reason=reason), account)


def _count(rows: pl.DataFrame, verdicts: pl.Series | None, day: str | None) -> Iterator[tuple[int | None, int, int]]:
    """Yield year, number of the rule that decided (0 for none), and how many rows, of each pair there is."""
    if rows.is_empty():
        return
    none = YEARS[0] - 1  # stands for no year
    pairs = np.zeros(rows.height, dtype=np.int32) if verdicts is None else verdicts.cast(pl.Int32).to_numpy()
    if day is not None:
        years = rows.select(year_of(pl.col(day)).fill_null(none))[day].to_numpy() - none
        pairs = pairs + years * _MOST_RULES
    counts = np.bincount(pairs)
    for pair in np.flatnonzero(counts).tolist():
        year, number = divmod(pair, _MOST_RULES)
        yield year + none if year else None, number, int(counts[pair])


def _write_account(
    stage: str, table: str, rules: Sequence[Rule], counts: Iterable[tuple[int | None, int, int]], *, by_year: bool
) -> pl.DataFrame:
    """Write the account of rows that were counted by year and rule; with a column `year` if it is kept by year."""
    of_years: dict[int | None, dict[int, int]] = {} if by_year else {None: {}}
    for year, number, n_rows in counts:
        of_years.setdefault(year, {})[number] = n_rows
    parts = [
        account_of(
            stage, table, n_in=sum(of_year.values()), n_kept=of_year.get(0, 0),
            left_out=[(rule.fate, rule.name, of_year.get(number, 0)) for number, rule in enumerate(rules, start=1)],
        ).with_columns([pl.lit(year, dtype=pl.Int32).alias("year")] if by_year else [])
        for year, of_year in of_years.items()
    ]  # fmt: skip
    return pl.concat([pl.DataFrame(schema={**ACCOUNT, "year": pl.Int32} if by_year else ACCOUNT), *parts])


def year_of(day: pl.Expr) -> pl.Expr:
    """Return the year whose segment a row of this day belongs to; null without a day, or with an impossible one.

    >>> days = pl.DataFrame({"day": [dt.date(2019, 5, 1), dt.date(1899, 12, 31), None]})
    >>> days.select(year_of(pl.col("day")))["day"].to_list()
    [2019, None, None]
    """
    first_on, last_on = dt.date(YEARS[0], 1, 1), dt.date(YEARS[1], 12, 31)
    return pl.when(day.is_between(pl.lit(first_on), pl.lit(last_on))).then(day.dt.year())


def is_first(frame: pl.DataFrame, key: Sequence[str] = (), *, near: Sequence[str] = ()) -> pl.Series:
    """Whether each row is the first of those that are equal in `key`, or in all columns.

    Parameters
    ----------
    frame : polars.DataFrame
    key : sequence of str
        Columns; all by default.
    near : sequence of str
        Some of them in which few rows are equal: they are looked at first, and the others only where these are equal.

    Notes
    -----
    Hashes find the few rows that may be equal; only these are compared in full.
    """
    columns = list(key) or frame.columns
    if frame.is_empty():
        return pl.Series([], dtype=pl.Boolean)
    answer = is_single(frame, near or columns)
    rows = frame.select(columns).with_row_index("_row").filter(~answer)
    answer[rows.unique(subset=columns, keep="first", maintain_order=True)["_row"]] = True
    return answer


def is_single(frame: pl.DataFrame, key: Sequence[str]) -> pl.Series:
    """Whether no other row has a row's `key`, as far as hashes tell: True for nearly all such rows, and no others."""
    hashes = frame.select(key).hash_rows()
    ordered = np.sort(hashes.to_numpy())
    repeated = pl.Series(ordered[1:][ordered[1:] == ordered[:-1]], dtype=pl.UInt64)
    return ~hashes.is_in(repeated.implode())


def is_repeat(frame: pl.DataFrame, rules: Sequence[Rule], key: Sequence[str]) -> pl.Series:
    """Whether each row breaks none of `rules` and is not the first such row of its `key`."""
    answer = pl.Series([False]).new_from_index(0, frame.height)
    rows = frame.with_row_index("_row").filter(~is_single(frame, key)) if frame.height else frame
    if rows.height:
        is_sound = ~pl.any_horizontal(rule.broken.fill_null(False) for rule in rules)
        rows = rows.filter(is_sound).select("_row", *key)
        answer[rows["_row"].filter(~is_first(rows, key))] = True
    return answer


def account_of(
    stage: str, table: str, *, n_in: int, n_kept: int, left_out: Iterable[tuple[str, str, int]]
) -> pl.DataFrame:
    """Write down where rows went; rules that no row broke are left out.

    Returns
    -------
    polars.DataFrame
        Contract `contracts.evidence:RowAccount`.
    """
    rows = [(stage, table, "in", "", n_in), (stage, table, "kept", "", n_kept)]
    rows += [(stage, table, fate, rule, n) for fate, rule, n in left_out if n]
    return pl.DataFrame(rows, schema=ACCOUNT, orient="row")


def add_accounts(accounts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Add up the accounts of batches or buckets, sorted by stage, table, fate and rule."""
    rows = pl.concat([pl.DataFrame(schema=ACCOUNT), *accounts])
    key = ["stage", "table", "fate", "rule"]
    return rows.group_by(key).agg(pl.col("n_rows").sum()).sort(key)


def check_accounts(accounts: pl.DataFrame, *, max_quarantined_share: Mapping[str, float]) -> None:
    """Stop unless every row is accounted for and no table lost too many rows to quarantine.

    Parameters
    ----------
    accounts : polars.DataFrame
        From `add_accounts`.
    max_quarantined_share : mapping of table to share
        Largest share of a table's rows, in (0, 1]; "other" holds for tables not named.

    Raises
    ------
    AccountError
        Naming stage, table and, for a full quarantine, its most frequent reasons.
    """
    faults = Faults()
    for (stage, table), rows in accounts.group_by("stage", "table", maintain_order=True):
        sums = dict(rows.group_by("fate").agg(pl.col("n_rows").sum()).iter_rows())
        n_in, n_out = sums.get("in", 0), sum(n for fate, n in sums.items() if fate != "in")
        place = f"{stage}: {table}"
        if n_in != n_out:
            faults.add(place, f"{n_in:,} rows came and {n_out:,} are accounted for.", "Mend the rules of the intake.")
        share = sums.get("quarantined", 0) / max(n_in, 1)
        allowed = max_quarantined_share.get(str(table), max_quarantined_share["other"])
        if share > allowed:
            worst = rows.filter(fate="quarantined").sort("n_rows", "rule", descending=[True, False]).head(3)
            reasons = "; ".join(f"{rule} ({n:,})" for rule, n in worst.select("rule", "n_rows").iter_rows())
            finding = f"{share:.1%} of the rows are quarantined ({allowed:.1%} allowed): {reasons}."
            faults.add(place, finding, "Look at the quarantine; the contract may not know a physical form.")
    faults.stop(AccountError)
