"""Rules that rows are dropped or quarantined by, and the account of where every row went."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import polars as pl

from evidens.contracts import RowAccount, schema_of
from evidens.foundation import EvidensError, Faults

ACCOUNT = schema_of(RowAccount)


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
        True where the rule applies; null counts as False.
    """

    fate: Literal["dropped", "quarantined"]
    name: str
    broken: pl.Expr


class Sifted(NamedTuple):
    """Rows that stayed, rows that went into quarantine with their reason, and the account of both."""

    kept: pl.DataFrame
    quarantined: pl.DataFrame
    account: pl.DataFrame


def apply_rules(frame: pl.DataFrame, rules: Sequence[Rule], *, stage: str, table: str) -> Sifted:
    """Leave out the rows that break a rule; the first rule that a row breaks decides its fate.

    Parameters
    ----------
    frame : polars.DataFrame
        Any rows.
    rules : sequence of Rule
        In order.
    stage, table : str
        Named in the account.

    Returns
    -------
    Sifted
        `kept` has all columns of `frame`; `quarantined` those whose names do not begin with an underscore
        (the others serve the rules), and `reason`. In = kept + dropped + quarantined.
    """
    verdict = pl.lit(0, dtype=pl.UInt8)
    for number, rule in reversed(list(enumerate(rules, start=1))):
        verdict = pl.when(rule.broken).then(pl.lit(number, dtype=pl.UInt8)).otherwise(verdict)
    verdicts = frame.select(pl.repeat(0, pl.len(), dtype=pl.UInt8).alias("_"), verdict=verdict)["verdict"]
    counts = dict(verdicts.value_counts().iter_rows())
    n_kept = counts.get(0, 0)
    kept = frame if n_kept == frame.height else frame.filter(verdicts == 0)
    reasons = {number: rule.name for number, rule in enumerate(rules, start=1) if rule.fate == "quarantined"}
    bad = verdicts.is_in(list(reasons)) if reasons else pl.Series([False]).new_from_index(0, frame.height)
    quarantined = (
        frame.select(pl.exclude("^_.*$"))
        .filter(bad)
        .with_columns(
            reason=verdicts.filter(bad).replace_strict(reasons, return_dtype=pl.String) if reasons else pl.lit("")
        )
    )
    account = account_of(
        stage, table, n_in=frame.height, n_kept=n_kept,
        left_out=[(rule.fate, rule.name, counts.get(number, 0)) for number, rule in enumerate(rules, start=1)],
    )  # fmt: skip
    return Sifted(kept, quarantined, account)


def is_first(frame: pl.DataFrame, key: Sequence[str] = ()) -> pl.Series:
    """Whether each row is the first of those that are equal in `key`, or in all columns.

    Notes
    -----
    Hashes find the few rows that may be equal; only these are compared in full.
    """
    columns = list(key) or frame.columns
    if frame.is_empty():
        return pl.Series([], dtype=pl.Boolean)
    suspicious = frame.select(columns).hash_rows().is_duplicated()
    rows = frame.select(columns).with_row_index("_row").filter(suspicious)
    first = rows.unique(subset=columns, keep="first", maintain_order=True)["_row"]
    answer = ~suspicious
    answer[first] = True
    return answer


def is_repeat(frame: pl.DataFrame, rules: Sequence[Rule], key: Sequence[str]) -> pl.Series:
    """Whether each row breaks none of `rules` and is not the first such row of its `key`."""
    sound = frame.select(pl.all_horizontal(~rule.broken.fill_null(False) for rule in rules).alias("sound"))["sound"]
    rows = frame.select(key).with_row_index("_row").filter(sound)
    answer = pl.Series([False]).new_from_index(0, frame.height)
    again = rows["_row"].filter(~is_first(rows.drop("_row"), key))
    if again.len():
        answer[again] = True
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
