import polars as pl
import pytest

from evidens.contracts import (
    NO_THRESHOLD,
    Characteristic,
    Curve,
    Evidence,
    Flow,
    GateVerdict,
    RowAccount,
    check_table,
    schema_of,
)
from evidens.foundation import SettingsError, build_settings
from evidens.privacy import DisclosureSettings, suppress_small_cells

FIVE = DisclosureSettings(minimum=5, minimum_for_quartiles=20, proportions={"sensitivity": "events"})


def release(frame, contract):
    released = suppress_small_cells(frame, contract, FIVE)
    check_table(released.frame, contract, place="released")
    return released


def evidence(*rows):
    """Rows of group, n, n_events and, if not 0.8, the value; metric and threshold may follow."""
    full = []
    for group, n, n_events, *rest in rows:
        value, metric, threshold = (*rest, *(0.8, "auroc", NO_THRESHOLD)[len(rest):])  # fmt: skip
        full.append({
            "outcome": "o", "model": "m", "phase": "p", "group": group, "metric": metric, "threshold": threshold,
            "horizon_days": 365, "reference": "none", "label": "coded", "value": value, "se": 0.1, "lower": 0.7,
            "upper": 0.9, "n": n, "n_events": n_events, "method": "x", "reason": None,
        })  # fmt: skip
    return pl.DataFrame(full, schema=schema_of(Evidence))


def visible(released):
    return {row["group"]: (row["n"], row["n_events"]) for row in released.frame.iter_rows(named=True)
            if row["value"] is not None}  # fmt: skip


def test_evidence_without_small_cells_is_released_as_it_is():
    frame = evidence(("all", 100, 20), ("sex=female", 60, 10), ("sex=male", 40, 10))
    released = release(frame, Evidence)
    assert released.frame.equals(frame)
    assert released.n_suppressed == 0


@pytest.mark.parametrize(
    ("n", "n_events"),
    [(4, 0), (100, 1), (100, 4), (100, 96), (100, 99)],
    ids=["few people", "one event", "four events", "four without", "one without"],
)
def test_a_row_that_rests_on_few_people_is_blanked_and_says_so(n, n_events):
    released = release(evidence(("all", n, n_events)), Evidence)
    row = released.frame.row(0, named=True)
    assert released.n_suppressed == 1
    assert [row[c] for c in ("value", "se", "lower", "upper", "n", "n_events")] == [None] * 4 + [0, 0]
    assert row["reason"].startswith("suppressed: rests on fewer than 5 people")


def test_nobody_and_five_are_no_small_cells():
    frame = evidence(("all", 5, 0), ("sex=female", 5, 5), ("sex=male", 0, 0))
    # 5 people of whom 5 have the event are no small cell: neither 5 events nor 0 others is 1 to 4.
    assert release(frame, Evidence).n_suppressed == 0


def test_one_blanked_group_takes_its_smallest_sibling_with_it():
    # all 100 - male 57 - other 40 would give the 3 back.
    released = release(
        evidence(("all", 100, 20), ("sex=female", 3, 0), ("sex=male", 57, 10), ("sex=other", 40, 10)), Evidence
    )
    assert visible(released) == {"all": (100, 20), "sex=male": (57, 10)}
    assert released.n_suppressed == 2


def test_who_is_in_no_listed_group_is_protected_too():
    # 2 people have no known origin: all 100 - 50 - 48 would count them.
    released = release(evidence(("all", 100, 40), ("origin=danish", 50, 20), ("origin=western", 48, 20)), Evidence)
    assert visible(released) == {"all": (100, 40), "origin=danish": (50, 20)}


def test_a_group_of_another_variable_is_left_alone():
    released = release(
        evidence(("all", 100, 20), ("sex=female", 97, 20), ("sex=male", 3, 0), ("age=60-69", 100, 20)), Evidence
    )
    assert visible(released) == {"all": (100, 20), "age=60-69": (100, 20)}


