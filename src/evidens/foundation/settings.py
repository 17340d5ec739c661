"""Turn the plain mappings that Hydra composes into strict, frozen, typed settings.

OmegaConf's own structured configs reject dates, literals and unions of dataclasses; here a mapping
becomes a frozen dataclass or an error that names every setting that is wrong.
"""

import dataclasses
import datetime as dt
import difflib
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from evidens.foundation.errors import EvidensError, Faults

Settings = TypeVar("Settings")


class SettingsError(EvidensError):
    """A configuration value that the code does not know or cannot use."""


def build_settings(cls: type[Settings], mapping: Mapping[str, Any], *, place: str) -> Settings:
    """Build the frozen dataclass `cls` from `mapping`, collecting every fault.

    Parameters
    ----------
    cls : type
        A frozen dataclass, or a union of them told apart by `kind`. Fields may be scalars, dates, literals,
        tuples, mappings with string keys, optionals, other dataclasses and unions of them. A `__post_init__`
        that raises ValueError checks what types cannot say.
    mapping : Mapping
        What Hydra composed: every key must be a field, every field without a default a key.
    place : str
        The file, named in errors.

    Returns
    -------
    Settings
        An instance of `cls`.

    Raises
    ------
    SettingsError
        With one fault per wrong setting.

    Examples
    --------
    >>> @dataclasses.dataclass(frozen=True)
    ... class CohortSettings:
    ...     min_age: int
    >>> build_settings(CohortSettings, {"min_age": 30}, place="conf/cohort/adults.yaml")
    CohortSettings(min_age=30)
    >>> build_settings(CohortSettings, {"min_agee": 30}, place="conf/cohort/adults.yaml")
    Traceback (most recent call last):
    evidens.foundation.settings.SettingsError: 2 faults:
      - conf/cohort/adults.yaml: min_agee: no such setting. Did you mean 'min_age'?
      - conf/cohort/adults.yaml: min_age: missing. Give it a value (int).
    """
    faults = Faults()
    built = _convert(cls, mapping, place=place, path="", faults=faults)
    faults.stop(SettingsError)
    return built


_WRONG = object()


def _build(cls: type, mapping: Any, *, place: str, path: str, faults: Faults) -> Any:
    if not isinstance(mapping, Mapping):
        return _reject(faults, place, path or cls.__name__, f"expected a mapping, got {mapping!r}.", "")
    fields = {f.name: f for f in dataclasses.fields(cls) if f.init}
    hints = typing.get_type_hints(cls)
    values = {}
    for key, value in mapping.items():
        if key not in fields:
            near = difflib.get_close_matches(str(key), fields, n=1)
            known = f"Did you mean '{near[0]}'?" if near else f"Known: {', '.join(fields)}."
            faults.add(place, f"{_join(path, key)}: no such setting.", known)
        else:
            values[key] = _convert(hints[key], value, place=place, path=_join(path, key), faults=faults)
    for name, f in fields.items():
        required = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        if required and name not in mapping:
            faults.add(place, f"{_join(path, name)}: missing.", f"Give it a value ({_name(hints[name])}).")
            values[name] = _WRONG
    if any(value is _WRONG for value in values.values()):
        return _WRONG
    try:
        return cls(**values)
    except ValueError as error:
        return _reject(faults, place, path or cls.__name__, str(error), "")


def _convert(hint: Any, value: Any, *, place: str, path: str, faults: Faults) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    inner: dict[str, Any] = {"place": place, "faults": faults}
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in args:
            return None
        options = [a for a in args if a is not type(None)]
        if len(options) == 1:
            return _convert(options[0], value, path=path, **inner)
        return _choose(options, value, place=place, path=path, faults=faults)
    if origin is typing.Literal:
        if value in args:
            return value
        return _reject(faults, place, path, f"{value!r} is not allowed.", f"One of: {', '.join(map(str, args))}.")
    if origin is tuple:
        if not isinstance(value, list | tuple):
            return _reject(faults, place, path, f"expected a list, got {value!r}.", "")
        items = tuple(_convert(args[0], v, path=f"{path}[{i}]", **inner) for i, v in enumerate(value))
        return _WRONG if any(item is _WRONG for item in items) else items
    if origin in (dict, Mapping):
        if not isinstance(value, Mapping):
            return _reject(faults, place, path, f"expected a mapping, got {value!r}.", "")
        built = {str(k): _convert(args[1], v, path=_join(path, k), **inner) for k, v in value.items()}
        return _WRONG if any(item is _WRONG for item in built.values()) else built
    if dataclasses.is_dataclass(hint):
        return _build(typing.cast(type, hint), value, path=path, **inner)
    return _scalar(hint, value, place=place, path=path, faults=faults)


def _scalar(hint: type, value: Any, *, place: str, path: str, faults: Faults) -> Any:
    if hint is dt.date and isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return _reject(faults, place, path, f"{value!r} is not a date.", "Write it as 2016-01-31.")
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        return _reject(faults, place, path, f"expected {_name(hint)}, got {value!r}.", "")
    return value


def _choose(options: list[Any], value: Any, *, place: str, path: str, faults: Faults) -> Any:
    """Build one of several dataclasses, told apart by their `kind` key."""
    kinds = {option.kind: option for option in options}
    value = dict(value) if isinstance(value, Mapping) else {}
    kind = value.pop("kind", None)
    if kind not in kinds:
        remedy = f"One of: {', '.join(map(str, kinds))}."
        return _reject(faults, place, _join(path, "kind"), f"{kind!r} is not allowed.", remedy)
    return _build(kinds[kind], value, place=place, path=path, faults=faults)


def _reject(faults: Faults, place: str, path: str, finding: str, remedy: str) -> Any:
    faults.add(place, f"{path}: {finding}", remedy)
    return _WRONG


def _join(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)


def _name(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint).replace("typing.", "")
