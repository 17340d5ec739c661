"""Write down what the package `meds` says of its format: data/meds_schema.json.

Run it where `meds` is installed (`pip install meds==0.4.1` in an environment of its own, since nothing of ours needs
it), from the root: `python tests/reference/make_meds_schema.py`.
"""

import json
from importlib.metadata import version
from pathlib import Path

from meds import CodeMetadataSchema, DataSchema, DatasetMetadataSchema

TABLES = (DataSchema, CodeMetadataSchema)
said = {"version": version("meds")}
said |= {table.__name__: {f.name: str(f.type) for f in table.schema()} for table in TABLES}
said[DatasetMetadataSchema.__name__] = sorted(DatasetMetadataSchema.schema()["properties"])
text = json.dumps(said, indent=1) + "\n"
(Path(__file__).parent / "data" / "meds_schema.json").write_text(text, encoding="utf-8")
