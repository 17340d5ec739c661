"""Which commit made a version, and which paths differ between two: asked of git, if there is one."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

CODE_FOLDERS = ("src", "pipelines")  # where a change can change a result


@dataclass(frozen=True)
class CodeState:
    """The commit that is checked out, and whether the code differs from it; None: not known."""

    commit: str | None
    is_dirty: bool


def describe_code(root: Path) -> CodeState:
    """Tell the commit of the repository at `root`, and whether its code has uncommitted changes.

    Notes
    -----
    Only `CODE_FOLDERS` count: settings and data are digested by themselves, and a changed README
    changes no result.
    """
    commit = _ask_git(root, "rev-parse", "--verify", "HEAD")
    changes = _ask_git(root, "status", "--porcelain", "--", *CODE_FOLDERS)
    return CodeState(commit=commit.strip() if commit else None, is_dirty=bool(changes and changes.strip()))


def list_changed_paths(root: Path, old: str | None, new: str | None) -> tuple[str, ...] | None:
    """List the paths that differ between two commits, sorted; None where git cannot tell."""
    if not old or not new:
        return None
    answer = _ask_git(root, "diff", "--name-only", "-z", "--no-renames", f"{old}..{new}")
    return None if answer is None else tuple(sorted(path for path in answer.split("\0") if path))


def _ask_git(root: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
