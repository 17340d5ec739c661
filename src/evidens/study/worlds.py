"""The shipped worlds as settings, to simulate in a notebook or a benchmark without a study."""

from pathlib import Path
from typing import Any

from evidens.foundation import build_settings
from evidens.simulation import WorldSettings
from evidens.study.composition import compose_group
from evidens.study.study import find_root


def compose_world(name: str, root: Path | str = ".", **changes: Any) -> WorldSettings:
    """Compose a world of conf/simulation/, with some settings changed.

    Parameters
    ----------
    name : str
        The file's name without its end.
    root : path
        The folder that holds dvc.yaml and conf/, or one below it.
    **changes
        Settings in the place of the file's.

    Raises
    ------
    evidens.foundation.SettingsError
        Naming every wrong setting.
    """
    mapping = {**compose_group(find_root(Path(root)), "simulation", name), **changes}
    return build_settings(WorldSettings, mapping, place=f"conf/simulation/{name}.yaml")
