"""What the page says about the truth of a simulated world."""

import html
import re
from dataclasses import replace

import polars as pl
import pytest

from evidens.reports import render_report


def section_of(page):
    found = re.search(r'<section id="truth".*?</section>', page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", found.group(0))))


@pytest.fixture(scope="module")
def truth(content):
    return section_of(render_report(content))


def test_it_says_what_is_left_to_gain_in_the_strongest_phase(truth):
    assert "In external validation the proposed model's AUROC on the truth is 0.781." in truth
    assert "would reach 0.812: the most that these registers can give" in truth
    assert "a net benefit of 2.3 per 1,000 people is left to gain" in truth


def test_it_says_how_far_registered_outcomes_mislead_with_a_sign(truth):
    assert "AUROC +0.004, Observed / expected \N{MINUS SIGN}0.169." in truth


def test_exact_values_have_no_interval_and_all_their_decimals(truth):
    models = truth[truth.index("Models and oracles") : truth.index("The proposed model on registered")]
    assert "no interval" not in models.replace("they have no interval", "")
    assert "Oracle, whole record" in models
    assert "Oracle, few features" in models
    assert "0.031" in models  # regret, to three decimals


def test_registered_values_keep_their_intervals_beside_the_true_ones(truth):
    assert re.search(r"As registered with 95% interval 0\.786 \(0\.772 to 0\.800\)", truth)
    assert "Registered minus true expected" in truth


def test_a_group_too_small_to_judge_says_so(truth):
    assert "insufficient: fewer than 10 events are expected" in truth


def test_true_gaps_stand_beside_registered_ones(truth):
    assert "Gaps between groups, as registered and on the truth, external validation" in truth


def test_it_says_whose_truth_is_known(truth):
    assert "99.9% of people are audited; 1.3% of them had been diagnosed before" in truth


def test_oracles_are_no_models_of_the_study(content):
    page = render_report(content)
    elsewhere = page.replace(re.search(r'<section id="truth".*?</section>', page, flags=re.DOTALL).group(0), "")
    assert "Oracle" not in elsewhere


def test_the_answer_does_not_depend_on_the_truth(content):
    without = replace(content, evidence=content.evidence.filter(pl.col("label") == "coded"))
    pages = [render_report(c) for c in (content, without)]
    header = [re.search(r"<header.*?</header>", page, flags=re.DOTALL).group(0) for page in pages]
    assert header[0] == header[1]
    assert "Not known: no opened phase was audited" in section_of(pages[1])
