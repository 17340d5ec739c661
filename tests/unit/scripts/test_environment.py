"""What `make repro` says on a machine that lacks something, and how it installs from the locks."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "scripts" / "environment.py"


def load():
    specification = importlib.util.spec_from_file_location("environment", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_this_machine_lacks_nothing():
    assert load().find_faults() == []


@pytest.mark.parametrize(
    ("lacking", "message"),
    [
        ("import sys; sys.modules['ensurepip'] = None", "apt-get install python3-venv"),
        ("import ctypes; ctypes.CDLL = lambda name: (_ for _ in ()).throw(OSError()); "
         "import ctypes.util; ctypes.util.find_library = lambda name: None", "apt-get install libgomp1"),
        ("import sys; sys.version_info = (3, 9, 2)", "Python 3.9.2 cannot be used"),
        ("import os; os.environ['PATH'] = ''", "git is missing"),
    ],
)  # fmt: skip
def test_a_slim_machine_gets_one_clear_message(lacking, message):
    """A machine without these is imitated in a process of its own, before the script looks."""
    code = f"{lacking}\nimport runpy, sys\nsys.argv = ['environment.py', 'run']\n"
    code += f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "This machine cannot run evidens yet" in done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_versions_and_hashes_and_no_host(lock):
    text = (ROOT / lock).read_text()
    assert not re.search(r"https?:|index-url|find-links|trusted-host", text)
    pins = re.findall(r"^[\w.\[\]-]+==\S+", text, re.M)
    assert len(pins) > 100
    blocks = re.split(r"^(?=[\w])", text, flags=re.M)[1:]
    assert all("--hash=sha256:" in block for block in blocks)


def test_what_builds_packages_is_in_the_lock_too():
    module = load()
    taken = module.take_from_lock((ROOT / "requirements.lock").read_text(), module.BUILD)
    assert all(re.search(rf"^{name}==", taken, re.M) for name in module.BUILD)


def test_the_development_lock_holds_the_run_lock():
    """Tests run with the same versions as the study."""
    run, dev = (
        set(re.findall(r"^[\w.\[\]-]+==\S+", (ROOT / f"requirements{kind}.lock").read_text(), re.M))
        for kind in ("", "-dev")
    )
    assert run <= dev
