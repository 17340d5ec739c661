"""One writer at a time, also across processes."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def hold_lock(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold an advisory lock on `path` while the block runs; wait for it if another process has it.

    Parameters
    ----------
    path : pathlib.Path
        A file of its own, never the file that is guarded: that one may be replaced.
    shared : bool
        Let other readers in. A reader creates nothing: where there is no lock file (a read-only
        copy), no writer can be at work either.

    Notes
    -----
    The operating system frees the lock when a process dies, so a crash never leaves one behind.
    """
    if shared and not path.exists():
        yield
        return
    if not shared:
        path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("r" if shared else "a") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
