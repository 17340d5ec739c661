"""One way to write a value as text, so that its digest means something."""

import hashlib
import json
import math
from collections.abc import Iterator
from typing import Any

from evidens.foundation import EvidensError, Fault


class CanonicalError(EvidensError):
    """A value that canonical JSON cannot hold."""


def write_canonical(value: Any) -> str:
    """Write `value` as canonical JSON: sorted keys, no spaces, UTF-8, one line.

    Parameters
    ----------
    value : dict, list, tuple, str, int, float, bool or None
        Mappings have string keys. A float must be finite: an undefined number is `None` with a
        reason beside it.

    Raises
    ------
    CanonicalError
        Naming each key path that cannot be written; never its value.

    Notes
    -----
    Floats are written in Python's shortest round-trip form, which is the same on every platform
    that has IEEE 754 doubles. The idea is that of RFC 8785, without its ECMAScript number format.

    Examples
    --------
    >>> write_canonical({"b": 1, "a": [0.1, None]})
    '{"a":[0.1,null],"b":1}'
    """
    faults = tuple(_find_faults(value, "$"))
    if faults:
        raise CanonicalError(*faults)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_of(value: Any) -> str:
    """Return the sha256 of the canonical JSON of `value`, 64 hexadecimal digits.

    >>> digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
    True
    """
    return hashlib.sha256(write_canonical(value).encode()).hexdigest()


def _find_faults(value: Any, path: str) -> Iterator[Fault]:
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, str):
                yield from _find_faults(item, f"{path}.{key}")
            else:
                yield Fault(path, f"a key of type {type(key).__name__}.", "Keys are strings.")
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from _find_faults(item, f"{path}[{position}]")
    elif isinstance(value, float) and not math.isfinite(value):
        yield Fault(path, "not a finite number.", "Write None, and the reason beside it.")
    elif value is not None and not isinstance(value, str | int | float):
        yield Fault(path, f"a value of type {type(value).__name__}.", "Turn it into text or a number first.")
