"""What a MEDS dataset says of itself and of its codes."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import polars as pl

from evidens.codes import CODE_SYSTEMS, split_code
from evidens.events.meds import BIRTH, DEATH, EXACT, MEDS_VERSION, ORIGIN, REGION, SEX

if TYPE_CHECKING:
    import pyarrow as pa

DESCRIPTIONS = {BIRTH: "Born", DEATH: "Died", SEX: "Sex", ORIGIN: "Origin", REGION: "Lived in this region until end_at"}


def codes_schema() -> "pa.Schema":
    """Return the types of metadata/codes.parquet."""
    import pyarrow as pa

    return pa.schema([("code", pa.string()), ("description", pa.string()), ("parent_codes", pa.list_(pa.string()))])


def describe_dataset(*, name: str, version: str, etl_version: str) -> dict[str, Any]:
    """Return metadata/dataset.json; without a time of making, so that the same store gives the same bytes."""
    return {
        "dataset_name": name,
        "dataset_version": version,
        "etl_name": "evidens",
        "etl_version": etl_version,
        "meds_version": MEDS_VERSION,
        "raw_source_id_columns": [],
        "code_modifier_columns": ["unit", "operator"],
        "additional_value_modality_columns": [EXACT],
        "site_id_columns": [],
        "other_extension_columns": ["known_at", "end_at", "register", "delivery"],
    }


def describe_codes(codes: Iterable[str]) -> pl.DataFrame:
    """Return metadata/codes.parquet: every code with what is said of it here and with the codes above it."""
    rows = [(code, _describe_code(code), _find_parents(code)) for code in sorted(set(codes))]
    return pl.DataFrame(
        rows,
        schema={"code": pl.String, "description": pl.String, "parent_codes": pl.List(pl.String)},
        orient="row",
    )


def _describe_code(code: str) -> str | None:
    prefix = code if code in DESCRIPTIONS else code.partition("/")[0] + "/"
    if prefix in DESCRIPTIONS:
        bare = code.removeprefix(prefix)
        return f"{DESCRIPTIONS[prefix]}: {bare}" if bare else DESCRIPTIONS[prefix]
    return None


def _find_parents(code: str) -> list[str]:
    """Return the code one level above, prefixed; none where the system is flat or not ours.

    >>> _find_parents("ATC/A10BA02"), _find_parents("MEDS_BIRTH")
    (['ATC/A10BA'], [])
    """
    if code.partition("/")[0] not in CODE_SYSTEMS:
        return []
    system, bare = split_code(code)
    return [f"{system.prefix}{above}" for above in system.ancestors(bare)[:1]]
