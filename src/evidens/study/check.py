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

    from evidens.registers import RegisterSettings
    from evidens.registers.check import DeliveryCheck, Met, Overlap

BATCH_ROWS = 500_000
_LEGEND = (
    "L and LAB are traps of the registers (src/evidens/registers/*/README.md), D are defects of deliveries "
    "(src/evidens/registers/defects.csv)."
)
_SHOWN = 4  # tables named one by one; of more, how many there are


def check_folder(folder: Path, *, settings: "RegisterSettings", rows: bool = True) -> "DeliveryCheck":
    """Look at every data file below `folder`.

    Parameters
    ----------
    folder : pathlib.Path
        The delivery; nothing is written there.
    settings : RegisterSettings
        By which it will be taken in.
    rows : bool
        Whether rows are read too; without, only names, columns and numbers of rows are looked at.

    Raises
    ------
    StudyError
        If there is no such folder. Everything that is wrong with the delivery is in the answer instead.
    """
    from evidens.registers import LINK_TABLES, TABLES, RegisterError, check_delivery
    from evidens.registers.check import (
        DeliveryCheck,
        SignCounts,
        describe_tables,
        find_absent,
        find_notes,
        find_overlaps,
    )

    if not folder.is_dir():
        raise StudyError(Fault(str(folder), "no such folder.", "Name the folder of a delivery."))
    tables = TABLES | LINK_TABLES
    check, signs = DeliveryCheck(folder.resolve().name, rows), SignCounts(tables, settings)
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
    check.absent, check.other_shapes = find_absent((facts.table for facts in check.tables), tables)
    check.unread = [path.relative_to(folder).as_posix() for path in formats.find_unread(folder)]
    check.faults += formats.faults_of_unread(folder)
    check.overlaps, check.met = find_overlaps(check.files, tables), signs.met()
    check.notes = find_notes(check.tables, files=check.files, laboratories=signs.laboratories())
    check.warnings = signs.warnings(settings.max_quarantined_share)
    return check


def _look_at(path: Path, name: str) -> Any:
    from evidens.registers.check import DeliveredFile

    return DeliveredFile(name, formats.format_of(path), formats.count_rows(path), formats.delivered_schema(path))


