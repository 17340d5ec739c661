"""Which files are opened while stages run, and by which stage: told by the kernel, so that no library goes unseen.

One inotify queue watches a folder and a folder of marks. A script named `python`, first in the PATH of `dvc repro`,
leaves a mark when a stage begins and when it ends. Marks and opened files come out of one queue in the order in which
they happened, so that an opened file belongs to the stage whose mark came before it; what DVC opens between stages, to
hash it, belongs to none.
"""

import ctypes
import os
import select
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

IS_LINUX = sys.platform == "linux"
OPEN, MOVED_TO, CREATE, IS_FOLDER, OVERFLOW = 0x20, 0x80, 0x100, 0x40000000, 0x4000
EVENT = struct.Struct("iIII")  # watch, mask, cookie, length of the name that follows
SCRIPT = """#!/bin/sh
: > "{marks}/$$.begin.$2"
"{python}" "$@"
code=$?
: > "{marks}/$$.end.$2"
exit $code
"""


@dataclass
class OpenedFiles:
    """What was opened below a folder.

    Parameters
    ----------
    by_stage : list of (str, str)
        Stage ("" between stages) and file, relative to the folder, in order.
    has_gaps : bool
        Whether the kernel gave up telling: then nothing can be concluded.
    scripts : pathlib.Path
        Folder to put first in the PATH.
    """

    scripts: Path
    by_stage: list[tuple[str, str]] = field(default_factory=list)
    has_gaps: bool = False

    @property
    def stages(self) -> set[str]:
        """Stages that opened anything, "" for between stages."""
        return {stage for stage, _ in self.by_stage}


@contextmanager
def watch_opened_files(folder: Path, scratch: Path) -> Iterator[OpenedFiles]:
    """Note every file opened below `folder`, which need not exist yet but whose parent must, until the block ends."""
    marks, scripts = scratch / "marks", scratch / "scripts"
    for path in (marks, scripts):
        path.mkdir(parents=True)
    (scripts / "python").write_text(SCRIPT.format(marks=marks, python=sys.executable))
    (scripts / "python").chmod(0o755)
    opened, stop = OpenedFiles(scripts), threading.Event()
    watcher = _Watcher(folder, marks, opened)
    thread = threading.Thread(target=watcher.listen, args=(stop,))
    thread.start()
    try:
        yield opened
    finally:
        stop.set()
        thread.join()
        watcher.close()


class _Watcher:
    def __init__(self, folder: Path, marks: Path, opened: OpenedFiles) -> None:
        self.folder, self.marks, self.opened = folder, marks, opened
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.queue = self.libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        self.places: dict[int, Path] = {}
        self.running: dict[str, str] = {}  # process to stage
        self._watch(marks, CREATE)
        self._watch(folder.parent, CREATE | MOVED_TO)
        if folder.exists():
            self._watch_below(folder)

    def listen(self, stop: threading.Event) -> None:
        """Read the queue until told to stop, and then to its end."""
        while True:
            is_last = stop.is_set()
            if select.select([self.queue], [], [], 0.05)[0]:
                self._read(os.read(self.queue, 1 << 16))
            elif is_last:
                return

    def close(self) -> None:
        os.close(self.queue)

    def _watch(self, path: Path, mask: int) -> None:
        place = self.libc.inotify_add_watch(self.queue, os.fsencode(path), mask)
        if place < 0:
            if not path.exists():
                return  # gone again already
            raise OSError(ctypes.get_errno(), f"cannot watch {path}")
        self.places[place] = path

    def _watch_below(self, path: Path) -> None:
        self._watch(path, OPEN | CREATE | MOVED_TO)
        for inner in path.rglob("*"):
            if inner.is_dir():
                self._watch(inner, OPEN | CREATE | MOVED_TO)

    def _read(self, data: bytes) -> None:
        start = 0
        while start < len(data):
            place, mask, _, length = EVENT.unpack_from(data, start)
            name = data[start + EVENT.size : start + EVENT.size + length].rstrip(b"\0").decode()
            start += EVENT.size + length
            self.opened.has_gaps |= bool(mask & OVERFLOW)
            if place in self.places:
                self._note(self.places[place], name, mask)

    def _note(self, place: Path, name: str, mask: int) -> None:
        path = place / name
        if place == self.marks:
            process, what, module = name.split(".", 2)
            if what == "begin":
                self.running[process] = module.removeprefix("pipelines.")
            else:
                self.running.pop(process, None)
        elif mask & IS_FOLDER:
            if mask & (CREATE | MOVED_TO) and (path == self.folder or self.folder in path.parents):
                self._watch_below(path)
        elif mask & OPEN and self.folder in path.parents:
            for stage in self.running.values() or [""]:
                self.opened.by_stage.append((stage, path.relative_to(self.folder).as_posix()))
