"""Small worlds for tests, made from the shipped ones."""

from pathlib import Path

import yaml

from evidens.foundation import build_settings
from evidens.simulation import WorldSettings

CONF = Path(__file__).parents[3] / "conf/simulation"


def build_world(name: str, **changes) -> WorldSettings:
    mapping = yaml.safe_load((CONF / f"{name}.yaml").read_text(encoding="utf-8"))
    return build_settings(WorldSettings, {**mapping, **changes}, place=f"conf/simulation/{name}.yaml")
