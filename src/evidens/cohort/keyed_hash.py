"""A keyed hash of person numbers: the same person always draws the same lot, on any machine."""

import hashlib

import numpy as np
from numpy.typing import NDArray

_WEYL = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


def hash_people(person_id: NDArray[np.int64], *, salt: str, purpose: str) -> NDArray[np.uint64]:
    """Hash person numbers to 64 bits that look random and are the same every time.

    Parameters
    ----------
    person_id : array of int64, shape (n,)
        Pseudonyms.
    salt, purpose : str
        The key. Another purpose gives lots that are independent of the first.

    Returns
    -------
    array of uint64, shape (n,)

    Notes
    -----
    The finaliser of SplitMix64 [1]_, once before and once after the key is mixed in, so that neighbouring
    keys and neighbouring numbers give unrelated lots. It deals people out; it hides nothing.

    References
    ----------
    .. [1] Steele GL, Lea D, Flood CH. Fast splittable pseudorandom number generators. OOPSLA 2014.
       doi:10.1145/2660193.2660195

    Examples
    --------
    >>> people = np.array([1, 2, 3])
    >>> a = hash_people(people, salt="s", purpose="share")
    >>> bool((a == hash_people(people, salt="s", purpose="share")).all())
    True
    >>> bool((a == hash_people(people, salt="s", purpose="year")).any())
    False
    """
    text = f"{salt}\x1f{purpose}"
    key = np.uint64(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little"))
    return _splitmix64(_splitmix64(np.ascontiguousarray(person_id, dtype=np.int64).view(np.uint64)) ^ key)


def draw_share(person_id: NDArray[np.int64], *, salt: str, purpose: str) -> NDArray[np.float64]:
    """Turn the hash into a number in [0, 1) for each person: the upper 53 bits, which a double holds exactly."""
    lots = hash_people(person_id, salt=salt, purpose=purpose)
    return (lots >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _splitmix64(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = state + _WEYL
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return mixed ^ (mixed >> np.uint64(31))
