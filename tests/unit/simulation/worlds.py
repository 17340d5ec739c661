"""Small worlds for tests, made from the shipped ones."""

from pathlib import Path

import yaml

from evidens.foundation import build_settings
from evidens.simulation import WorldSettings

CONF = Path(__file__).parents[3] / "conf/simulation"
SHORT = {  # few years, so that there are few files; the regions change to the third patient register among them
    "start_on": "2016-01-01", "end_on": "2020-12-31", "index_years": [2017],
    "onset_from_on": {"type_2_diabetes": "2016-01-01", "colorectal_cancer": "2016-01-01"},
}  # fmt: skip


def build_world(name: str, **changes) -> WorldSettings:
    mapping = yaml.safe_load((CONF / f"{name}.yaml").read_text(encoding="utf-8"))
    return build_settings(WorldSettings, {**mapping, **changes}, place=f"conf/simulation/{name}.yaml")