def test_a_share_with_a_small_numerator_blanks_all_metrics_at_its_threshold():
    # A sensitivity of 0.04 among 50 events is 2 people; ppv at the same threshold would give them back.
    frame = evidence(
        ("all", 900, 50, 0.04, "sensitivity", 0.2), ("all", 900, 50, 0.1, "ppv", 0.2),
        ("all", 900, 50, 0.5, "sensitivity", 0.1), ("all", 900, 50, 0.8, "auroc", NO_THRESHOLD),
    )  # fmt: skip
    released = release(frame, Evidence).frame
    kept = released.filter(pl.col("value").is_not_null()).select("metric", "threshold")
    assert kept.rows() == [("sensitivity", 0.1), ("auroc", NO_THRESHOLD)]


def test_what_was_undefined_keeps_its_reason_where_nobody_is_in_it():
    frame = evidence(("all", 0, 0)).with_columns(value=pl.lit(None, dtype=pl.Float64), reason=pl.lit("no people"))
    assert release(frame, Evidence).frame["reason"].to_list() == ["no people"]


@pytest.mark.parametrize("seed", range(40))
def test_no_small_cell_can_be_computed_from_what_is_released(seed):
    """An attacker who subtracts the released groups of a variable from the total never gets 1 to 4."""
    import numpy as np

    rng = np.random.default_rng(seed)
    n = rng.integers(0, 30, 5)
    events = rng.binomial(n, 0.3)
    unlisted = rng.integers(0, 4)
    total_n, total_events = n.sum() + unlisted, events.sum()
    rows = [("all", total_n, total_events), *((f"v={i}", n[i], events[i]) for i in range(5))]
    shown = visible(release(evidence(*rows), Evidence))
    if "all" not in shown:
        return
    hidden_n = total_n - sum(count for group, (count, _) in shown.items() if group != "all")
    hidden_events = total_events - sum(count for group, (_, count) in shown.items() if group != "all")
    for count in (hidden_n, hidden_events, hidden_n - hidden_events):
        assert not 0 < count < 5
    for count, with_event in shown.values():
        assert not any(0 < cell < 5 for cell in (count, with_event, count - with_event))
    people_hidden = [i for i in range(5) if n[i] > 0 and f"v={i}" not in shown]
    assert len(people_hidden) != 1 or 0 < unlisted < 5


def table_one(*rows, n_total=100):
    full = [("o", "p", "region", level, n, n_total, n / n_total, None, None) for level, n in rows]
    return pl.DataFrame(full, schema=schema_of(Characteristic), orient="row")


def test_a_small_level_of_table_one_hides_a_second_level_and_no_total_gives_it_back():
    released = release(table_one(("81", 2), ("82", 30), ("83", 60), ("84", 8), ("85", 0)), Characteristic)
    shown = released.frame.filter(pl.col("value").is_not_null())
    assert shown.select("level", "n").rows() == [("82", 30), ("83", 60), ("85", 0)]  # a true zero stays
    assert released.n_suppressed == 2


def test_quartiles_of_few_people_are_not_released():
    row = ("o", "p", "age", "median (quartiles)", 19, 19, 61.0, 55.0, 70.0)
    frame = pl.DataFrame([row], schema=schema_of(Characteristic), orient="row")
    assert release(frame, Characteristic).frame.select("n", "n_total", "value").row(0) == (0, 19, None)


def test_of_a_phase_with_few_people_nothing_is_released():
    released = release(table_one(("81", 2), ("82", 1), n_total=3), Characteristic)
    assert released.frame.select("n", "n_total", "value").rows() == [(0, 0, None)] * 2


def flow(*rows):
    full = [("o", step, rule, people, rows_left, left) for step, (rule, people, rows_left, left) in enumerate(rows)]
    return pl.DataFrame(full, schema=schema_of(Flow), orient="row")


