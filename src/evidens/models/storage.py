"""Models on disk as text: JSON with exact numbers, LightGBM's own text, no pickle, no code."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evidens.foundation import Fault
from evidens.models.boosting import LightGBMModel
from evidens.models.linear import LinearModel
from evidens.models.model import FitRecord, Model, ModelError, Trial
from evidens.models.terms import term_from_record

MODEL_FILE = "model.json"
TREES_FILE = "trees.txt"
LAYOUT = 1  # of MODEL_FILE


def save_model(model: Model, folder: Path) -> None:
    """Write `model` to `folder`, replacing a model that lies there.

    Notes
    -----
    Python writes a float with the fewest digits that read back as the same double, so nothing is
    lost. Pickle is not used: reading a pickle runs whatever code it names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record = {
        "layout": LAYOUT,
        "kind": model.kind,
        "feature_names": list(model.feature_names),
        "record": asdict(model.record),
        **model.to_record(),
    }
    text = json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / MODEL_FILE).write_text(text + "\n", encoding="utf-8")
    if isinstance(model, LightGBMModel):
        (folder / TREES_FILE).write_text(model.trees, encoding="utf-8", newline="\n")
    else:
        (folder / TREES_FILE).unlink(missing_ok=True)


def load_model(folder: Path) -> Model:
    """Read the model that `save_model` wrote; it predicts the same to the last bit.

    Raises
    ------
    ModelError
        When there is no model, or one that this version cannot read.
    """
    path = folder / MODEL_FILE
    if not path.is_file():
        raise ModelError(Fault(str(path), "no such model.", "Train it first."))
    saved: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if saved.get("layout") != LAYOUT:
        finding = f"layout {saved.get('layout')!r}; this version reads {LAYOUT}."
        raise ModelError(Fault(str(path), finding, "Use the version of evidens that wrote it."))
    record = FitRecord(**saved["record"] | {"trials": tuple(Trial(**trial) for trial in saved["record"]["trials"])})
    if saved["kind"] == LightGBMModel.kind:
        trees = (folder / TREES_FILE).read_text(encoding="utf-8")
        return LightGBMModel(trees, saved["n_columns"], saved["used_columns"], saved["num_threads"], record)
    coefficients = tuple(term.pop("coefficient") for term in saved["terms"])
    terms = tuple(term_from_record(term) for term in saved["terms"])
    return LinearModel(saved["kind"], saved["intercept"], terms, coefficients, record)


def model_digest(folder: Path) -> str:
    """SHA-256 of the model files in `folder`, in hexadecimal.

    Notes
    -----
    The same rows, settings and generator give the same digest on one machine. LightGBM writes its
    parameters into its text, so two settings that lead to the same trees have different digests.

    Raises
    ------
    ModelError
        When there is no model.
    """
    if not (folder / MODEL_FILE).is_file():
        raise ModelError(Fault(str(folder / MODEL_FILE), "no such model.", "Train it first."))
    digest = hashlib.sha256()
    for name in (MODEL_FILE, TREES_FILE):
        path = folder / name
        if path.is_file():
            content = path.read_bytes()
            digest.update(f"{name}:{len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()
