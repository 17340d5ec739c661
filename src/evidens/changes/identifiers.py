"""What is written for good must not hold a person's identifier: look before writing."""

import re
from collections.abc import Iterator
from typing import Any

from evidens.foundation import EvidensError, Faults

_DIGITS = re.compile(r"\d{6}")  # a key that holds these is named by its position


class IdentifierError(EvidensError):
    """Something shaped like a civil registration number was about to be written."""


def check_no_identifier(value: Any, *, place: str) -> None:
    """Stop when a key, text or whole number in `value` is shaped like a civil registration number.

    Parameters
    ----------
    value : dict, list, tuple, str, int, float, bool or None
        Anything that canonical JSON can hold.
    place : str
        Where it was about to be written.

    Raises
    ------
    IdentifierError
        Naming the key path of each finding; never the value.

    Notes
    -----
    Whole numbers are looked at as ten digits, because a number that has lost its leading zero is still
    a number of a person. Digits within digests and fractions are no finding; see `find_identifiers`.
    """
    from evidens.privacy import find_identifiers

    faults = Faults()
    for path, text in _texts(value, "$"):
        if find_identifiers(text):
            faults.add(place, f"{path} holds something shaped like a civil registration number.",
                       "Record sums and names of tables, never a person.")  # fmt: skip
    faults.stop(IdentifierError)


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield (key path, text) of everything readable; a key is named by its parent, not by itself."""
    if isinstance(value, dict):
        for position, (key, item) in enumerate(value.items()):
            yield f"{path}, name of key {position + 1}", str(key)
            named = f"key {position + 1}" if _DIGITS.search(str(key)) else key
            yield from _texts(item, f"{path}.{named}")
    elif isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from _texts(item, f"{path}[{position}]")
    elif isinstance(value, str):
        yield path, value
    elif isinstance(value, int) and not isinstance(value, bool):
        yield path, str(value).zfill(10)
