"""What holds for every statistic of outcome and risk, whatever it measures."""

import dataclasses

import numpy as np
import pytest

from evidens.foundation import stream
from evidens.statistics import (
    Estimate,
    StatisticsError,
    auroc,
    average_precision,
    brier,
    calibration_in_the_large,
    calibration_slope,
    classification_at_threshold,
    compare_auroc,
    compare_brier,
    ici,
    log_loss,
    net_benefit_at_threshold,
    net_benefit_difference,
    oe_ratio,
    paired_difference,
    prevalence,
    scaled_brier,
)

ONE_RISK = {
    "auroc": auroc,
    "average_precision": average_precision,
    "brier": brier,
    "scaled_brier": scaled_brier,
    "log_loss": log_loss,
    "calibration_in_the_large": calibration_in_the_large,
    "calibration_slope": calibration_slope,
    "oe_ratio": oe_ratio,
    "prevalence": lambda y, p, **options: prevalence(y, **options),
    "sensitivity": lambda y, p, **options: classification_at_threshold(y, p, 0.3, **options).sensitivity,
    "specificity": lambda y, p, **options: classification_at_threshold(y, p, 0.3, **options).specificity,
    "ppv": lambda y, p, **options: classification_at_threshold(y, p, 0.3, **options).ppv,
    "npv": lambda y, p, **options: classification_at_threshold(y, p, 0.3, **options).npv,
    "flagged": lambda y, p, **options: classification_at_threshold(y, p, 0.3, **options).flagged,
    "net_benefit": lambda y, p, **options: net_benefit_at_threshold(y, p, 0.3, **options),
    "ici": lambda y, p, **options: ici(y, p, **options).ici,
    "e50": lambda y, p, **options: ici(y, p, **options).e50,
    "e90": lambda y, p, **options: ici(y, p, **options).e90,
}
TWO_RISKS = {
    "compare_auroc": compare_auroc,
    "compare_brier": compare_brier,
    "net_benefit_difference": lambda y, p, r, **options: net_benefit_difference(y, p, r, 0.3, **options),
    "sensitivity_difference": lambda y, p, r, **options: paired_difference(y, p, r, 0.3, "sensitivity", **options),
    "specificity_difference": lambda y, p, r, **options: paired_difference(y, p, r, 0.3, "specificity", **options),
}
# Against risks known in advance, so that every statistic is a function of outcome, one risk and weights.
ALL = ONE_RISK | {
    name: lambda y, p, f=f, **options: f(y, p, np.round(np.sqrt(p), 2), **options) for name, f in TWO_RISKS.items()
}


def draw(n=400):
    rng = stream(11, "every statistic")
    risk = np.round(1 / (1 + np.exp(-rng.normal(-1, 1.2, n))), 3)
    return rng.random(n) < risk, risk, rng.uniform(1, 2, n)


def numbers(estimate):
    """Value, and standard error and interval where there are any."""
    given = [estimate.value, estimate.se, estimate.lower, estimate.upper]
    return [number for number in given if number is not None]


@pytest.fixture(params=ALL, ids=list(ALL))
def statistic(request):
    return ALL[request.param]


def test_weights_of_one_change_nothing(statistic):
    y, p, _ = draw()
    assert statistic(y, p, weights=np.ones(y.size)) == statistic(y, p)


def test_weights_that_hardly_differ_change_hardly_anything(statistic):
    """The weighted formula must meet the textbook one, not only be replaced by it for equal weights."""
    y, p, w = draw()
    weighted, plain = statistic(y, p, weights=1 + 1e-9 * w), statistic(y, p)
    # Quantiles step from one person to the next, and the sandwich meets the inverse information only on average.
    steps = weighted.method != plain.method and ("sandwich" in weighted.method or "loess" in weighted.method)
    for found, expected in zip(numbers(weighted), numbers(plain), strict=True):
        assert found == pytest.approx(expected, rel=0.08 if steps else 1e-6)


def test_doubling_all_weights_changes_nothing(statistic):
    y, p, w = draw()
    doubled, plain = statistic(y, p, weights=2 * w), statistic(y, p, weights=w)
    assert numbers(doubled) == pytest.approx(numbers(plain), rel=1e-9)


