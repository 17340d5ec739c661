"""The tutorial for a delivery of one's own, done step by step on a small made delivery, mistakes included."""

import re
import shutil
from pathlib import Path

import polars as pl
import pytest
import yaml
from tests.pipeline.tiny import ROOT, clone_checkout

from evidens.registers.emission import emit_delivery
from evidens.simulation import simulate_shard
from evidens.study.worlds import compose_world

TUTORIAL = ROOT / "docs" / "tutorials" / "your-own-delivery.md"
SECURE = "/secure/evidens"
BLOCK = re.compile(r"^```(sh|yaml|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    folder = tmp_path_factory.mktemp("secure")
    folder.chmod(0o700)
    return folder


@pytest.fixture(scope="module")
def done(tmp_path_factory, secure):
    """A checkout after the tutorial, and what each command printed."""
    clone = clone_checkout(tmp_path_factory.mktemp("own"))
    world = compose_world("tiny", ROOT)
    for name, frame in emit_delivery(simulate_shard(world, 0), world)[0].items():
        path = clone.root / "data/raw/mine" / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(path)
    printed = {}
    for kind, block in blocks(secure):
        if kind == "yaml":
            path = clone.root / block.split("\n", 1)[0].removeprefix("# ")
            path.write_text(block)
        elif kind == "sh":
            for command in block.strip().splitlines():
                answer = clone.run("bash", "-c", command)
                printed[command] = answer.stdout + answer.stderr
    return clone, printed


def blocks(secure):
    """What the tutorial shows, in order, with its secure place where the test has one."""
    text = TUTORIAL.read_text(encoding="utf-8").replace(SECURE, str(secure))
    return BLOCK.findall(text)


def test_every_step_ends_well_and_leaves_what_it_says(done, secure):
    clone, printed = done
    assert "✓" in printed["evidens delivery check data/raw/mine"]
    assert "manifest.json lists" in printed["evidens manifest data/raw/mine"]
    assert "are what the manifest says" in printed["evidens events check"]
    assert "lmdb" in printed["evidens events describe"]
    audited = pl.read_parquet(clone.root / "data/aggregate/evidence/audit_features/type_2_diabetes/part.parquet")
    assert audited.filter(metric="features_of_the_future")["value"].sum() == 0
    assert audited.filter(metric="audited_features")["value"].min() > 50
    assert (secure / "meds/metadata/dataset.json").exists()
    assert not (clone.root / "data/raw/simulated").exists()


def test_each_mistake_ends_with_the_message_of_the_page(done, secure, tmp_path):
    clone, _ = done
    shown = [block for kind, block in blocks(secure) if kind == "console"]
    assert len(shown) == 2
    before = {
        name: (clone.root / name).read_bytes()
        for name in ("conf/delivery/mine.yaml", "data/raw/mine/lmdb/lmdb_2016.parquet")
    }
    for block in shown:
        commands = [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
        wanted = [line for line in block.splitlines() if not line.startswith("$ ")]
        answers = [clone.run("bash", "-c", command, check=False) for command in commands]
        told = answers[-1].stdout + answers[-1].stderr
        assert answers[-1].returncode != 0
        for part in (part for line in wanted for part in line.split("...")):
            assert part in told, told
        for name, content in before.items():
            (clone.root / name).write_bytes(content)


def test_the_page_names_the_files_it_shows():
    for kind, block in blocks(Path(SECURE)):
        if kind == "yaml":
            assert block.startswith("# ")
            assert isinstance(yaml.safe_load(block), dict)
    assert shutil.which("bash")
