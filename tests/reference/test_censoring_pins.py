"""Censoring weights and cumulative incidence against R's survival."""

import pytest

from evidens.statistics import aalen_johansen, censoring_weights


def test_weights_are_those_of_rttright(people, by_r):
    weights = censoring_weights(people.days, (people.status == 0) & (people.days < 1095), 1095)
    assert weights.sum() == pytest.approx(by_r["ipcw.sum"])
    assert weights[:30] == pytest.approx(by_r.vector("ipcw.first"), rel=1e-9)


def test_weights_are_those_of_rttright_at_a_horizon_within_follow_up(people, by_r):
    weights = censoring_weights(people.days, people.status == 0, 700)
    assert weights[:30] == pytest.approx(by_r.vector("ipcw.700"), rel=1e-9)


@pytest.mark.parametrize(("name", "horizon"), [("aj", 1095), ("aj.year", 364)])
@pytest.mark.parametrize("cause", [1, 2])
def test_cumulative_incidence_and_its_se_are_those_of_survfit(people, by_r, name, horizon, cause):
    found = aalen_johansen(people.days, people.status, horizon, cause=cause)
    assert found.value == pytest.approx(by_r[f"{name}.0{cause}"], rel=1e-9)
    assert found.se == pytest.approx(by_r[f"{name}.se.0{cause}"], rel=1e-9)


def test_without_a_competing_event_it_is_kaplan_meier_with_greenwoods_se(people, by_r):
    found = aalen_johansen(people.days, (people.status > 0).astype(int), 1095)
    assert [found.value, found.se] == pytest.approx([by_r["km"], by_r["km.se"]], rel=1e-9)