def test_people_of_weight_zero_are_as_if_absent(statistic):
    y, p, w = draw()
    w[::3] = 0
    assert statistic(y, p, weights=w) == statistic(y[w > 0], p[w > 0], weights=w[w > 0])


def test_n_counts_people_and_not_weights(statistic):
    y, p, w = draw()
    w[::3] = 0
    found = statistic(y, p, weights=w)
    assert (found.n, found.n_events) == ((w > 0).sum(), y[w > 0].sum())


def test_the_order_of_people_does_not_matter(statistic):
    y, p, w = draw()
    order = stream(12, "order").permutation(y.size)
    shuffled = statistic(y[order], p[order], weights=w[order])
    assert numbers(shuffled) == pytest.approx(numbers(statistic(y, p, weights=w)), rel=1e-9)


def test_duplicating_every_person_halves_the_variance_and_keeps_the_value(statistic):
    y, p, w = draw()
    once, twice = statistic(y, p, weights=w), statistic(np.tile(y, 2), np.tile(p, 2), weights=np.tile(w, 2))
    assert twice.value == pytest.approx(once.value, rel=0.02)  # neighbourhoods of loess count people
    if once.se is not None:
        assert twice.se**2 == pytest.approx(once.se**2 / 2, rel=0.02)


def test_a_person_of_weight_two_is_worth_two_people(statistic):
    y, p, _ = draw()
    weights = np.where(np.arange(y.size) % 4 == 0, 2.0, 1.0)
    doubled = np.repeat(np.arange(y.size), weights.astype(int))
    found = statistic(y, p, weights=weights)
    assert found.value == pytest.approx(statistic(y[doubled], p[doubled]).value, rel=0.03, abs=2e-3)


def test_a_higher_level_gives_a_wider_interval_and_says_so(statistic):
    y, p, _ = draw()
    usual, wide = statistic(y, p), statistic(y, p, level=0.99)
    if usual.lower is not None:
        assert wide.lower < usual.lower <= usual.value <= usual.upper < wide.upper
        assert wide.method == f"{usual.method} (99% interval)"


DEGENERATE = {
    "nobody": ([], []),
    "one_person_without_the_outcome": ([False], [0.2]),
    "one_person_with_the_outcome": ([True], [0.2]),
    "no_events": ([False] * 20, np.linspace(0.1, 0.9, 20)),
    "only_events": ([True] * 20, np.linspace(0.1, 0.9, 20)),
    "everyone_has_the_same_risk": ([False, True] * 20, [0.3] * 40),
    "risks_separate_events_completely": ([False] * 15 + [True] * 15, np.linspace(0.1, 0.9, 30)),
    "risks_separate_events_backwards": ([True] * 15 + [False] * 15, np.linspace(0.1, 0.9, 30)),
    "risks_are_zero_and_one": ([False, True, False, True], [0.0, 1.0, 1.0, 0.0]),
    "risks_of_exactly_zero": ([False, True, False], [0.0, 0.0, 0.0]),
    "one_event": ([True] + [False] * 30, np.linspace(0.1, 0.9, 31)),
    "one_non_event": ([False] + [True] * 30, np.linspace(0.1, 0.9, 31)),
    "two_people": ([False, True], [0.4, 0.3]),
    "everyone_of_weight_zero": ([False, True], [0.4, 0.3]),
}


@pytest.mark.parametrize("who", DEGENERATE)
def test_degenerate_people_get_a_value_or_a_reason_and_never_a_crash(statistic, who):
    """Warnings are errors in this suite, so a division by zero would show too."""
    y, p = DEGENERATE[who]
    weights = [0.0, 0.0] if who == "everyone_of_weight_zero" else None
    found = statistic(np.array(y, bool), np.array(p, float), weights=weights)
    assert isinstance(found, Estimate)
    assert found.value is not None or found.reason
    for number in numbers(found):
        assert np.isfinite(number)
    if found.lower is not None:
        assert found.lower <= found.value + 1e-12
        assert found.value - 1e-12 <= found.upper


