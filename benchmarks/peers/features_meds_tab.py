"""The feature task as far as meds-tab goes: counts, sums, least and largest values; it has no latest value and no mean.

Its three commands are run as its documentation says, on one shard after the other, in one process each.

Usage: python -m benchmarks.peers.features_meds_tab DATA OUT [--windows 30 90 365 1825]
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl

from benchmarks.task.definition import WINDOWS, event_files

AGGREGATIONS = "[static/present,code/count,value/count,value/sum,value/min,value/max]"


def lay_out(data: Path, out: Path) -> None:
    """Put events and labels where meds-tab looks for them."""
    for source, place in (("meds", "data/train"), ("index-1", "labels/train")):
        (out / "input" / place).mkdir(parents=True)
        for file in sorted((data / source).glob("*.parquet")):
            (out / "input" / place / file.name).symlink_to(file.resolve())
    (out / "input" / "metadata").mkdir()
    (out / "input" / "metadata" / "dataset.json").write_text('{"dataset_name": "task", "meds_version": "0.4.0"}')


def count_of_rarest_group(data: Path) -> int:
    """Events of the rarest of the groups: meds-tab chooses codes by how frequent they are."""
    groups = pl.scan_parquet(data / "groups.parquet").select("code")
    counts = pl.scan_parquet(event_files(data)).join(groups, on="code").group_by("code").len()
    return counts.select(pl.col("len").min()).collect().item()


def main() -> None:
    """Run describe, tabularize-static and tabularize-time-series."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--windows", type=int, nargs="+", default=list(WINDOWS))
    parser.add_argument("--dates", type=int, choices=[1], default=1)
    options = parser.parse_args()
    lay_out(options.data, options.out)
    made = options.out / "made"
    made.mkdir()
    places = [f"input_dir={options.out / 'input' / 'data'}", f"output_dir={made}"]
    wanted = [
        *places, f"input_label_dir={options.out / 'input' / 'labels'}", f"tabularization.aggs={AGGREGATIONS}",
        f"tabularization.min_code_inclusion_count={count_of_rarest_group(options.data)}",
        f"tabularization.window_sizes=[{','.join(f'{days}d' for days in options.windows)}]",
        f"tabularization.filtered_code_metadata_fp={made / 'metadata' / 'filtered.parquet'}",
    ]  # fmt: skip
    programs = Path(sys.executable).parent
    subprocess.run([programs / "meds-tab-describe", *places], check=True)
    subprocess.run([programs / "meds-tab-tabularize-static", *wanted], check=True)
    subprocess.run([programs / "meds-tab-tabularize-time-series", *wanted], check=True)
    shutil.rmtree(options.out / "input")


if __name__ == "__main__":
    main()
