"""What the sources and dvc.yaml say, read and not run."""

import ast
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "evidens"
CATALOG = yaml.safe_load((ROOT / "conf/catalog.yaml").read_text())["catalog"]
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
ROOMS = sorted(p.name for p in PACKAGE.iterdir() if p.is_dir() and p.name != "__pycache__")


def imports_of(path: Path) -> set[str]:
    """Every module or member that a file imports, at the top or inside functions, dotted."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def rooms_in(path: Path) -> set[str]:
    """The rooms of the package that a file imports."""
    parts = [name.split(".") for name in imports_of(path)]
    return {p[1] for p in parts if p[0] == "evidens" and len(p) > 1 and p[1] in ROOMS}


def tables(entries: list) -> set[tuple[str, str]]:
    """(table, rest of the path) for every catalogue table among deps or outs."""
    found = set()
    for entry in entries:
        text = next(iter(entry)) if isinstance(entry, dict) else entry
        match = re.match(r"\$\{catalog\.(\w+)\.dir\}/?(.*)", text)
        if match:
            found.add((match[1], match[2]))
    return found


def options(entries: list) -> dict[str, dict]:
    """DVC options (cache, push ...) of each output, by its text."""
    return {next(iter(e)): next(iter(e.values())) for e in entries if isinstance(e, dict)}
