"""Prediction models: logistic regression, gradient-boosted trees, and age and sex as the comparator."""

from evidens.models.boosting import LightGBMModel
from evidens.models.fit import fit_model, fit_on_rows, fit_predict, take_rows
from evidens.models.linear import LinearModel
from evidens.models.model import FitRecord, Model, ModelError, TooFewError, Trial, risk_of_logit
from evidens.models.settings import AgeSexSettings, LightGBMSettings, LogisticSettings, ModelSettings
from evidens.models.storage import load_model, model_digest, save_model

__all__ = [
    "AgeSexSettings",
    "FitRecord",
    "LightGBMModel",
    "LightGBMSettings",
    "LinearModel",
    "LogisticSettings",
    "Model",
    "ModelError",
    "ModelSettings",
    "TooFewError",
    "Trial",
    "fit_model",
    "fit_on_rows",
    "fit_predict",
    "load_model",
    "model_digest",
    "risk_of_logit",
    "save_model",
    "take_rows",
]
