"""Pseudonyms: a keyed hash of the person's number, computed once per person and never written down."""

import hmac
from typing import NoReturn

import polars as pl

from evidens.foundation import EvidensError, Fault
from evidens.privacy.keys import ProjectKey


class PseudonymError(EvidensError):
    """Two different keys with the same pseudonym."""


class PseudonymMap:
    """Pseudonyms of one kind of key, remembered so that every key is hashed once.

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
    collision among 6 million people is 2e-6, and a collision stops the run. The map lives in memory
    only; there is no way to store it.

    References
    ----------
    .. [1] Krawczyk H, Bellare M, Canetti R. HMAC: keyed-hashing for message authentication. RFC 2104.
    .. [2] ENISA. Pseudonymisation techniques and best practices. 2019. doi:10.2824/247711
    """

    def __init__(self, key: ProjectKey, label: str) -> None:
        self.label = label
        self._subkey = key.subkey(label)
        self._known = pl.DataFrame(schema={"key": pl.String, "id": pl.Int64})

    def __len__(self) -> int:
        return self._known.height

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
            If two keys that were ever seen have the same pseudonym.
        """
        wanted = pl.DataFrame({"key": keys}, schema={"key": pl.String})
        known = wanted.unique().drop_nulls().join(self._known, on="key", how="left")
        unseen = known.filter(pl.col("id").is_null())["key"]
        if unseen.len():
            known = pl.concat([known.drop_nulls(), self._learn(unseen)])
        return wanted.join(known, on="key", how="left", maintain_order="left")["id"]

    def forget(self) -> None:
        """Let go of the keys seen so far; the same keys get the same pseudonyms again.

        For keys that do not come back, such as those of contacts after their year is done, so that
        memory does not grow with the number of years. Collisions are then found within a year only.
        """
        self._known = self._known.clear()

    def _learn(self, keys: pl.Series) -> pl.DataFrame:
        digest, subkey = hmac.digest, self._subkey
        ids = [int.from_bytes(digest(subkey, key.encode(), "sha256")[:8], "big") >> 1 for key in keys.to_list()]
        learned = pl.DataFrame({"key": keys, "id": pl.Series(ids, dtype=pl.Int64)})
        known = pl.concat([self._known, learned])
        if known["id"].n_unique() < known.height:
            remedy = "Use another project key; no data were written under this one."
            raise PseudonymError(Fault(f"pseudonyms of {self.label}", "two keys have the same pseudonym.", remedy))
        self._known = known
        return learned
