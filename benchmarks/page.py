"""Write the page of all kept results, benchmarks/results/README.md, from the files beside it.

Usage: python -m benchmarks.page
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.contest import RESULTS

PAGE = RESULTS / "README.md"
WORDS = ("", "answer", "stage", "step")


def read(name: str) -> list[dict[str, Any]]:
    """Read the entries of one file of results; none where it is not there."""
    path = RESULTS / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else []


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Write a table; words to the left, numbers to the right.

    >>> print("\\n".join(table(["step", "s", "answer"], [["a", "1.0", "equal"]])))
    | step | s | answer |
    |---|--:|---|
    | a | 1.0 | equal |
    """
    rule = ["---" if heading in WORDS else "--:" for heading in headings]
    lines = [f"| {' | '.join(map(str, row))} |" for row in rows]
    return [f"| {' | '.join(headings)} |", f"|{'|'.join(rule)}|", *lines]


def say_made(entry: dict[str, Any]) -> str:
    """Say when, where and how often."""
    machine = entry["machine"]
    often = f", medians of {entry['runs']} runs in turn" if "runs" in entry else ""
    return f"{entry['date']}, {machine['cores']} cores ({machine['cpu']}, {machine['memory_gb']} GB){often}."


def describe_contest(title: str, entry: dict[str, Any]) -> list[str]:
    """Describe one size of a task that peers do too."""
    rows = []
    for name, one in entry["contenders"].items():
        if one["cpu_s"] is None:
            rows.append([name, "-", "-", "-", "-", one["failed"]])
            continue
        ratio = "" if one["cpu_ratio"] is None else f"{one['cpu_ratio']:.2f}"
        rows.append([name, f"{one['cpu_s']:.2f}", ratio, f"{one['rows_per_cpu_s'] / 1e6:.2f}", f"{one['peak_mb']:,.0f}",
                     one["answer"]])  # fmt: skip
    headings = ["", "CPU s", "ratio to ours", "M events per CPU s", "peak MB", "answer"]
    lines = [f"### {title}", "", *table(headings, rows), "", say_made(entry)]
    if limit := entry.get("limit_of_reading"):
        shares = {name: one.get("share_of_the_limit") for name, one in entry["contenders"].items()}
        told = "; ".join(f"{name}: {share:.0%}" for name, share in shares.items() if share is not None)
        fastest = f"{limit['rows_per_cpu_s'] / 1e6:.1f} M events per CPU s"
        lines.append(f"Reading four columns and nothing else: {fastest}. Of that reach {told}.")
    made = ", ".join(f"{name} {cost['cpu_s']} CPU s" for name, cost in entry["making_the_store"].items())
    return [*lines, f"Making the store of events, counted nowhere above, took: {made}.", ""]


def describe_features() -> list[str]:
    """Describe the feature task at every size."""
    lines = []
    for entry in read("features"):
        times = entry["index_times_per_person"]
        title = f"{entry['events']:,} events of {entry['people']:,} people, {times} index time{'s' * (times > 1)} each"
        lines += describe_contest(title, entry)
    return ["## 560 features", "", *lines] if lines else []


def describe_cohorts() -> list[str]:
    """Describe the cohort task at every size."""
    lines = []
    for entry in read("cohort"):
        lines += describe_contest(f"{entry['events']:,} events of {entry['people']:,} people", entry)
    return ["## A cohort with history and outcome", "", *lines] if lines else []


def describe_events() -> list[str]:
    """Describe what making events costs."""
    lines = []
    for entry in read("events"):
        rows = [[stage, f"{one['cpu_s']:.1f}", f"{one['rows_per_cpu_s'] / 1e6:.2f}", f"{one['peak_mb']:,.0f}"]
                for stage, one in entry["stages"].items()]  # fmt: skip
        headings = ["stage", "CPU s", "M rows per CPU s", "peak MB per process"]
        title = f"{entry['rows']:,} delivered rows of {entry['people']:,} people of the demo world:"
        lines += [title, "", *table(headings, rows), "", say_made(entry), ""]
    return ["## From a delivery to events", "", *lines] if lines else []


def describe_engines() -> list[str]:
    """Describe what Dask costs."""
    lines = []
    for entry in read("engines"):
        seconds = {name: one["cpu_s"] for name, one in entry["engines"].items()}
        equal = "equal" if entry["files_are_equal"] else "DIFFERENT"
        what = f"`{entry['stage']}` of {entry['people']:,} people of the demo world with {entry['workers']} workers"
        cost = f"{seconds['local']:.1f} CPU s local, {seconds['dask']:.1f} on Dask"
        ratio = f"ratio {entry['cpu_of_dask_over_local']:.2f}"
        lines.append(f"- {what}: {cost}, {ratio}; the files are {equal}. {say_made(entry)}")
    return ["## Dask beside the local engine", "", *lines, ""] if lines else []


def describe_simulation() -> list[str]:
    """Describe how fast rows are simulated."""
    path = RESULTS / "simulation.json"
    if not path.exists():
        return []
    kept = json.loads(path.read_text())
    speeds = [[what, f"{speed / 1e6:.2f}"] for what, speed in kept["rows_per_cpu_second"].items()
              if isinstance(speed, int)]  # fmt: skip
    return ["## Simulating a delivery", "", *table(["", "M rows per CPU s"], speeds), "", say_made(kept), ""]


def describe_country() -> list[str]:
    """Describe what the whole pipeline costs, by size."""
    path = RESULTS / "national.json"
    if not path.exists():
        return []
    kept = json.loads(path.read_text())
    rows = [
        [f"{one['people']:,}", f"{one['rows']['all']:,}", f"{one['wall_s'] / 3600:.2f}", f"{one['cpu_s'] / 3600:.2f}",
         f"{one['rows_per_cpu_s']:,}", f"{one['peak_mb_per_process']:,}", f"{one['largest_disk_mb'] / 1000:.1f}"]
        for one in kept["sizes"]
    ]  # fmt: skip
    headings = ["people", "rows delivered", "wall h", "CPU h", "rows per CPU s", "peak MB of a process", "disk GB"]
    largest = kept["sizes"][-1]
    steps = [[name, f"{one['wall_s']:,.0f}", f"{one['cpu_s']:,.0f}", f"{one['peak_mb']:,}", f"{one['disk_mb']:,}"]
             for name, one in largest["steps"].items()]  # fmt: skip
    return [
        "## The whole pipeline on a simulated country", "", *table(headings, rows), "",
        "![Processor time against people](national.svg)", "", f"Step by step at {largest['people']:,} people:", "",
        *table(["step", "wall s", "CPU s", "peak MB of a process", "MB on disk after it"], steps), "",
        say_made(largest), "",
    ]  # fmt: skip


def main() -> None:
    """Write the page."""
    lines = [
        "# Results", "", "Written by `python -m benchmarks.page` from the files beside it. How they are measured, and "
        "what to know before quoting one: [benchmarks](../README.md).", "", *describe_features(), *describe_cohorts(),
        *describe_events(), *describe_engines(), *describe_simulation(), *describe_country(),
    ]  # fmt: skip
    PAGE.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    print(PAGE.name)


if __name__ == "__main__":
    main()
