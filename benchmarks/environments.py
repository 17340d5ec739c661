"""One virtual environment per peer, with pinned versions, in a folder that git does not see.

Usage: python -m benchmarks.environments [plain] [flattener] [aces] [meds_tab]
"""

import subprocess
import sys
import venv
from pathlib import Path

FOLDER = Path(__file__).parent / ".environments"
COLUMNS = ("pyarrow==26.0.1", "numpy==2.4.6")
PINNED = {
    "plain": ("polars==2.1.0", "duckdb==2.0.0", "pandas==3.1.1", *COLUMNS),
    # attrs is imported by timeseriesflattener, but not among what it requires
    "flattener": ("timeseriesflattener==2.5.2", "attrs==26.1.0", "polars==2.1.0", *COLUMNS),
    "aces": ("es-aces==0.7.3", "polars==1.44.2", *COLUMNS),  # the newest polars that it allows
    "meds_tab": ("meds-tab==0.2.0", "polars==1.44.2", *COLUMNS),
}


def python_of(name: str) -> str:
    """Return the interpreter of an environment.

    Raises
    ------
    SystemExit
        If it was not made yet.
    """
    python = FOLDER / name / "bin" / "python"
    if not (FOLDER / name / "versions.txt").exists():
        raise SystemExit(
            f"The environment '{name}' is not there. Make it with: python -m benchmarks.environments {name}"
        )
    return str(python)


def versions_of(name: str) -> dict[str, str]:
    """Return the versions that an environment pins: of the peer, and of what it does its work with."""
    return dict(requirement.split("==") for requirement in PINNED[name])


def make(name: str) -> None:
    """Make an environment from nothing, and note every version in it; one that is whole is left as it is."""
    folder = FOLDER / name
    if (folder / "versions.txt").exists() and (folder / "wanted.txt").read_text() == "\n".join(PINNED[name]):
        return
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / ".gitignore").write_text("*\n")
    venv.create(folder, clear=True, with_pip=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", *PINNED[name]], check=True)
    listed = subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True).stdout
    (folder / "wanted.txt").write_text("\n".join(PINNED[name]))
    (folder / "versions.txt").write_text(listed)


def main() -> None:
    """Make the environments that the command line names, or all."""
    for name in sys.argv[1:] or PINNED:
        if name not in PINNED:
            raise SystemExit(f"There is no environment '{name}'. There are: {', '.join(PINNED)}")
        make(name)
        print(f"{name}: {', '.join(f'{key} {value}' for key, value in versions_of(name).items())}")


if __name__ == "__main__":
    main()
