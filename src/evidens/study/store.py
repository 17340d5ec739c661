"""`evidens events describe` and `check`: the event store of a study, as it lies on the disk."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from evidens.events import Manifest, check_store, describe_events
from evidens.study.study import Study

if TYPE_CHECKING:
    from rich.console import Console

    from evidens.events import SegmentFacts, StoreFacts


class Store(NamedTuple):
    """The event store of a study: where it is, and whose it has to be."""

    study: Study
    folder: Path
    n_buckets: int
    key: str | None

    @property
    def belongs(self) -> dict[str, Any]:
        """What its manifest is compared with."""
        return {"key": self.key, "n_buckets": self.n_buckets}


def find_store(root: Path) -> Store:
    """Find the event store of the study at `root`.

    Notes
    -----
    Whose key it was made with is asked where the key is at hand: that of a simulated delivery, or a key file that
    can be read.
    """
    from evidens.privacy import KeyFileError, key_for

    study = Study.open(root)
    delivery = study.settings("delivery")
    seed = study.settings("simulation").seed if delivery.kind == "simulated" else None
    try:
        key = key_for(delivery, world_seed=seed, forbidden_roots=(study.root,)).identity
    except KeyFileError:
        key = None
    return Store(study, study.root / study.catalog["events"].dir, delivery.n_buckets, key)


def run_check(root: Path) -> None:
    """Check every file of the store against its manifest, and say what was looked at.

    Raises
    ------
    evidens.events.EventStoreError
        Naming every file that is not as it was written.
    """
    store = find_store(root)
    manifest = check_store(store.folder, **store.belongs)
    n_files = len(manifest.list_files())
    print(f"{n_files:,} files of {len(manifest.segments)} segments are what the manifest says, byte for byte.")
    if store.key is None:
        print("The key file cannot be read here: whether the store was made with it was not asked.")


def run_describe(root: Path, *, as_json: bool = False) -> None:
    """Print what the store holds and costs, without a cell that rests on a few people."""
    store = find_store(root)
    minimum = store.study.settings("disclosure").minimum
    manifest = check_store(store.folder, **store.belongs, content=False)
    facts = describe_events(manifest, store.folder, minimum=minimum)
    if as_json:
        print(json.dumps(asdict(facts) | {"n_buckets": manifest.n_buckets, "minimum": minimum}, indent=1))
        return
    from rich.console import Console

    show_store(facts, manifest, Console(highlight=False), minimum=minimum)


def show_store(facts: "StoreFacts", manifest: Manifest, console: "Console", *, minimum: int) -> None:
    """Print one line per segment and one of all together."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("segment", no_wrap=True)
    for heading in ("events", "people", "from", "to", "codes", "B/row", "MB", "id"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in facts.segments:
        table.add_row(one.name, *_tell(one))
    table.add_section()
    table.add_row("all", *_tell(facts.total), style="bold")
    console.print(f"\n[bold]Event store[/], {manifest.n_buckets} buckets, {len(manifest.list_files()):,} files")
    console.print(table)
    if facts.hidden:
        told = f"Segments with events of fewer than {minimum} people, not described and in no sum: "
        console.print(told + ", ".join(facts.hidden))
    console.print(f"[dim]from, to: first and last month in which {minimum} people or more have an event[/]")
    console.print("[dim]id: bits that person_id takes of the bytes of a row on the disk (B/row)[/]")


def _tell(one: "SegmentFacts") -> list[str]:
    rows = max(one.rows, 1)
    return [
        f"{one.rows:,}",
        "-" if one.people is None else f"{one.people:,}",
        one.first or "-",
        one.last or "-",
        f"{one.codes:,}",
        f"{one.size / rows:.1f}",
        f"{one.size / 1e6:,.1f}",
        f"{one.column_bits.get('person_id', 0):.1f}",
    ]
