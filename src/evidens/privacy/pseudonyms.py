"""Pseudonyms: a keyed hash of the person's number; which number has which is never written down nor kept."""

import hashlib
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
import polars as pl

from evidens.foundation import EvidensError, Fault
from evidens.privacy.keys import ProjectKey

_BLOCK_BYTES = 64  # of SHA-256
_AT_A_TIME = 65_536  # keys whose digests are in memory at a time


class PseudonymError(EvidensError):
    """Two different keys with the same pseudonym."""


class PseudonymMap:
    """Pseudonyms of one kind of key, and a watch over two keys with one pseudonym.

    Parameters
    ----------
    key : ProjectKey
        The project's secret.
    label : str
        What is pseudonymised, such as "person" or "contact": equal texts under two labels get
        unrelated pseudonyms.

    Notes
    -----
    A pseudonym is the first 63 bits of HMAC-SHA-256 [1]_ [2]_: by the birthday bound the chance of any
    collision among 6 million people is 2e-6, and a collision stops the run. Keys are not remembered: to hash
    one again costs less than to look it up among millions. What is kept of each is its pseudonym and the next
    64 bits of its hash (16 bytes), which tell two keys with one pseudonym from one key that came twice. There
    is no way to store the map.

    References
    ----------
    .. [1] Krawczyk H, Bellare M, Canetti R. HMAC: keyed-hashing for message authentication. RFC 2104.
    .. [2] ENISA. Pseudonymisation techniques and best practices. 2019. doi:10.2824/247711
    """

    def __init__(self, key: ProjectKey, label: str) -> None:
        self.label = label
        self._inner, self._outer = _keyed_states(key.subkey(label))
        self.forget()

    def __len__(self) -> int:
        return len(self._ids)

    def __repr__(self) -> str:
        return f"PseudonymMap(label={self.label!r}, {len(self)} keys hidden)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a map of pseudonyms is neither copied nor stored")

    def ids(self, keys: pl.Series) -> pl.Series:
        """Pseudonym of each key, in order; null for null.

        Parameters
        ----------
        keys : polars.Series of String
            Normalised keys.

        Raises
        ------
        PseudonymError
            If two keys that were seen since the last `forget` have the same pseudonym.
        """
        wanted = pl.DataFrame({"key": keys}, schema={"key": pl.String})
        known = wanted.unique().drop_nulls()
        if known.height == wanted.height:
            return self.ids_of_distinct(wanted["key"])
        known = known.with_columns(id=self.ids_of_distinct(known["key"]))
        return wanted.join(known, on="key", how="left", maintain_order="left")["id"]

    def ids_of_distinct(self, keys: pl.Series) -> pl.Series:
        """Pseudonym of each key, in order, where no key is null or comes twice; errors as of `ids`."""
        texts = keys.cast(pl.Binary)
        parts = [self._hash(texts.slice(start, _AT_A_TIME).to_list()) for start in range(0, len(texts), _AT_A_TIME)]
        words = np.concatenate([np.empty((0, 2), dtype=np.uint64), *parts])
        ids = (words[:, 0] >> np.uint64(1)).astype(np.int64)
        self._watch(ids, words[:, 1])
        return pl.Series("id", ids, dtype=pl.Int64)

    def forget(self) -> None:
        """Let go of what is kept of the keys seen so far; the same keys get the same pseudonyms again.

        For keys that do not come back, such as those of contacts after their file is done, so that
        memory does not grow with the number of files. Collisions are then found within a file only.
        """
        self._ids, self._rest = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint64)

    def _hash(self, texts: Sequence[bytes]) -> np.ndarray:
        """First two words of 64 bits of the HMAC of each key, shape (n, 2)."""
        inner, outer = self._inner.copy, self._outer.copy
        digests = []
        for text in texts:
            first = inner()
            first.update(text)
            last = outer()
            last.update(first.digest())
            digests.append(last.digest())
        words = np.frombuffer(b"".join(digests), dtype=">u8").reshape(len(digests), 4)
        return words[:, :2].astype(np.uint64)

    def _watch(self, ids: np.ndarray, rest: np.ndarray) -> None:
        """Compare with what was seen, and keep what is new, sorted by pseudonym."""
        order = np.argsort(ids)
        ids, rest = ids[order], rest[order]
        place = np.searchsorted(self._ids, ids)
        inside = np.minimum(place, max(len(self._ids) - 1, 0))
        is_old = self._ids[inside] == ids if len(self._ids) else np.zeros(len(ids), dtype=bool)
        if (ids[1:] == ids[:-1]).any() or (self._rest[inside[is_old]] != rest[is_old]).any():
            remedy = "Use another project key; no data were written under this one."
            raise PseudonymError(Fault(f"pseudonyms of {self.label}", "two keys have the same pseudonym.", remedy))
        if not is_old.all():
            self._ids = np.insert(self._ids, place[~is_old], ids[~is_old])
            self._rest = np.insert(self._rest, place[~is_old], rest[~is_old])


def _keyed_states(subkey: bytes) -> tuple[Any, Any]:
    """Inner and outer SHA-256 of HMAC after the key (RFC 2104): copied per key, they need not hash it again."""
    block = subkey.ljust(_BLOCK_BYTES, b"\0")  # a subkey is a digest of 32 bytes, never longer than a block
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))
    return inner, outer
