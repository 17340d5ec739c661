import hashlib
import hmac
import pickle

import numpy as np
import polars as pl
import pytest

from evidens.privacy import (
    ProjectKey,
    PseudonymError,
    PseudonymMap,
    demonstration_key,
    normalise_person_key,
    person_key_fault,
)

KEY = demonstration_key(1)


def series(*keys):
    return pl.Series("key", list(keys), dtype=pl.String)


def test_a_pseudonym_is_the_first_63_bits_of_an_hmac_under_the_labels_own_key():
    subkey = hmac.digest(hmac.digest(b"evidens demonstration key", b"1", "sha256"), b"evidens/person\x01", "sha256")
    digest = hmac.digest(subkey, b"6802701234", "sha256")
    assert PseudonymMap(KEY, "person").ids(series("6802701234")).to_list() == [int.from_bytes(digest[:8], "big") >> 1]


def test_the_same_person_is_the_same_in_every_batch_and_order():
    persons = PseudonymMap(KEY, "person")
    first = persons.ids(series("a", "b", None, "a"))
    assert first[0] == first[3] != first[1]
    assert first[2] is None
    assert persons.ids(series("b", "c", "a")).to_list()[::2] == [first[1], first[0]]
    assert len(persons) == 3
    assert PseudonymMap(KEY, "person").ids(series("a")).to_list() == [first[0]]


def test_another_key_or_another_label_gives_pseudonyms_that_link_to_nothing():
    numbers = series(*(f"68027{n:05d}" for n in range(2_000)))
    ids = [set(PseudonymMap(key, label).ids(numbers))
           for key, label in ((KEY, "person"), (demonstration_key(2), "person"), (KEY, "contact"))]  # fmt: skip
    assert [len(i) for i in ids] == [2_000] * 3
    assert not ids[0] & ids[1]
    assert not ids[0] & ids[2]


def test_pseudonyms_are_positive_and_fill_the_63_bits():
    ids = PseudonymMap(KEY, "person").ids(series(*map(str, range(4_000))))
    assert ids.dtype == pl.Int64
    assert ids.min() >= 0
    assert ids.max() > 2**62  # the chance of none in the upper half is 2 ** -4000


class SameFirstWord:
    """A digest whose first 64 bits are equal for all texts, and whose others are not."""

    def __init__(self, text=b""):
        self.hash = hashlib.blake2b(text, digest_size=24)

    def copy(self):
        other = SameFirstWord()
        other.hash = self.hash.copy()
        return other

    def update(self, text):
        self.hash.update(text)

    def digest(self):
        return b"\0" * 8 + self.hash.digest()


@pytest.mark.parametrize("batches", [[("a", "b")], [("a",), ("a",), ("b",)]], ids=["one batch", "two batches"])
def test_two_keys_with_one_pseudonym_stop_the_run(monkeypatch, batches):
    secret = ProjectKey(bytes(range(32)), kind="project")
    monkeypatch.setattr("evidens.privacy.pseudonyms.hashlib.sha256", SameFirstWord)
    persons = PseudonymMap(secret, "person")
    for batch in batches[:-1]:
        persons.ids(series(*batch))  # one key that comes again is no collision
    with pytest.raises(PseudonymError, match="two keys have the same pseudonym"):
        persons.ids(series(*batches[-1]))


def test_what_is_kept_of_a_key_is_sixteen_bytes_and_not_its_text():
    persons = PseudonymMap(KEY, "person")
    for start in (0, 5_000, 2_000):
        persons.ids(series(*(f"68027{n:05d}" for n in range(start, start + 5_000))))
    assert len(persons) == 10_000
    kept = [value for value in vars(persons).values() if isinstance(value, np.ndarray)]
    assert sum(value.nbytes for value in kept) == 16 * 10_000
    assert not [value for value in vars(persons).values() if isinstance(value, (pl.DataFrame, pl.Series, dict))]


def test_every_pseudonym_of_many_is_the_hmac_of_its_own_key():
    keys = [f"lpr2:{n}" for n in range(70_000)]  # more than are hashed at a time
    subkey = KEY.subkey("contact")
    wanted = [int.from_bytes(hmac.digest(subkey, key.encode(), "sha256")[:8], "big") >> 1 for key in keys]
    assert PseudonymMap(KEY, "contact").ids(series(*keys)).to_list() == wanted


def test_what_is_forgotten_comes_back_the_same():
    contacts = PseudonymMap(KEY, "contact")
    before = contacts.ids(series("lpr2:1"))
    contacts.forget()
    assert len(contacts) == 0
    assert contacts.ids(series("lpr2:1")).equals(before)


def test_a_map_shows_and_stores_nothing():
    persons = PseudonymMap(KEY, "person")
    persons.ids(series("6802701234"))
    assert "680270" not in repr(persons)
    with pytest.raises(TypeError, match="neither copied nor stored"):
        pickle.dumps(persons)


@pytest.mark.parametrize(
    ("delivered", "kind", "normal"),
    [
        ("680270-1234", "cpr", "6802701234"),
        (" 6802701234 ", "cpr", "6802701234"),
        ("161801234", "cpr", "0161801234"),  # a number has lost its zero
        ("12345678", "cpr", "12345678"),  # two lost digits are not guessed
        ("1206550vk9", "cpr", "1206550VK9"),
        ("", "cpr", None),
        ("42", "project", "000000000042"),
        ("000000000042", "project", "000000000042"),
    ],
)
def test_a_persons_key_has_one_form(delivered, kind, normal):
    frame = pl.DataFrame({"k": [delivered]})
    assert frame.select(normalise_person_key(pl.col("k"), kind))["k"].to_list() == [normal]


@pytest.mark.parametrize(
    ("key", "kind", "simulated", "fault"),
    [
        ("6802701234", "cpr", True, None),
        ("6802701235", "cpr", True, None),  # the check digit is not asked
        ("0802701234", "cpr", True, "number that a living person could have, in a simulated delivery"),
        ("0802701234", "cpr", False, None),
        ("6802701234", "cpr", False, "replacement number"),
        ("1206550VK9", "cpr", False, "replacement number"),
        ("1206550VK9", "cpr", True, "replacement number"),
        ("0813701234", "cpr", False, "person key without the shape of one"),  # there is no month 13
        ("12345678", "cpr", False, "person key without the shape of one"),
        (None, "cpr", False, "no person key"),
        ("000000000042", "project", False, None),
        ("12A", "project", False, "person key without the shape of one"),
    ],
)
def test_a_key_without_the_right_shape_gets_no_pseudonym(key, kind, simulated, fault):
    frame = pl.DataFrame({"k": [key]}, schema={"k": pl.String})
    found = frame.select(fault=person_key_fault(pl.col("k"), kind, simulated=simulated))["fault"].to_list()
    assert found == [fault]
