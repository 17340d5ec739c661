"""Code lists: which codes belong to which group, said in a CSV that a clinician can read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from evidens.codes.systems import CODE_SYSTEMS
from evidens.foundation import EvidensError, Fault, Faults

COLUMNS = ("system", "code", "match", "group", "description", "source")
MATCHES = ("exact", "prefix")


class CodeListError(EvidensError):
    """A code list with entries that are no codes, or that cannot be read."""


@dataclass(frozen=True)
class CodeList:
    """Codes with the group each belongs to; a code may belong to several groups.

    Parameters
    ----------
    entries : polars.DataFrame
        Columns system, code (without prefix), match ("exact" or "prefix"), group, description and
        source, all text and none missing.
    """

    entries: pl.DataFrame

    @classmethod
    def load(cls, path: Path | str) -> "CodeList":
        """Read a CSV with the columns of `entries`.

        Raises
        ------
        CodeListError
            Naming each line that is wrong: an unknown system, a code that is no code, a match
            other than exact or prefix, an empty group or source, an entry that stands twice.
        """
        path = Path(path)
        try:
            entries = pl.read_csv(path, infer_schema=False, comment_prefix="#")
        except (OSError, pl.exceptions.PolarsError) as error:
            finding = f"cannot be read as a code list ({type(error).__name__})."
            raise CodeListError(Fault(str(path), finding, "Give a CSV with a header.")) from error
        return cls.of(entries, place=str(path))

    @classmethod
    def of(cls, entries: pl.DataFrame, *, place: str) -> "CodeList":
        """Check `entries` and make a code list of them; `place` is named in errors."""
        faults = Faults()
        for column in COLUMNS:
            if column not in entries.columns:
                faults.add(place, f"no column '{column}'.", f"A code list has {', '.join(COLUMNS)}.")
        for column in entries.columns:
            if column not in COLUMNS:
                faults.add(place, f"unknown column '{column}'.", f"A code list has {', '.join(COLUMNS)}.")
        faults.stop(CodeListError)
        entries = entries.select(pl.col(c).cast(pl.String).str.strip_chars() for c in COLUMNS)
        seen: set[tuple[str, ...]] = set()
        for number, row in enumerate(entries.iter_rows(named=True), start=1):
            _check_entry(row, f"{place}: entry {number}", seen, faults)
        faults.stop(CodeListError)
        return cls(entries)

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the groups, sorted."""
        return tuple(sorted(self.entries["group"].unique()))

    def of_group(self, *groups: str) -> "CodeList":
        """Return the part of the list that belongs to `groups`.

        Raises
        ------
        KeyError
            If a group has no entry.
        """
        missing = [group for group in groups if group not in self.groups]
        if missing:
            raise KeyError(f"no such group: {', '.join(missing)}; known: {', '.join(self.groups)}")
        return CodeList(self.entries.filter(pl.col("group").is_in(groups)))

    def matches(self, column: pl.Expr) -> pl.Expr:
        """Whether each code of the event store (with its system's prefix) is on the list."""
        full = [(f"{CODE_SYSTEMS[s].prefix}{code}", match) for s, code, match in _rows(self.entries)]
        exact = sorted({code for code, match in full if match == "exact"})
        stems = sorted({code for code, match in full if match == "prefix"})
        hits = [column.is_in(exact)] if exact else []
        return pl.any_horizontal(*hits, *(column.str.starts_with(stem) for stem in stems)) if full else pl.lit(False)

    def expression(self, column: str, group: str | None = None) -> pl.Expr:
        """Boolean expression over `column`: on the list, or in one group of it."""
        return (self if group is None else self.of_group(group)).matches(pl.col(column))

    def code_groups(self, codes: pl.Series) -> pl.DataFrame:
        """Group or groups of each distinct code, to be joined to events.

        Parameters
        ----------
        codes : polars.Series of String
            Codes of the event store; repeated and missing ones are skipped.

        Returns
        -------
        polars.DataFrame
            Columns code and group, sorted by both; codes of no group are left out.

        Notes
        -----
        A store has thousands of distinct codes and billions of rows: ask the patterns of the
        distinct codes, and join the answer.
        """
        distinct = pl.DataFrame({"code": codes.drop_nulls().unique().cast(pl.String)})
        parts = [distinct.filter(self.expression("code", g)).with_columns(group=pl.lit(g)) for g in self.groups]
        empty = pl.DataFrame(schema={"code": pl.String, "group": pl.String})
        return pl.concat([empty, *parts]).sort("code", "group")


def _check_entry(row: Mapping[str, str | None], place: str, seen: set[tuple[str, ...]], faults: Faults) -> None:
    for column in ("system", "code", "match", "group", "source"):
        if not row[column]:
            faults.add(place, f"no {column}.", "Fill it in.")
            return
    system, code, match = str(row["system"]), str(row["code"]), str(row["match"])
    if system not in CODE_SYSTEMS:
        faults.add(place, f"no code system '{system}'.", f"Known: {', '.join(CODE_SYSTEMS)}.")
    elif match not in MATCHES:
        faults.add(place, f"match is '{match}'.", "Write exact or prefix.")
    elif not (CODE_SYSTEMS[system].is_code(code) if match == "exact" else CODE_SYSTEMS[system].is_stem(code)):
        faults.add(place, f"'{code}' is no {'code' if match == 'exact' else 'beginning of a code'} of {system}.",
                   f"Expected the shape {CODE_SYSTEMS[system].pattern}.")  # fmt: skip
    key = (system, code, match, str(row["group"]))
    if key in seen:
        faults.add(place, f"{system} {code} stands twice in group '{row['group']}'.", "Remove one.")
    seen.add(key)


def _rows(entries: pl.DataFrame) -> list[tuple[str, str, str]]:
    return entries.select("system", "code", "match").rows()
