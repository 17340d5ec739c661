"""The few kinds of blocks that a page is set from."""

from dataclasses import dataclass

NOT_ESTIMATED = "\N{EN DASH}"  # in a cell; the table says below what it means


@dataclass(frozen=True)
class Cell:
    """One cell: a value, its interval, and what kind of statement it is.

    Parameters
    ----------
    text : str
        What is printed.
    interval : str
        Printed smaller below it; may be empty.
    kind : str
        "value", "words", "absent" (suppressed, insufficient, not known), or a verdict: "pass",
        "fail", "inconclusive", "closed".
    note : str
        A warning about the value; becomes a footnote of the table.
    """

    text: str
    interval: str = ""
    kind: str = "value"
    note: str = ""

    @property
    def style(self) -> str:
        """Classes of the cell in the page: its kind, "long" words, a "gap" that a phone leaves out."""
        is_long = self.kind in ("words", "code") and len(self.text) > 30
        return self.kind + (" long" if is_long else "") + (" gap" if self.text == NOT_ESTIMATED else "")


@dataclass(frozen=True)
class Row:
    """A row of a table: its header, how to read it, and its cells."""

    header: str
    cells: tuple[Cell, ...]
    hint: str = ""


@dataclass(frozen=True)
class RowGroup:
    """Rows under a common heading; an empty heading prints none."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Table:
    """A table with a caption; `columns` has one name more than a row has cells."""

    caption: str
    columns: tuple[str, ...]
    groups: tuple[RowGroup, ...]
    note: str = ""
    kind = "table"

    @property
    def has_gaps(self) -> bool:
        """Say whether some cell was not estimated."""
        return any(c.text == NOT_ESTIMATED for group in self.groups for row in group.rows for c in row.cells)

    @property
    def sides(self) -> tuple[str, ...]:
        """Say on which side each column is set: words left, numbers right."""
        cells = [row.cells for group in self.groups for row in group.rows]
        words = {"words", "code", "pass", "fail", "inconclusive", "closed"}
        return ("left", *("left" if column and {c.kind for c in column} & words else "right"
                          for column in zip(*cells, strict=True)))  # fmt: skip


@dataclass(frozen=True)
class Drawing:
    """One drawing as SVG; `narrow` replaces `wide` on a phone when it is given."""

    wide: str
    narrow: str = ""
    heading: str = ""


@dataclass(frozen=True)
class Figure:
    """One or several drawings under one caption, at most `per_row` beside each other."""

    caption: str
    drawings: tuple[Drawing, ...]
    per_row: int = 1
    kind = "figure"


@dataclass(frozen=True)
class Text:
    """A paragraph; `tone` is "plain", "note" (smaller) or "absent" (why something is not here)."""

    text: str
    tone: str = "plain"
    kind = "text"


@dataclass(frozen=True)
class Definitions:
    """Terms with what they mean."""

    items: tuple[tuple[str, str], ...]
    kind = "definitions"


@dataclass(frozen=True)
class Bullets:
    """A list of statements under a heading."""

    items: tuple[str, ...]
    heading: str = ""
    kind = "bullets"


@dataclass(frozen=True)
class Commands:
    """Lines to be typed at a prompt."""

    lines: tuple[str, ...]
    kind = "commands"


Block = Table | Figure | Text | Definitions | Bullets | Commands


@dataclass(frozen=True)
class Section:
    """A numbered section of the page; `name` is its anchor."""

    name: str
    heading: str
    blocks: tuple[Block, ...]
