"""The cohort task with ACES: its configuration below, one shard after the other.

Usage: python -m benchmarks.peers.cohort_aces DATA OUT
"""

import sys
from pathlib import Path

import polars as pl
from aces import config, predicates, query
from omegaconf import DictConfig

from benchmarks.peers.cohort_definition import CONTACT, DAYS, OUTCOME
from benchmarks.task.definition import event_files

TASK = f"""
predicates:
  contact: {{code: "{CONTACT}"}}
  outcome: {{code: "{OUTCOME}"}}
trigger: contact
windows:
  before:
    start: null
    end: trigger
    start_inclusive: true
    end_inclusive: false
    has: {{contact: "(None, 0)"}}
  history:
    start: end - {DAYS}d
    end: trigger
    start_inclusive: true
    end_inclusive: false
    has: {{_ANY_EVENT: "(1, None)"}}
    index_timestamp: end
  target:
    start: trigger
    end: start + {DAYS}d
    start_inclusive: false
    end_inclusive: true
    label: outcome
"""


def main() -> None:
    """Answer shard by shard."""
    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    out.mkdir(parents=True)
    (out / "task.yaml").write_text(TASK)
    task = config.TaskExtractorConfig.load(config_path=out / "task.yaml")
    parts = []
    for file in event_files(data):
        source = DictConfig({"path": file, "standard": "meds", "ts_format": None})
        found = query.query(task, predicates.get_predicates_df(cfg=task, data_config=source))
        if found.height:
            parts.append(found.select("subject_id", index_time="trigger", outcome=pl.col("label") > 0))
    pl.concat(parts).sort("subject_id").write_parquet(out / "all.parquet")


if __name__ == "__main__":
    main()
