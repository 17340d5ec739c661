import polars as pl
import pytest

from evidens.registers import AccountError, add_accounts, check_accounts
from evidens.registers.rules import Rule, account_of, apply_rules, is_first, is_repeat

ROWS = pl.DataFrame({"n": [1, 2, 3, 4, 5, None], "_note": ["x"] * 6})
RULES = [
    Rule("dropped", "even", pl.col("n") % 2 == 0),
    Rule("quarantined", "large", pl.col("n") > 3),
    Rule("quarantined", "never", pl.col("n") > 9),
]


def test_the_first_broken_rule_decides_and_a_missing_value_breaks_none():
    sifted = apply_rules(ROWS, RULES, stage="intake", table="t")
    assert sifted.kept["n"].to_list() == [1, 3, None]
    assert sifted.quarantined.rows() == [(5, "large")]  # 4 is large too, and even first
    assert sifted.account.drop("stage", "table").rows() == [
        ("in", "", 6), ("kept", "", 3), ("dropped", "even", 2), ("quarantined", "large", 1),
    ]  # fmt: skip


def test_without_rules_all_rows_are_kept():
    sifted = apply_rules(ROWS, [], stage="intake", table="t")
    assert sifted.kept.equals(ROWS)
    assert sifted.quarantined.columns == ["n", "reason"]
    assert sifted.quarantined.is_empty()


def test_the_first_of_equal_rows_is_told_from_the_others():
    rows = pl.DataFrame({"a": [1, 1, 1, None, None], "b": ["x", "y", "x", None, None]})
    assert is_first(rows).to_list() == [True, True, False, True, False]
    assert is_first(rows, ["a"]).to_list() == [True, False, False, True, False]
    assert is_first(rows.clear()).to_list() == []


def test_a_row_repeats_only_one_that_stays():
    rows = pl.DataFrame({"key": [1, 1, 1, 2], "is_bad": [True, False, False, False]})
    assert is_repeat(rows, [Rule("dropped", "bad", pl.col("is_bad"))], ["key"]).to_list() == [False, False, True, False]


def test_accounts_of_parts_add_up():
    one = account_of("intake", "lab", n_in=10, n_kept=8, left_out=[("dropped", "a", 2), ("dropped", "b", 0)])
    two = account_of("intake", "lab", n_in=5, n_kept=4, left_out=[("dropped", "a", 1)])
    assert add_accounts([one, two]).rows() == [
        ("intake", "lab", "dropped", "a", 3), ("intake", "lab", "in", "", 15), ("intake", "lab", "kept", "", 12),
    ]  # fmt: skip
    assert add_accounts([]).is_empty()


def test_rows_that_are_lost_or_mostly_quarantined_stop_the_run_with_all_tables_named():
    accounts = add_accounts([
        account_of("intake", "lab", n_in=10, n_kept=8, left_out=[("dropped", "a", 1)]),
        account_of("intake", "lmdb", n_in=100, n_kept=90,
                   left_out=[("quarantined", "no code", 7), ("quarantined", "x", 3)]),
        account_of("intake", "vnds", n_in=100, n_kept=90, left_out=[("quarantined", "y", 10)]),
        account_of("intake", "dod", n_in=0, n_kept=0, left_out=[]),
    ])  # fmt: skip
    with pytest.raises(AccountError) as error:
        check_accounts(accounts, max_quarantined_share={"other": 0.05, "vnds": 0.2})
    assert [(fault.place, fault.finding) for fault in error.value.faults] == [
        ("intake: lab", "10 rows came and 9 are accounted for."),
        ("intake: lmdb", "10.0% of the rows are quarantined (5.0% allowed): no code (7); x (3)."),
    ]
    check_accounts(accounts.filter(table="vnds"), max_quarantined_share={"other": 0.05, "vnds": 0.2})
