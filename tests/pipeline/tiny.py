"""A whole study of the tiny world, run once by the real DVC in a clone of this checkout."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
TINY = {
    "delivery": "simulated",
    "simulation": "tiny",
    "protocol": "rehearsal",
    "candidate": "lightgbm",
    "engine": "local",
}


@dataclass(frozen=True)
class Clone:
    """A checkout with a study in it, and how to run things there."""

    root: Path

    def run(self, *command, check=True, first_in_path=None, **options):
        folders = [str(folder) for folder in (first_in_path, Path(sys.executable).parent) if folder]
        environment = {**os.environ, "DVC_NO_ANALYTICS": "1", "PYTHONDONTWRITEBYTECODE": "1",
                       "PATH": ":".join([*folders, os.environ["PATH"]])}  # fmt: skip
        done = subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, check=False, **options
        )
        if check and done.returncode:
            raise AssertionError(
                f"{command} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
            )
        return done

    def dvc(self, *arguments, **options):
        return self.run("dvc", *arguments, **options)

    def edit(self, path, change):
        """Change one YAML file by a function of its content."""
        file = self.root / path
        content = yaml.safe_load(file.read_text())
        change(content)
        file.write_text(yaml.safe_dump(content, sort_keys=False))

    def md5s(self):
        """MD5 of every output in dvc.lock, by path."""
        stages = yaml.safe_load((self.root / "dvc.lock").read_text())["stages"]
        return {out["path"]: out["md5"] for stage in stages.values() for out in stage.get("outs", [])}


def clone_checkout(folder: Path) -> Clone:
    """Copy what git tracks or would track into `folder`, as a repository with one commit, set to the tiny world."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    (folder / "dvc.lock").unlink(missing_ok=True)
    clone = Clone(folder)
    clone.edit("params.yaml", lambda params: params.update(choose=dict(TINY)))
    clone.run("git", "init", "-q", "-b", "main")
    clone.run("git", "config", "user.email", "test@example.invalid")
    clone.run("git", "config", "user.name", "test")
    clone.run("git", "add", "-A")
    clone.run("git", "commit", "-qm", "start")
    return clone
