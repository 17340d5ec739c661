"""`evidens delivery check`: look at a delivery as it lies there, before a run, and say what will become of it."""

import json
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from evidens.foundation import EvidensError, Fault, track
from evidens.study import formats
from evidens.study.catalog import StudyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from evidens.registers.check import DeliveryCheck, Met, Overlap

BATCH_ROWS = 500_000


def check_folder(folder: Path, *, rows: bool = True) -> "DeliveryCheck":
    """Look at every data file below `folder`.

    Parameters
    ----------
    folder : pathlib.Path
        The delivery; nothing is written there.
    rows : bool
        Whether rows are read too; without, only names, columns and numbers of rows are looked at.

    Raises
    ------
    StudyError
        If there is no such folder. Everything that is wrong with the delivery is in the answer instead.
    """
    from evidens.registers import LINK_TABLES, TABLES, RegisterError, check_delivery
    from evidens.registers.check import DeliveryCheck, SignCounts, describe_tables, find_notes, find_overlaps

    if not folder.is_dir():
        raise StudyError(Fault(str(folder), "no such folder.", "Name the folder of a delivery."))
    tables = TABLES | LINK_TABLES
    check, signs = DeliveryCheck(folder.resolve().name), SignCounts(tables)
    for path in track(formats.find_files(folder), what="reading files"):
        name = path.relative_to(folder).as_posix()
        try:
            file = _look_at(path, name)
            if rows:
                for batch in formats.read_batches(path, BATCH_ROWS):
                    signs.add(name, batch)
            check.files.append(file)
        except StudyError as error:
            check.faults += [Fault(name, fault.finding, fault.remedy) for fault in error.faults]
    try:
        check_delivery({file.path: file.schema for file in check.files})
    except RegisterError as error:
        check.faults += error.faults
    check.tables = describe_tables(check.files, tables)
    check.absent = sorted(set(tables) - {facts.table for facts in check.tables})
    check.overlaps, check.met, check.notes = find_overlaps(check.files, tables), signs.met(), find_notes(check.tables)
    return check


def _look_at(path: Path, name: str) -> Any:
    from evidens.registers.check import DeliveredFile

    return DeliveredFile(name, formats.format_of(path), formats.count_rows(path), formats.delivered_schema(path))


def run_check(folder: Path, *, as_json: bool = False, rows: bool = True) -> None:
    """Print what was found; stop with the faults where the delivery cannot be taken in.

    Raises
    ------
    RefusedError
        If the delivery cannot be taken in.
    """
    check = check_folder(folder, rows=rows)
    if as_json:
        print(json.dumps(check.as_json(), indent=1, ensure_ascii=False))
    else:
        from rich.console import Console

        show_check(check, Console(highlight=False))
    if not check.is_accepted:
        raise RefusedError(Fault(check.name, f"cannot be taken in: {len(check.faults)} faults.", "See above."))


class RefusedError(EvidensError):
    """A delivery that cannot be taken in."""


def show_check(check: "DeliveryCheck", console: "Console") -> None:
    """Print a check in tables that fit the terminal: what is delivered, what overlaps, what was met, what is wrong."""
    from evidens.registers.check import as_ranges, tell

    n_rows = tell(sum(file.n_rows for file in check.files))
    used = sorted({file.format for file in check.files})
    formats_used = " and ".join(used)
    console.print(f"\n[bold]Delivery {check.name}[/]: {len(check.files)} {formats_used} files, {_number(n_rows)} rows")
    delivered = _table("table", "files", "rows", "years", "unusual (in files)", right=(1, 2), fixed=(0, 3))
    for facts in check.tables:
        years = as_ranges(facts.years) + (f"\n[yellow]no {as_ranges(facts.gaps)}[/]" if facts.gaps else "")
        remarks = [*facts.variants, *([f"without {', '.join(facts.missing)}"] if facts.missing else [])]
        if len(used) > 1:
            remarks.insert(0, " and ".join(facts.formats))
        delivered.add_row(facts.table, str(facts.n_files), _number(tell(facts.n_rows)), years, "; ".join(remarks))
    console.print(delivered)
    if check.absent:
        console.print(f"Not delivered: {', '.join(check.absent)}")
    if check.overlaps:
        console.print("\n[bold]Years in more than one file[/]")
        overlaps = _table("", "tables", "years", "where", "what is done", fixed=(0,))
        for (number, where, handling), own in _by_place(check.overlaps).items():
            tables = ", ".join(sorted({one.table for one in own}))
            overlaps.add_row(number, tables, as_ranges(sorted({one.year for one in own})), where, handling)
        console.print(overlaps)
    if check.met:
        console.print("\n[bold]Rows that need care[/]")
        met = _table("", "what", "rows", "where", "what is done", right=(2,), fixed=(0,))
        for (number, what, handling), found in _by_kind(check.met).items():
            where = ", ".join(f"{one.table} {_number(tell(one.n_rows))}" for one in found)
            met.add_row(number, what, _total(found), where if len(found) > 1 else found[0].table, handling)
        console.print(met)
    if check.notes:
        console.print("\n[bold]What has to be known[/]")
        notes = _table("", "what", "what is done", fixed=(0,))
        for note in check.notes:
            notes.add_row(note.id, note.what, note.handling)
        console.print(notes)
    if check.faults:
        console.print("\n[bold red]What stops the intake[/]")
        faults = _table("where", "what", "what to do")
        for fault in check.faults:
            faults.add_row(fault.place, fault.finding, fault.remedy)
        console.print(faults)
        return
    console.print("\n[green]✓[/] The delivery can be taken in.")


def _by_place(overlaps: "Sequence[Overlap]") -> "dict[tuple[str, str, str], list[Overlap]]":
    """Put overlaps between the same folders together, and parts of years by table."""
    places: dict[tuple[str, str, str], list[Overlap]] = {}
    for one in overlaps:
        folders = sorted({PurePath(path).parent.as_posix() for path in one.files})
        where = " and ".join(folders) if len(folders) > 1 else f"{folders[0]}, parts of the year"
        places.setdefault((one.id, where, one.handling), []).append(one)
    return places


def _by_kind(met: "Sequence[Met]") -> "dict[tuple[str, str, str], list[Met]]":
    """Put the tables that met the same thing together."""
    kinds: dict[tuple[str, str, str], list[Met]] = {}
    for one in met:
        kinds.setdefault((one.id, one.what, one.handling), []).append(one)
    return kinds


def _table(*headings: str, right: tuple[int, ...] = (), fixed: tuple[int, ...] = ()) -> Any:
    """Return an empty table; columns by number stand to the right, or are not broken."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    for number, heading in enumerate(headings):
        table.add_column(
            heading, justify="right" if number in right else "left", no_wrap=number in (*right, *fixed), overflow="fold"
        )
    return table


def _total(met: "Sequence[Met]") -> str:
    """Return the sum of counts that may be told, with a plus where others are left out: no difference gives one away.

    >>> from evidens.registers.check import Met
    >>> _total([Met("L1", "", "a", 1_200, 1, ""), Met("L1", "", "b", 3, 1, "")])
    '1,200+'
    """
    from evidens.registers.check import tell

    told = [one.n_rows for one in met if tell(one.n_rows) == one.n_rows]
    if not told:
        return _number(tell(1))
    return f"{sum(told):,}{'+' if len(told) < len(met) else ''}"


def _number(n_rows: int | str) -> str:
    return n_rows if isinstance(n_rows, str) else f"{n_rows:,}"
