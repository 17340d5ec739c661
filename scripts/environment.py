"""Make .venv from the lock files, on a machine that has nothing but Python, git and make.

Standard library only. `python3 scripts/environment.py run` installs what `make repro` needs,
`python3 scripts/environment.py dev` what tests and notebooks need besides. Both end at once when nothing changed.
"""

import ctypes
import ctypes.util
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
BUILD = ("packaging", "setuptools", "wheel")  # needed before anything that is built from source


def find_faults() -> list[str]:
    """Return what this machine lacks, each with its remedy."""
    faults = []
    if not (3, 11) <= sys.version_info[:2] < (3, 13):
        found = ".".join(map(str, sys.version_info[:3]))
        faults.append(f"Python {found} cannot be used: evidens needs 3.11 or 3.12. Set PYTHON=python3.11 for make.")
    if importlib.util.find_spec("ensurepip") is None:
        faults.append("Python lacks ensurepip, so no virtual environment can be made. Install python3-venv "
                      "(Debian: apt-get install python3-venv).")  # fmt: skip
    if sys.platform.startswith("linux") and not has_openmp():
        faults.append("OpenMP's runtime (libgomp) is missing, which LightGBM needs. Install it "
                      "(Debian: apt-get install libgomp1; Fedora: dnf install libgomp).")  # fmt: skip
    if shutil.which("git") is None:
        faults.append("git is missing, which DVC needs. Install git.")
    return faults


def has_openmp() -> bool:
    """Whether the dynamic linker finds libgomp."""
    try:
        ctypes.CDLL("libgomp.so.1")
    except OSError:
        return ctypes.util.find_library("gomp") is not None
    return True


def take_from_lock(text: str, names: tuple[str, ...]) -> str:
    r"""Return the lines of a lock file that pin `names`, with their hashes.

    >>> lock = "a==1 \\\n    --hash=sha256:1\nb==2 \\\n    --hash=sha256:2\n"
    >>> print(take_from_lock(lock, ("b",)))
    b==2 \
        --hash=sha256:2
    """
    kept, taking = [], False
    for line in text.splitlines():
        if not line.startswith(" "):
            taking = line.split("==")[0] in names
        if taking:
            kept.append(line)
    return "\n".join(kept)


def install(kind: str) -> None:
    """Bring .venv to the state of the lock `kind`; do nothing when it is there already."""
    lock = LOCKS[kind]
    state = hashlib.sha256(lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes() + str(VENV).encode()).hexdigest()
    stamp = VENV / f"{kind}.installed"
    if stamp.exists() and stamp.read_text() == state:
        return
    if kind == "run" and (VENV / "dev.installed").exists() and _holds("dev"):
        return
    print(f"Installing {'what a run needs' if kind == 'run' else 'what tests need'} into .venv (once) ...", flush=True)
    python = VENV / "bin" / "python"
    if not python.exists() or _moved():
        shutil.rmtree(VENV, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    build = VENV / "build.lock"
    build.write_text(take_from_lock(lock.read_text(), BUILD))
    subprocess.run([*pip, "--require-hashes", "-r", str(build)], check=True)
    subprocess.run([*pip, "--require-hashes", "--no-build-isolation", "-r", str(lock)], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], check=True)
    (VENV / "home").write_text(str(VENV))
    stamp.write_text(state)


def _holds(kind: str) -> bool:
    state = hashlib.sha256(LOCKS[kind].read_bytes() + (ROOT / "pyproject.toml").read_bytes() + str(VENV).encode())
    return (VENV / f"{kind}.installed").read_text() == state.hexdigest()


def _moved() -> bool:
    """Whether the environment was made elsewhere: its scripts then point to a place that is gone."""
    home = VENV / "home"
    return home.exists() and home.read_text() != str(VENV)


def main() -> None:
    """Check the machine, then install."""
    faults = find_faults()
    if faults:
        sys.exit("This machine cannot run evidens yet:\n" + "\n".join(f"  - {fault}" for fault in faults))
    os.environ.pop("PYTHONPATH", None)
    try:
        install(sys.argv[1] if len(sys.argv) > 1 else "run")
    except subprocess.CalledProcessError as error:
        sys.exit(f"Installing failed (pip ended with {error.returncode}). The lines above say why; "
                 "the package index must be reachable, or a wheel folder given by PIP_FIND_LINKS.")  # fmt: skip


if __name__ == "__main__":
    main()