def test_a_step_that_few_left_at_is_joined_with_the_next():
    released = release(
        flow(("residents", 1000, 4000, 0), ("too young", 997, 3990, 3), ("diseased", 900, 3600, 97)), Flow
    )
    assert released.frame.rows() == [
        ("o", 0, "residents", 1000, 4000, 0),
        ("o", 1, "too young; diseased", 900, 3600, 100),
    ]
    assert released.n_suppressed == 1


def test_a_last_step_that_few_left_at_is_joined_with_the_one_before():
    released = release(flow(("residents", 1000, 1000, 0), ("young", 900, 900, 100), ("ill", 898, 898, 2)), Flow)
    assert released.frame.select("rule", "n_people", "n_left_out").rows() == [
        ("residents", 1000, 0), ("young; ill", 898, 102),
    ]  # fmt: skip


def test_when_only_few_ever_left_the_flow_tells_who_remains_and_not_who_came():
    released = release(flow(("residents", 1000, 1000, 0), ("ill", 998, 998, 2)), Flow)
    assert released.frame.select("rule", "n_people", "n_left_out").rows() == [("residents; ill", 998, 0)]


def test_a_step_that_takes_few_rows_of_people_who_stay_is_joined_too():
    released = release(flow(("a", 100, 400, 0), ("b", 100, 398, 0), ("c", 50, 200, 50)), Flow)
    assert released.frame["rule"].to_list() == ["a", "b; c"]


def test_few_who_remain_are_not_counted():
    released = release(flow(("a", 100, 100, 0), ("b", 3, 3, 97), ("c", 0, 0, 3)), Flow)
    assert released.frame.select("n_people", "n_left_out").rows() == [(100, 0), (0, 0)]
    assert released.frame["rule"].to_list()[1] == "b (suppressed: too few people remain)"


def curve(*points):
    full = [("o", "m", "p", "all", "calibration", "model", i, i / 10, 0.5, 0.4, 0.6, n, events)
            for i, (n, events) in enumerate(points)]  # fmt: skip
    return pl.DataFrame(full, schema=schema_of(Curve), orient="row")


def test_a_small_point_of_a_curve_hides_a_second_one():
    released = release(curve((100, 10), (100, 2), (90, 30), (80, 20)), Curve)
    assert released.frame["y"].is_null().to_list() == [False, True, False, True]
    assert released.frame.filter(pl.col("y").is_null()).select("n", "n_events").rows() == [(0, 0)] * 2


def account(*rows):
    return pl.DataFrame([("intake", "lab", *row) for row in rows], schema=schema_of(RowAccount), orient="row")


def test_rules_that_few_rows_fell_under_are_joined_and_the_account_still_adds_up():
    released = release(
        account(("in", "", 100), ("kept", "", 80), ("dropped", "a", 3), ("quarantined", "b", 7), ("dropped", "c", 10)),
        RowAccount,
    )
    assert sorted(released.frame.select("fate", "rule", "n_rows").rows()) == [
        ("dropped", "c", 10), ("dropped", "dropped or quarantined: a; b", 10), ("in", "", 100), ("kept", "", 80),
    ]  # fmt: skip


def test_when_only_few_rows_were_left_out_what_was_kept_is_not_told():
    released = release(account(("in", "", 100), ("kept", "", 98), ("dropped", "a", 2)), RowAccount)
    assert released.frame.select("fate", "n_rows").rows() == [("in", 100)]


def test_small_counts_in_the_words_of_a_gate_are_replaced():
    row = ("o", "m", "p", "enough events", "FAIL", "3 events among 104 people; needed 100 events, 1.4 events a year")
    frame = pl.DataFrame([row], schema=schema_of(GateVerdict), orient="row")
    released = release(frame, GateVerdict)
    assert released.frame["finding"][0] == (
        "fewer than 5 events among 104 people; needed 100 events, 1.4 events a year"
    )
    assert released.n_suppressed == 1


def test_a_minimum_of_two_protects_nobody():
    with pytest.raises(SettingsError, match="at least 3"):
        build_settings(DisclosureSettings, {"minimum": 2}, place="conf/disclosure/default.yaml")
