"""Models on disk: text that predicts the same to the last bit."""

import json

import numpy as np
import pytest

from evidens.models import (
    AgeSexSettings,
    LightGBMSettings,
    LogisticSettings,
    ModelError,
    fit_model,
    load_model,
    model_digest,
)

RNG = np.random.default_rng
KINDS = [
    LogisticSettings(),
    AgeSexSettings(),
    LightGBMSettings(num_leaves=(3,), min_people_per_leaf=(30,), max_rounds=20),
]
each_kind = pytest.mark.parametrize("settings", KINDS, ids=lambda settings: settings.kind)


@each_kind
def test_model_read_back_predicts_the_same_bits(simulated, settings, tmp_path):
    features, outcome, weights = simulated(1500)
    model = fit_model(features, outcome, weights, settings, rng=RNG(0))
    model.save(tmp_path / "model")
    again = load_model(tmp_path / "model")
    assert again.predict_risk(features).tobytes() == model.predict_risk(features).tobytes()
    assert again == model
    assert again.describe() == model.describe()
    assert again.kind == settings.kind


@each_kind
def test_same_settings_and_rows_give_the_same_digest(simulated, settings, tmp_path):
    for name in ("one", "two"):
        fit_model(*simulated(1500), settings, rng=RNG(0)).save(tmp_path / name)
    assert model_digest(tmp_path / "one") == model_digest(tmp_path / "two")


def test_one_more_person_gives_another_digest(simulated, tmp_path):
    fit_model(*simulated(1500), AgeSexSettings(), rng=RNG(0)).save(tmp_path / "one")
    fit_model(*simulated(1501), AgeSexSettings(), rng=RNG(0)).save(tmp_path / "two")
    assert model_digest(tmp_path / "one") != model_digest(tmp_path / "two")


@each_kind
def test_files_are_text_and_valid_json(simulated, settings, tmp_path):
    model = fit_model(*simulated(1500), settings, rng=RNG(0))
    model.save(tmp_path)
    saved = json.loads((tmp_path / "model.json").read_text("utf-8"), parse_constant=pytest.fail)
    assert saved["feature_names"] == list(model.feature_names)
    assert {path.name for path in tmp_path.iterdir()} <= {"model.json", "trees.txt"}


def test_saving_another_kind_leaves_nothing_of_the_first(simulated, tmp_path):
    fit_model(*simulated(1500), KINDS[2], rng=RNG(0)).save(tmp_path)
    fit_model(*simulated(1500), KINDS[1], rng=RNG(0)).save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["model.json"]


def test_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"model\.json: no such model"):
        load_model(tmp_path)
    with pytest.raises(ModelError, match="no such model"):
        model_digest(tmp_path)


def test_model_of_another_layout_is_refused(simulated, tmp_path):
    fit_model(*simulated(1500), AgeSexSettings(), rng=RNG(0)).save(tmp_path)
    saved = json.loads((tmp_path / "model.json").read_text("utf-8"))
    (tmp_path / "model.json").write_text(json.dumps(saved | {"layout": 99}), "utf-8")
    with pytest.raises(ModelError, match="layout 99"):
        load_model(tmp_path)
