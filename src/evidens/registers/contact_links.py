"""Which person each contact and each course of a register belongs to, as sorted pairs of pseudonyms."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

LINKS = {"contact_id": pl.Int64, "person_id": pl.Int64}
NO_PERSON = -1  # pseudonyms are not negative
_RANGE_LINKS = 4_000_000  # links that are sorted at a time
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class ContactLinks:
    """Persons of contacts, 16 bytes a contact.

    Parameters
    ----------
    contact_ids : numpy.ndarray, shape (n,), int64
        Of contacts or courses, sorted and unique.
    person_ids : numpy.ndarray, shape (n,), int64
        `NO_PERSON` where two persons share a contact's key, because keys can be used anew from one delivery
        to the next.
    """

    contact_ids: np.ndarray
    person_ids: np.ndarray

    def __len__(self) -> int:
        return len(self.contact_ids)

    @property
    def n_shared(self) -> int:
        """Number of contacts whose key two persons share."""
        return int((self.person_ids == NO_PERSON).sum())

    def find(self, contact_ids: pl.Series) -> pl.DataFrame:
        """Return person_id and is_known of each contact, in order; unknown contacts and null have neither.

        Notes
        -----
        Sorted questions go through the links once, in order, so that a question costs the same among
        thousands and among many millions.
        """
        asked = contact_ids.fill_null(-1).to_numpy()  # no contact has a negative pseudonym
        order = np.argsort(asked)
        person = np.full(len(asked), NO_PERSON, dtype=np.int64)
        is_known = np.zeros(len(asked), dtype=bool)
        if len(self):
            in_order = asked[order]
            place = np.minimum(np.searchsorted(self.contact_ids, in_order), len(self) - 1)
            found = self.contact_ids[place] == in_order
            is_known[order] = found
            person[order] = np.where(found, self.person_ids[place], NO_PERSON)
        answer = pl.DataFrame({"person_id": person, "is_known": is_known})
        return answer.with_columns(pl.when(pl.col("person_id") != NO_PERSON).then("person_id"))


def link_contacts(parts: Sequence[pl.DataFrame | pl.LazyFrame]) -> ContactLinks:
    """Join the links of all batches of one register's contacts and courses.

    Parameters
    ----------
    parts : sequence of polars.DataFrame or LazyFrame
        contact_id (of a contact or a course) and person_id, in any order, each contact any number of times.

    Notes
    -----
    Pseudonyms are spread evenly over their range, so that it can be sorted piece by piece: beside the answer, 16
    bytes a contact, only one piece is in memory where the parts are read lazily.
    """
    lazy = [pl.LazyFrame(schema=LINKS), *(part.lazy() for part in parts)]
    n_links = sum(count.item() for count in pl.collect_all([part.select(pl.len()) for part in lazy]))
    n_ranges = n_links // _RANGE_LINKS + 1
    width = 2**63 // n_ranges + 1
    contacts, persons = np.empty(n_links, dtype=np.int64), np.empty(n_links, dtype=np.int64)
    n_done = 0
    for number in range(n_ranges):
        is_here = pl.col("contact_id").is_between(number * width, min((number + 1) * width - 1, _LARGEST_ID))
        rows = pl.concat(part.filter(is_here) for part in lazy).collect()
        contact, person = _unique_by_contact(rows["contact_id"].to_numpy(), rows["person_id"].to_numpy())
        here = slice(n_done, n_done + len(contact))
        contacts[here], persons[here], n_done = contact, person, here.stop
    return ContactLinks(contacts[:n_done], persons[:n_done])


def _unique_by_contact(contact: np.ndarray, person: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sort by contact, keep one link of each, and no person where the links of one differ."""
    order = np.argsort(contact)
    contact, person = contact[order], person[order]
    is_again = np.concatenate([[False], contact[1:] == contact[:-1]])[: len(contact)]
    is_other = is_again & np.concatenate([[False], person[1:] != person[:-1]])[: len(contact)]
    shared = contact[is_other]
    contact, person = contact[~is_again], person[~is_again]
    person[np.searchsorted(contact, shared)] = NO_PERSON
    return contact, person
