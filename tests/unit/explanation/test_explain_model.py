"""The whole explanation: ranking, direction, curves, archetypes, and nobody recognisable."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from evidens.contracts import Curve, Evidence, check_table
from evidens.explanation import ExplanationSettings, attribute_risk, average_archetypes, explain_model
from evidens.foundation import SettingsError, build_settings
from evidens.models import take_rows

KINDS = ["logistic", "lightgbm", "age_sex"]
KEYS = {"outcome": "type_2_diabetes", "phase": "development"}


def explain(model, features, settings=None, seed=0):
    settings = settings or ExplanationSettings(n_people=1500)
    return explain_model(
        model, features, settings, model_name=model.kind, rng=np.random.default_rng(seed), **KEYS
    )  # fmt: skip


def value_of(evidence, metric, feature):
    return evidence.filter(pl.col("metric") == metric, pl.col("group") == f"feature={feature}")["value"].item()


@pytest.mark.parametrize("kind", KINDS)
def test_tables_keep_their_contracts(people, models, kind):
    explanation = explain(models[kind], people[0])
    check_table(explanation.evidence, Evidence, place="evidence")
    check_table(explanation.curves, Curve, place="curves")
    assert set(explanation.curves["curve"]) == {"dependence", "archetype"}


@pytest.mark.parametrize("kind", ["logistic", "lightgbm"])
def test_what_raises_and_lowers_the_risk_is_told(people, models, kind):
    evidence = explain(models[kind], people[0]).evidence
    assert value_of(evidence, "shap_direction", "hba1c") > 0.7
    assert value_of(evidence, "shap_direction", "egfr") < -0.7
    assert value_of(evidence, "shap_direction", "statins") > 0.7
    sizes = {name: value_of(evidence, "mean_abs_shap", name) for name in models[kind].feature_names}
    if "noise" in sizes:
        assert sizes["noise"] < 0.5 * sizes["egfr"]
    gap = evidence.filter(pl.col("metric") == "shap_additivity_gap")
    assert gap["value"].item() < 1e-9
    assert gap["n"].item() == 1500


def test_importance_is_the_mean_absolute_contribution(people, models):
    evidence = explain(models["logistic"], people[0], ExplanationSettings(n_people=3000)).evidence
    attribution = attribute_risk(models["logistic"], people[0], tolerance=1e-6)
    expected = np.abs(attribution.values[:, attribution.feature_names.index("egfr")]).mean()
    row = evidence.filter(pl.col("metric") == "mean_abs_shap", pl.col("group") == "feature=egfr")
    assert row["value"].item() == pytest.approx(expected)
    assert row["lower"].item() < row["value"].item() < row["upper"].item()


def test_dependence_rises_with_a_feature_that_raises_the_risk(people, models):
    curves = explain(models["lightgbm"], people[0]).curves.filter(pl.col("curve") == "dependence")
    hba1c = curves.filter(pl.col("series") == "hba1c").sort("point")
    assert hba1c["x"].is_sorted()
    assert hba1c["y"][-1] > hba1c["y"][0] + 0.5
    assert hba1c["n"].min() >= 20
    missing = curves.filter(pl.col("series") == "hba1c|missing")
    assert missing.height == 1
    assert missing["n"].item() + hba1c["n"].sum() == 1500
    assert curves.filter(pl.col("series") == "egfr|missing").is_empty()


def test_only_the_most_important_features_get_curves(people, models):
    settings = ExplanationSettings(n_people=1500, n_curves=2)
    curves = explain(models["logistic"], people[0], settings).curves.filter(pl.col("curve") == "dependence")
    assert len({series.split("|")[0] for series in curves["series"]}) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_parts_of_an_archetype_add_up_to_its_risk(people, models, kind):
    curves = explain(models[kind], people[0], ExplanationSettings(n_people=1500, n_archetype_features=2)).curves
    archetypes = curves.filter(pl.col("curve") == "archetype").with_columns(
        name=pl.col("series").str.split("|").list[0], part=pl.col("series").str.split("|").list[1]
    )
    assert set(archetypes["name"]) == {"high_risk", "typical_risk"}
    risks = {}
    for name in ("high_risk", "typical_risk"):
        rows = archetypes.filter(pl.col("name") == name)
        total = rows.filter(pl.col("part") != "(risk)")["y"].sum()
        risks[name] = rows.filter(pl.col("part") == "(risk)")["y"].item()
        assert 1 / (1 + np.exp(-total)) == pytest.approx(risks[name])
        sizes = rows.filter(~pl.col("part").str.starts_with("(")).sort("point")["y"].abs()
        assert sizes.is_sorted(descending=True)
        assert rows["n"].unique().to_list() == [25]
    assert risks["high_risk"] > risks["typical_risk"]


def test_archetype_is_nobody(people, models):
    """No person's contributions are those of an archetype."""
    attribution = attribute_risk(models["lightgbm"], people[0], tolerance=1e-6)
    for archetype in average_archetypes(attribution, ExplanationSettings()):
        assert archetype.n >= 20
        distance = np.abs(attribution.values - archetype.contributions).max(axis=1)
        assert distance.min() > 1e-6


def test_archetype_is_never_made_of_fewer_than_20_people(people, models):
    few = take_rows(people[0], np.arange(24))
    assert explain(models["logistic"], few).curves.filter(pl.col("curve") == "archetype").is_empty()
    with pytest.raises(SettingsError, match="archetype_people must be at least 20"):
        build_settings(ExplanationSettings, {"archetype_people": 19}, place="conf/explanation/x.yaml")


def test_archetype_says_not_measured_where_too_few_of_it_are(people, models):
    """With `hba1c` measured in 10 people only, no archetype has 20 of them."""
    features, _ = people
    values = features.matrix.toarray()
    values[10:, features.names.index("hba1c")] = np.nan
    scarce = type(features)(features.names, type(features.matrix)(values), features.person_id, features.index_at)
    attribution = attribute_risk(models["logistic"], scarce, tolerance=1e-6)
    for archetype in average_archetypes(attribution, ExplanationSettings()):
        assert np.isnan(archetype.values[attribution.feature_names.index("hba1c")])
    series = explain(models["logistic"], scarce).curves["series"].to_list()
    assert not {"high_risk|hba1c", "typical_risk|hba1c"} & set(series)


def test_same_generator_same_explanation(people, models):
    one, two = explain(models["lightgbm"], people[0]), explain(models["lightgbm"], people[0])
    assert one.evidence.equals(two.evidence)
    assert one.curves.equals(two.curves)
    other = explain(models["lightgbm"], people[0], seed=1)
    assert not other.evidence.equals(one.evidence)


def test_direction_is_undefined_where_nobody_differs(people, models):
    women = take_rows(people[0], np.flatnonzero(people[0].matrix.toarray()[:, 1] == 1))
    evidence = explain(models["age_sex"], women).evidence
    row = evidence.filter(pl.col("metric") == "shap_direction", pl.col("group") == "feature=is_female")
    assert row["value"].item() is None
    assert "same for everybody" in row["reason"].item()


def test_shipped_settings_are_the_defaults():
    path = Path(__file__).parents[3] / "conf" / "explanation" / "default.yaml"
    mapping = yaml.safe_load(path.read_text("utf-8"))
    assert build_settings(ExplanationSettings, mapping, place=path.name) == ExplanationSettings()
