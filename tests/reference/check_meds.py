"""Hold an exported dataset against the schemas of the package `meds`: `python tests/reference/check_meds.py FOLDER`.

Run it where `meds` is installed, as for make_meds_schema.py. The demo study, exported with `evidens events export`,
passed with meds 0.4.1: 18,641,148 rows in 8 files, 284 codes.
"""

import json
import sys
from pathlib import Path

import pyarrow.parquet as pq
from meds import CodeMetadataSchema, DataSchema, DatasetMetadataSchema

folder, n_rows, codes = Path(sys.argv[1]), 0, set()
for path in sorted((folder / "data").rglob("*.parquet")):
    rows = pq.read_table(path)
    DataSchema.validate(rows)
    n_rows, codes = n_rows + rows.num_rows, codes | set(rows["code"].unique().to_pylist())
described = pq.read_table(folder / "metadata" / "codes.parquet")
CodeMetadataSchema.validate(described)
DatasetMetadataSchema.validate(json.loads((folder / "metadata" / "dataset.json").read_text(encoding="utf-8")))
assert codes == set(described["code"].to_pylist())
print(f"{n_rows:,} rows and {len(codes):,} codes are as meds wants them.")
