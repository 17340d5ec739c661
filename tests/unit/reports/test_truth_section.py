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
    assert "record of the five years before the index and how this world works would reach 0.812" in truth
    assert "these registers can give" not in truth  # more years of them would give more
    assert "a net benefit of 2.3 per 1,000 people is left to gain" in truth


def test_how_much_of_the_record_the_oracle_reads_is_the_worlds_setting(content):
    longer = pl.when(pl.col("metric") == "oracle_years").then(pl.lit(7.5)).otherwise("value")
    truth = section_of(render_report(replace(content, evidence=content.evidence.with_columns(value=longer))))
    assert "record of the 7.5 years before the index" in truth
    assert "five years" not in truth


def test_models_stand_beside_the_oracle_on_what_happened(truth):
    assert "No model does so in any audited phase." in truth
    table = truth[truth.index("Models and the oracle on what happened") : truth.index("Models and oracles on")]
    assert re.search(r"LightGBM proposed 0\.784 \(0\.764 to 0\.804\) \N{MINUS SIGN}0\.031", table)
    assert "Oracle, few features" not in table


def test_a_model_beyond_the_oracle_is_named_as_a_violation(content):
    is_count = (pl.col("metric") == "models_beyond_oracle") & (pl.col("phase") == "external")
    reason = "lightgbm: better on what happened than the true risk by more than 3 standard errors"
    leaky = content.evidence.with_columns(
        value=pl.when(is_count).then(1.0).otherwise("value"),
        reason=pl.when(is_count).then(pl.lit(reason)).otherwise("reason"),
    )
    truth = section_of(render_report(replace(content, evidence=leaky)))
    assert f"Violated. External validation: {reason}." in truth
    assert "No model does so" not in truth


def test_without_a_comparison_the_criterion_is_not_called_kept(content):
    evidence = content.evidence.filter(~pl.col("metric").is_in(["models_beyond_oracle", "realised_auroc"]))
    truth = section_of(render_report(replace(content, evidence=evidence)))
    assert "Whether one does is not known" in truth
    assert "No model does so" not in truth


def test_it_says_how_far_registered_outcomes_mislead_with_a_sign(truth):
    assert "AUROC +0.004, Observed / expected \N{MINUS SIGN}0.169." in truth


def test_exact_values_have_no_interval_and_all_their_decimals(truth):
    models = truth[truth.index("Models and oracles") : truth.index("The proposed model on registered")]
    assert "no interval" not in models.replace("they have no interval", "")
    assert "Oracle, recent record" in models
    assert "The oracle of the recent record knows what the registers hold of the five years before the index" in models
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


def test_an_outcome_without_a_truth_is_said_to_have_none(content):
    is_counted = pl.col("metric").is_in(["audited_share", "unrecorded_share"])
    evidence = content.evidence.filter((pl.col("label") != "true") | is_counted).with_columns(
        value=pl.when(is_counted).then(0.0).otherwise("value")
    )
    truth = section_of(render_report(replace(content, evidence=evidence)))
    assert "Not known: the simulated world has no truth of this outcome at these index dates." in truth
    assert "Table" not in truth
