"""What a run and a version carry in MLflow: tags, metrics, parameters, and the names of the data."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from evidens.changes.naming import name_metrics
from evidens.changes.record import ChangeRecord
from evidens.changes.version import VersionFacts, flatten_settings, version_digest

DIGEST_TAG, NUMBER_TAG, ENTRY_TAG = "version.digest", "version.number", "ledger.entry"
LONGEST_PARAMETER, LONGEST_TAG, LONGEST_DATA_DIGEST = 6000, 8000, 36  # MLflow takes no more
NOT_ALLOWED = re.compile(r"[^\w\-. /:]")  # in names of metrics and parameters


def label_version(facts: VersionFacts, record: ChangeRecord, ledger_entry: str) -> dict[str, str]:
    """Return the tags of a run and of its registered version: pointers and digests, not the truth itself.

    Parameters
    ----------
    facts, record
        The version, and what changed.
    ledger_entry : str
        Digest of the ledger's entry.
    """
    tags = {
        DIGEST_TAG: version_digest(facts),
        NUMBER_TAG: str(record.identity["version"]),
        ENTRY_TAG: ledger_entry,
        "candidate": facts.candidate,
        "model.digest": facts.model_digest,
        "evidence.digest": facts.evidence_digest,
        "settings.digest": facts.settings_digest,
        "protocol.hash": facts.protocol_hash,
        "gate.status": describe_gates(facts.gates),
        "change.classes": ", ".join(record.change["classes"]),
        "change.plan": record.change["plan"]["verdict"],
        "change_record.id": record.identity["record_id"],
        "change_record.sha256": record.sha256,
        "mlflow.source.git.commit": facts.commit or "not known",
        "git.is_dirty": str(facts.is_dirty).lower(),
    }
    return {key: text[:LONGEST_TAG] for key, text in tags.items()}


def describe_gates(gates: Sequence[Mapping[str, str]]) -> str:
    """Sum up gate verdicts: FAIL if any failed, else INCONCLUSIVE if any was, else PASS; `none` without any.

    >>> describe_gates([{"verdict": "PASS"}, {"verdict": "INCONCLUSIVE"}])
    'INCONCLUSIVE'
    """
    verdicts = {gate["verdict"] for gate in gates}
    return next((verdict for verdict in ("FAIL", "INCONCLUSIVE", "PASS") if verdict in verdicts), "none")


def label_metrics(evidence: pl.DataFrame, model: str) -> dict[str, float]:
    """Return the defined values of a model in everybody, under names that MLflow takes."""
    values = name_metrics(evidence, model).items()
    return {_name(name): value for name, value in values if value is not None and math.isfinite(value)}


def label_parameters(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return parameters as text under dotted names; one too long for MLflow ends by saying so."""
    return {_name(name): _shorten(str(value)) for name, value in flatten_settings(parameters).items()}


def label_data(data: Mapping[str, str]) -> list[dict[str, Any]]:
    """Describe every table by name and DVC's md5, as the arguments of MLflow's `Dataset`: no row, no column."""
    return [
        {"name": table, "digest": md5[:LONGEST_DATA_DIGEST] or "not known", "source_type": "dvc",
         "source": json.dumps({"table": table, "dvc_md5": md5}), "schema": None, "profile": None}
        for table, md5 in sorted(data.items())
    ]  # fmt: skip


def _name(name: str) -> str:
    return NOT_ALLOWED.sub("_", name)


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_PARAMETER else f"{text[: LONGEST_PARAMETER - 20]} ... (cut off)"