WRONG = {
    "a missing risk": ({"risk": [0.1, np.nan, 0.3]}, "risk has missing values"),
    "a risk above one": ({"risk": [0.1, 1.2, 0.3]}, r"risk lies outside \[0, 1\]"),
    "a risk below zero": ({"risk": [0.1, -0.2, 0.3]}, r"risk lies outside \[0, 1\]"),
    "a risk in words": ({"risk": ["low", "high", "low"]}, "risk holds something other than numbers"),
    "unequal lengths": ({"risk": [0.1, 0.2]}, "lengths differ: outcome 3, risk 2"),
    "an outcome of two": ({"outcome": [0, 1, 2]}, "outcome holds something other than true and false"),
    "a missing outcome": ({"outcome": [0.0, 1.0, np.nan]}, "outcome holds something other than true and false"),
    "an outcome in words": ({"outcome": ["yes", "no", "no"]}, "outcome holds something other than true and false"),
    "a table as outcome": ({"outcome": [[True], [False], [True]]}, "outcome has 2 dimensions"),
    "a negative weight": ({"weights": [1.0, -1.0, 1.0]}, "weights are negative or infinite"),
    "an infinite weight": ({"weights": [1.0, np.inf, 1.0]}, "weights are negative or infinite"),
    "a missing weight": ({"weights": [1.0, np.nan, 1.0]}, "weights has missing values"),
    "a level in percent": ({"level": 95}, r"level is outside \(0, 1\)"),
}


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("name", ["auroc", "brier", "calibration_slope", "flagged"])
def test_wrong_input_is_refused_with_place_finding_and_remedy(name, what):
    changed, finding = WRONG[what]
    given = {"outcome": [False, True, True], "risk": [0.1, 0.2, 0.3], "weights": None, "level": 0.95} | changed
    with pytest.raises(StatisticsError, match=finding) as caught:
        ALL[name](given["outcome"], given["risk"], weights=given["weights"], level=given["level"])
    fault = caught.value.faults[0]
    assert fault.place
    assert fault.remedy


def test_all_faults_are_reported_at_once():
    with pytest.raises(StatisticsError) as caught:
        auroc([0, 1, 2], [0.1, np.nan], level=2)
    assert len(caught.value.faults) == 4  # outcome, risk, lengths, level


def test_errors_never_show_a_persons_value():
    with pytest.raises(StatisticsError) as caught:
        auroc([False, True], [0.123456789, 7.654321])
    assert "7.65" not in str(caught.value)


def test_zeros_and_ones_and_float32_and_lists_are_welcome():
    y, p, _ = draw()
    p = np.round(p * 64) / 64  # exact in float32
    assert auroc(y.astype(int), p.astype(np.float32)) == auroc(list(y), list(p)) == auroc(y, p)


def test_results_are_plain_python_numbers(statistic):
    y, p, w = draw()
    found = dataclasses.asdict(statistic(y, p, weights=w))
    assert all(type(found[name]) in (float, type(None)) for name in ("value", "se", "lower", "upper"))
    assert type(found["n"]) is type(found["n_events"]) is int


def test_inputs_are_left_as_they_were(statistic):
    y, p, w = draw()
    before = y.copy(), p.copy(), w.copy()
    statistic(y, p, weights=w)
    assert all(np.array_equal(a, b) for a, b in zip(before, (y, p, w), strict=True))


@pytest.mark.parametrize("name", TWO_RISKS)
def test_swapping_the_models_turns_the_sign_of_the_difference(name):
    y, p, w = draw()
    r = np.round(np.sqrt(p), 2)
    one, other = TWO_RISKS[name](y, p, r, weights=w), TWO_RISKS[name](y, r, p, weights=w)
    turned = [-other.value, other.se, -other.upper, -other.lower]
    assert numbers(one) == pytest.approx(turned, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", TWO_RISKS)
def test_a_model_does_not_differ_from_itself(name):
    y, p, w = draw()
    found = TWO_RISKS[name](y, p, p, weights=w)
    assert found.value == 0
    assert found.lower <= 0 <= found.upper
