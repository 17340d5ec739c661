"""Compose the configuration with Hydra and write one resolved file per group.

`dvc repro` does not recompose Hydra configuration by itself, so the first stage does: every other stage
depends only on the resolved files it reads, and reruns exactly when one of these changed.
"""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from evidens.foundation import EvidensError, Fault, Faults, build_settings
from evidens.study.groups import GROUPS, settings_class

PER_OUTCOME = ("outcome", "cohort")
PER_MODEL = ("model",)
STAGED = {
    "feasibility": False,
    "development": False,
    "internal": False,
    "temporal": True,
    "external": True,
    "prospective": True,
}  # the phases that stages of dvc.yaml go through, and whether they are sealed
QUARTERS_PER_YEAR, DAYS_PER_YEAR = 4, 365
RUNTIME = ("engine",)  # no stage that makes data may depend on it: written apart from the rest


class CompositionError(EvidensError):
    """The configuration cannot be composed."""


def compose_settings(root: Path, choices: Mapping[str, str], names: Mapping[str, list[str]]) -> dict[str, dict]:
    """Compose every group of conf/ and check it strictly.

    Parameters
    ----------
    root : pathlib.Path
        The study's root, which holds conf/.
    choices : mapping
        `choose` of params.yaml: delivery, simulation, protocol, candidate, engine.
    names : mapping
        conf/study.yaml: the `outcomes` and `models` of the study.

    Returns
    -------
    dict of str to dict
        Resolved plain mappings by file stem, such as "cohort/type_2_diabetes" or "protocol".

    Raises
    ------
    CompositionError
        If a choice names no file, or Hydra refuses; naming the file.
    evidens.foundation.SettingsError
        Naming every wrong setting.
    """
    _check_choices(root, choices, names)
    openings = yaml.safe_load((root / "conf" / "openings.yaml").read_text(encoding="utf-8"))
    resolved: dict[str, dict] = {
        "candidate": {"candidate": choices["candidate"]},
        "names": {"outcomes": list(names["outcomes"]), "models": list(names["models"])},
        "openings": openings,
    }
    base = [f"{group}={choices[group]}" for group in ("delivery", "simulation", "protocol", "engine")]
    outcomes, models = names["outcomes"], names["models"]
    for position in range(max(len(outcomes), len(models))):
        outcome, model = outcomes[min(position, len(outcomes) - 1)], models[min(position, len(models) - 1)]
        composed = _compose(root, [*base, f"outcome={outcome}", f"cohort={outcome}", f"model={model}"])
        for group, value in composed.items():
            name = {**dict.fromkeys(PER_OUTCOME, outcome), **dict.fromkeys(PER_MODEL, model)}.get(group)
            resolved[f"{group}/{name}" if name else group] = value
    faults, built = Faults(), dict[str, Any]()
    for stem, value in resolved.items():
        group, _, name = stem.partition("/")
        place = f"conf/{group}/{name or choices.get(group, 'default')}.yaml"
        try:
            built[stem] = build_settings(settings_class(group), value, place=place)
        except EvidensError as error:
            faults.found.extend(error.faults)
    faults.found.extend(_find_faults_of_phases(resolved, choices, names))
    if not faults.found:
        faults.found.extend(_find_faults_of_lookback(built, choices))
    faults.stop(CompositionError)
    return resolved


def _find_faults_of_phases(
    resolved: Mapping[str, Any], choices: Mapping[str, str], names: Mapping[str, list[str]]
) -> list[Fault]:
    """Compare phases and openings with the stages of dvc.yaml, which are what they are."""
    faults, place = [], f"conf/protocol/{choices['protocol']}.yaml"
    phases = {p["name"]: p for p in resolved["protocol"].get("phases", []) if isinstance(p, Mapping) and "name" in p}
    if list(phases) != list(STAGED):
        faults.append(
            Fault(place, f"phases are {', '.join(phases)}.", f"The stages of dvc.yaml are {', '.join(STAGED)}.")
        )
    for name, is_sealed in STAGED.items():
        if name in phases and bool(phases[name].get("sealed", False)) != is_sealed:
            faults.append(
                Fault(
                    place, f"{name} is {'not ' if is_sealed else ''}sealed.", f"Say sealed: {str(is_sealed).lower()}."
                )
            )
    if phases.get("internal", {}).get("share") != phases.get("development", {}).get("share"):
        faults.append(Fault(place, "internal does not look at all of development.", "Give both the same share."))
    for opening in resolved["openings"].get("openings", []):
        where = (opening.get("outcome"), opening.get("phase")) if isinstance(opening, Mapping) else (None, None)
        if where[0] not in names["outcomes"] or not STAGED.get(str(where[1])):
            faults.append(
                Fault(
                    "conf/openings.yaml",
                    f"opens '{where[1]}' of '{where[0]}', which is no sealed phase of an outcome.",
                    f"Sealed: {', '.join(name for name, is_sealed in STAGED.items() if is_sealed)}.",
                )
            )
    return faults


