"""A stage lists the code it runs, so that DVC reruns it when that code changes."""

import ast
import re
import subprocess
import sys

import pytest
from tests.architecture.declared import PACKAGE, ROOMS, ROOT, STAGES, rooms_in

# The shell, the ground floor and the ledger carry no science: listing them would rerun everything for every touch.
EVERYWHERE = {"foundation", "contracts", "study", "changes"}


def imported_names(tree):
    """What each name bound by an import stands for: name -> dotted module.member."""
    bound = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            bound |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            bound |= {alias.asname or alias.name: alias.name for alias in node.names}
    return bound


def definitions(tree):
    """Functions and classes at the top of a module, by name."""
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def names_used(node):
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} | {
        alias.name for n in ast.walk(node) if isinstance(n, ast.ImportFrom) for alias in n.names
    }


def rooms_run_by(path, wanted=None, seen=None):
    """Rooms reached from `wanted` definitions of a file (all, by default), through functions of the shell."""
    seen = set() if seen is None else seen
    tree = ast.parse(path.read_text(encoding="utf-8"))
    defined, bound = definitions(tree), imported_names(tree)
    queue, rooms = sorted(wanted or defined), set()
    while queue:
        name = queue.pop()
        if name not in defined or (path, name) in seen:
            continue
        seen.add((path, name))
        for used in names_used(defined[name]):
            if used in defined:
                queue.append(used)
            match = re.match(r"evidens\.(\w+)(?:\.(\w+))?", bound.get(used, ""))
            if not match or match[1] not in ROOMS:
                continue
            module = PACKAGE / "study" / f"{match[2]}.py"
            if match[1] != "study":
                rooms.add(match[1])
            elif match[2] not in (None, "study", "stage", "catalog") and module.exists():
                rooms |= rooms_run_by(module, {used}, seen)
    return rooms - EVERYWHERE


def rooms_below(rooms):
    """The rooms, and those that their files import, all the way down."""
    reached, queue = set(), sorted(rooms)
    while queue:
        room = queue.pop()
        if room not in reached:
            reached.add(room)
            queue += [r for source in (PACKAGE / room).rglob("*.py") for r in rooms_in(source)]
    return reached - EVERYWHERE


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_lists_the_code_it_runs(stage):
    deps = {dep for dep in STAGES[stage].get("deps", []) if isinstance(dep, str)}
    entry = ROOT / "pipelines" / f"{stage}.py"
    assert f"pipelines/{stage}.py" in deps
    missing = {room for room in rooms_below(rooms_run_by(entry)) if f"src/evidens/{room}" not in deps}
    assert not missing, f"stage '{stage}' runs {sorted(missing)} but dvc.yaml does not list it"


def test_a_stage_sums_with_one_blas_thread():
    """From its very start: BLAS reads the number when it is loaded."""
    code = (
        "import pipelines.train, numpy.linalg, sklearn.linear_model; from threadpoolctl import threadpool_info; "
        "print({i['num_threads'] for i in threadpool_info() if i['user_api'] == 'blas'})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "{1}"