def run_check(folder: Path, *, root: Path, as_json: bool = False, rows: bool = True) -> None:
    """Print what was found by the settings of the study at `root`; stop where the delivery cannot be taken in.

    Raises
    ------
    RefusedError
        If the delivery cannot be taken in.
    """
    from evidens.foundation import build_settings
    from evidens.registers import RegisterSettings
    from evidens.study.composition import compose_group

    place = "conf/registers/default.yaml"
    settings = build_settings(RegisterSettings, compose_group(root, "registers", "default"), place=place)
    check = check_folder(folder, settings=settings, rows=rows)
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

    used = sorted({file.format for file in check.files})
    formats_used = " and ".join(used)
    size = f"{len(check.files)} {formats_used} files, {_number(check.n_rows)} rows"
    console.print(f"\n[bold]Delivery {check.name}[/]: {size}")
    delivered = _table("table", "files", "rows", "years", "unusual (in files)", right=(1, 2), fixed=(0,))
    for facts in check.tables:
        years = as_ranges(facts.years) + (f"\n[yellow]no {as_ranges(facts.gaps)}[/]" if facts.gaps else "")
        remarks = [*facts.variants, *([f"without {', '.join(facts.missing)}"] if facts.missing else [])]
        if len(used) > 1:
            remarks.insert(0, " and ".join(facts.formats))
        delivered.add_row(facts.table, str(facts.n_files), _number(tell(facts.n_rows)), years, "; ".join(remarks))
    console.print(delivered)
    if check.absent:
        console.print(f"Not delivered: {', '.join(check.absent)}")
    if check.other_shapes:
        console.print(f"[dim]Delivered in another shape, and not missed: {', '.join(check.other_shapes)}[/]")
    if check.unread:
        console.print("\n[bold]Files not read[/]")
        console.print(", ".join(check.unread), markup=False)
    if check.overlaps:
        console.print("\n[bold]Periods in more than one file[/]")
        overlaps = _table("", "what", "tables", "years", "where", "what is done", fixed=(0,))
        for (number, what, where, handling), own in _by_place(check.overlaps).items():
            years = as_ranges(sorted({one.year for one in own if one.year is not None}))
            overlaps.add_row(number, what, _shorten(sorted({one.table for one in own})), years, where, handling)
        console.print(overlaps)
    if check.met:
        console.print("\n[bold]Rows that need care[/]")
        met = _table("", "what", "rows", "share", "where", "what is done", right=(2, 3), fixed=(0,))
        for (number, what, handling), found in _by_kind(check.met).items():
            style = "yellow" if found[0].is_quarantined else ""
            met.add_row(number, what, _total(found), _shares(found), _where(found), handling, style=style)
        console.print(met)
    if check.notes:
        console.print("\n[bold]What has to be known[/]")
        notes = _table("", "what", "what is done", fixed=(0,))
        for note in check.notes:
            notes.add_row(note.id, note.what, note.handling)
        console.print(notes)
    if any((check.overlaps, check.met, check.notes)):
        console.print(f"[dim]{_LEGEND}[/]")
    if check.warnings:
        console.print("\n[bold yellow]What may stop a run[/]")
        warnings = _table("table", "what", "what to do")
        for warning in check.warnings:
            warnings.add_row(warning.place, warning.finding, warning.remedy)
        console.print(warnings)
    if check.faults:
        console.print("\n[bold red]What stops the intake[/]")
        faults = _table("where", "what", "what to do")
        for fault in check.faults:
            faults.add_row(fault.place, fault.finding, fault.remedy)
        console.print(faults)
        return
    console.print("\n[green]✓[/] Names and types of files and columns are accepted.")
    told = "Rows were looked at one by one: whether" if check.rows else "Rows were not looked at, and whether"
    console.print(f"[dim]{told} they fit each other (persons, lives, contacts) shows only when they are taken in.[/]")


def _by_place(overlaps: "Sequence[Overlap]") -> "dict[tuple[str, str, str, str], list[Overlap]]":
    """Put overlaps of a kind between the same folders together."""
    places: dict[tuple[str, str, str, str], list[Overlap]] = {}
    for one in overlaps:
        where = " and ".join(sorted({PurePath(path).parent.as_posix() for path in one.files}))
        places.setdefault((one.id, one.what, where, one.handling), []).append(one)
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
    """Return the sum of the counts that may be told.

    >>> from evidens.registers.check import Met
    >>> _total([Met("L1", "", "a", 1_200, 1, ""), Met("L1", "", "b", 3, 1, "")])
    '1,200+'
    """
    from evidens.registers.check import tell_total

    return _number(tell_total(one.n_rows for one in met))


def _shares(met: "Sequence[Met]") -> str:
    """Return the largest share of a table's rows, of those that may be told."""
    shares = [one.share for one in met if one.share is not None]
    if not shares:
        return ""
    largest = max(shares)
    return f"{'to ' if len(met) > 1 else ''}{largest:.1%}" if largest >= 0.001 else "<0.1%"


def _where(met: "Sequence[Met]") -> str:
    """Return the places with the most rows, and how many more there are."""
    from evidens.registers.check import tell

    if len(met) == 1:
        return met[0].place
    most = sorted(met, key=lambda one: (-one.n_rows if tell(one.n_rows) == one.n_rows else 0, one.place))
    return _shorten([f"{one.place} {_number(tell(one.n_rows))}" for one in most])


def _shorten(names: list[str]) -> str:
    """Return the first names, and how many more there are.

    >>> _shorten(["a", "b"]), _shorten(list("abcdef"))
    ('a, b', 'a, b, c, d and 2 more')
    """
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _number(n_rows: int | str) -> str:
    return n_rows if isinstance(n_rows, str) else f"{n_rows:,}"