def _find_faults_of_lookback(built: Mapping[str, Any], choices: Mapping[str, str]) -> list[Fault]:
    """Of a simulated study nothing may look further back than the oracle: who does may beat it without a leak."""
    if built["delivery"].kind != "simulated":
        return []
    reach = built["simulation"].oracle_lookback_quarters * DAYS_PER_YEAR // QUARTERS_PER_YEAR
    looks = {"conf/features/default.yaml": ("the longest window is", built["features"].longest_days)}
    for stem, settings in built.items():
        if stem.startswith("cohort/"):
            looks[f"conf/{stem}.yaml"] = ("lookback_days is", settings.lookback_days)
    remedy = f"Shorten it, or lengthen oracle_lookback_quarters in conf/simulation/{choices['simulation']}.yaml."
    return [
        Fault(place, f"{what} {'all time' if days is None else f'{days} days'}, and the oracle reads {reach}.", remedy)
        for place, (what, days) in looks.items()
        if days is None or days > reach
    ]


def compose_group(root: Path, group: str, option: str) -> dict[str, Any]:
    """Compose one group with one of its options, everything else as by default."""
    return _compose(root, [f"{group}={option}"])[group]


def write_settings(resolved: Mapping[str, Mapping[str, Any]], folder: Path, runtime: Path) -> None:
    """Write each resolved mapping as `<stem>.yaml`: into `runtime` what no result may depend on, else `folder`."""
    for stem, value in resolved.items():
        path = (runtime if stem in RUNTIME else folder) / f"{stem}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
            yaml.safe_dump(value, file, sort_keys=True, allow_unicode=True)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(path)


def option_files(root: Path) -> Iterator[tuple[str, str]]:
    """Yield (group, option) for every option file in conf/."""
    for group in GROUPS:
        for path in sorted((root / "conf" / group).glob("*.yaml")):
            yield group, path.stem


def _check_choices(root: Path, choices: Mapping[str, str], names: Mapping[str, list[str]]) -> None:
    faults = Faults()
    wanted = {"delivery", "simulation", "protocol", "candidate", "engine"}
    for key in sorted(wanted ^ set(choices)):
        faults.add("params.yaml", f"choose.{key}: {'missing' if key in wanted else 'no such choice'}.",
                   f"Choices are {', '.join(sorted(wanted))}.")  # fmt: skip
    for group in sorted(wanted & set(choices) - {"candidate"}):
        _check_option(root, group, choices[group], faults, place="params.yaml")
    if choices.get("candidate") not in names["models"]:
        faults.add("params.yaml", f"choose.candidate: '{choices.get('candidate')}' is not trained.",
                   f"One of: {', '.join(names['models'])} (conf/study.yaml).")  # fmt: skip
    for outcome in names["outcomes"]:
        for group in PER_OUTCOME:
            _check_option(root, group, outcome, faults, place="conf/study.yaml")
    for model in names["models"]:
        _check_option(root, "model", model, faults, place="conf/study.yaml")
    faults.stop(CompositionError)


def _check_option(root: Path, group: str, option: str, faults: Faults, *, place: str) -> None:
    options = sorted(path.stem for path in (root / "conf" / group).glob("*.yaml"))
    if option not in options:
        faults.add(place, f"no file conf/{group}/{option}.yaml.", f"There are: {', '.join(options)}.")


def _compose(root: Path, overrides: list[str]) -> Any:
    from hydra import compose, initialize_config_dir
    from hydra.errors import HydraException
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    try:
        with initialize_config_dir(config_dir=str((root / "conf").resolve()), version_base="1.3"):
            composed = compose("config", overrides=overrides)
        return OmegaConf.to_container(composed, resolve=True)
    except (HydraException, OmegaConfBaseException, yaml.YAMLError) as error:
        raise CompositionError(Fault("conf/", f"cannot be composed: {error}", "Mend the file it names.")) from error


def compose_study(root: Path, folder: Path) -> None:
    """Compose the study at `root` by its params.yaml and conf/study.yaml, and write its settings to `folder`."""
    params = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    names = yaml.safe_load((root / "conf" / "study.yaml").read_text(encoding="utf-8"))
    write_settings(compose_settings(root, params["choose"], names), folder, root / "build" / "runtime")
