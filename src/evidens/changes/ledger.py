"""The append-only, hash-chained account of what was decided and seen.

The ledger is the truth; the MLflow store is a mirror of it for people to browse. Each entry carries
the digest of the one before, so that no entry can be altered, moved or taken out unseen; a small head
file beside it remembers how long the chain was, so that its end cannot be cut off unseen either.
"""

import hashlib
import json
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evidens.changes.entry import GENESIS, Entry, LedgerError, read_entry, seal_entry
from evidens.changes.identifiers import check_no_identifier
from evidens.changes.locks import hold_lock
from evidens.foundation import Fault


class TornLineWarning(UserWarning):
    """The last line of a ledger was cut off by a crash; it was never confirmed to its writer."""


class Ledger:
    """A JSON-lines file of sealed entries.

    Parameters
    ----------
    path : pathlib.Path
        The file, created by the first append. Beside it lie `<name>.lock`, `<name>.head` and, after
        a crash, `<name>.torn-<digest>`.

    Notes
    -----
    A chain shows that something was altered, not who did it: whoever can write the folder can write
    a new chain and a new head. Version tags in the MLflow store and the change records handed out
    carry digests of entries, and give such a rewrite away; see `check(known=...)`.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._lock = self.path.with_name(self.path.name + ".lock")
        self._head = self.path.with_name(self.path.name + ".head")

    def append(self, kind: str, subject: str, payload: dict[str, Any], *, at: str) -> Entry:
        """Seal one entry and write it to the disk before returning.

        Parameters
        ----------
        kind, subject, payload, at
            As in `Entry`.

        Raises
        ------
        LedgerError
            When the ledger is broken, or the kind or time is not allowed.
        IdentifierError
            When the payload or subject holds something shaped like a civil registration number.
        """
        with self.hold() as writer:
            return writer.append(kind, subject, payload, at=at)

    @contextmanager
    def hold(self) -> Iterator["LedgerWriter"]:
        """Keep other writers out while the block reads the entries and decides what to append."""
        with hold_lock(self._lock):
            yield LedgerWriter(self)

    def entries(self, kind: str | None = None, subject: str | None = None) -> tuple[Entry, ...]:
        """Return the entries, oldest first, after checking the chain.

        Parameters
        ----------
        kind, subject : str, optional
            Only those.

        Raises
        ------
        LedgerError
            Naming the first broken entry: a broken ledger is not read.
        """
        with hold_lock(self._lock, shared=True):
            found, torn = self._read()
        if torn:
            warnings.warn(_say_torn(self.path, len(found)), TornLineWarning, stacklevel=2)
        return tuple(e for e in found if kind in (None, e.kind) and subject in (None, e.subject))

    def check(self, *, known: tuple[str, ...] = ()) -> None:
        """Stop unless every entry is what was sealed, in order, none missing at the end.

        Parameters
        ----------
        known : tuple of str
            Digests of entries seen elsewhere, which must all be here.

        Raises
        ------
        LedgerError
            Naming the first broken entry, the torn last line, or how many entries are missing.
        """
        with hold_lock(self._lock, shared=True):
            found, torn = self._read()
        if torn:
            raise LedgerError(Fault(str(self.path.name), _say_torn(self.path, len(found)), ""))
        missing = set(known) - {e.digest for e in found}
        if missing:
            raise LedgerError(Fault(self.path.name, f"{len(missing)} entries known elsewhere are not in it.",
                                    "The ledger was rewritten: restore it from a backup."))  # fmt: skip

    def mend(self, *, at: str) -> Path | None:
        """Set a torn last line aside, note it as an entry of kind 'torn', and return its new place.

        Returns
        -------
        pathlib.Path or None
            The file that holds the torn bytes; None when the last line is whole. The next `append`
            does the same by itself.
        """
        with self.hold() as writer:
            return writer.mend(at=at)

    def _read(self) -> tuple[list[Entry], bytes]:
        """Return the entries, and the bytes after the last whole line."""
        content = self.path.read_bytes() if self.path.exists() else b""
        *lines, tail = content.split(b"\n")
        found: list[Entry] = []
        for line in lines:
            previous = found[-1].digest if found else GENESIS
            entry = read_entry(line.decode(errors="replace"), index=len(found), previous=previous)
            if isinstance(entry, str):
                raise LedgerError(Fault(f"{self.path.name}, entry {len(found)}", entry,
                                        "Restore the ledger from a backup; never edit it."))  # fmt: skip
            found.append(entry)
        self._compare_with_head(found)
        return found, tail

    def _compare_with_head(self, found: list[Entry]) -> None:
        if not self._head.exists():
            return
        head = json.loads(self._head.read_text(encoding="utf-8"))
        lacking = head["index"] + 1 - len(found)
        if lacking > 0:
            raise LedgerError(Fault(self.path.name, f"{lacking} entries are missing after entry {len(found) - 1}.",
                                    "Restore the ledger from a backup."))  # fmt: skip
        if found[head["index"]].digest != head["digest"]:
            raise LedgerError(Fault(f"{self.path.name}, entry {head['index']}", "it is not the one last written here.",
                                    "The ledger was rewritten: restore it from a backup."))  # fmt: skip


class LedgerWriter:
    """The ledger while its lock is held; made by `Ledger.hold`."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._found, self._torn = ledger._read()

    def entries(self, kind: str | None = None, subject: str | None = None) -> tuple[Entry, ...]:
        """Return the entries, oldest first, as `Ledger.entries` does."""
        return tuple(e for e in self._found if kind in (None, e.kind) and subject in (None, e.subject))

    def append(self, kind: str, subject: str, payload: dict[str, Any], *, at: str) -> Entry:
        """Seal one entry and write it to the disk, as `Ledger.append` does."""
        check_no_identifier({"subject": subject, "payload": payload}, place=f"ledger entry of kind '{kind}'")
        self.mend(at=at)
        entry = self._seal(kind, subject, payload, at)
        with self._ledger.path.open("ab") as file:
            file.write(entry.line().encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return self._confirm(entry)

    def mend(self, *, at: str) -> Path | None:
        """Set a torn last line aside, as `Ledger.mend` does."""
        if not self._torn:
            return None
        path, torn, self._torn = self._ledger.path, self._torn, b""
        digest = hashlib.sha256(torn).hexdigest()
        aside = path.with_name(f"{path.name}.torn-{digest[:12]}")
        warnings.warn(_say_torn(path, len(self._found)), TornLineWarning, stacklevel=3)
        payload = {"set_aside_in": aside.name, "n_bytes": len(torn), "sha256": digest}
        entry = self._seal("torn", path.name, payload, at)
        whole = path.read_bytes().removesuffix(torn)
        _replace(aside, torn)
        _replace(path, whole + entry.line().encode() + b"\n")
        self._confirm(entry)
        return aside

    def _seal(self, kind: str, subject: str, payload: dict[str, Any], at: str) -> Entry:
        previous = self._found[-1].digest if self._found else GENESIS
        return seal_entry(len(self._found), at, kind, subject, payload, previous)

    def _confirm(self, entry: Entry) -> Entry:
        """Remember that the chain reaches this far."""
        self._found.append(entry)
        _replace(self._ledger._head, json.dumps({"index": entry.index, "digest": entry.digest}).encode())
        return entry


def _replace(path: Path, content: bytes) -> None:
    """Put `content` in `path` so that a crash leaves the old file or the new one, never a half."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _say_torn(path: Path, index: int) -> str:
    return (f"{path.name}: the last line, after {index} whole entries, was cut off by a crash and never confirmed. "
            "It is kept: the next append, or `mend`, moves it to a file beside the ledger and notes that.")  # fmt: skip
