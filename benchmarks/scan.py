"""The limit of the machine: how fast pyarrow reads four columns of every event, codes as a dictionary, and no more.

Usage: python -m benchmarks.scan FOLDER COLUMN COLUMN ... [--dictionary code]
"""

import argparse
import json
import time
from pathlib import Path

import pyarrow.parquet as pq


def scan(files: list[Path], columns: list[str], dictionary: list[str]) -> int:
    """Read the columns of every file with one thread, and return how many rows there were."""
    return sum(
        pq.ParquetFile(file, read_dictionary=dictionary).read(columns=columns, use_threads=False).num_rows
        for file in files
    )


def main() -> None:
    """Read once to have the files in memory, then once to measure, and print CPU seconds and rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("columns", nargs="+")
    parser.add_argument("--dictionary", nargs="+", default=["code"])
    options = parser.parse_args()
    files = sorted(options.folder.rglob("*.parquet"))
    scan(files, options.columns, options.dictionary)
    started = time.process_time()
    rows = scan(files, options.columns, options.dictionary)
    print(json.dumps({"rows": rows, "cpu_s": round(time.process_time() - started, 4)}))


if __name__ == "__main__":
    main()
