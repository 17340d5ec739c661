import json
import multiprocessing
import threading

import pytest

from evidens.changes import IdentifierError, Ledger, LedgerError, TornLineWarning
from evidens.changes.entry import seal_entry

AT = "2026-01-31T12:00:00+00:00"


def _fill(ledger: Ledger, n: int = 3) -> None:
    for step in range(n):
        ledger.append("protocol", "stroke", {"protocol_hash": f"h{step}"}, at=AT)


def test_each_entry_names_the_digest_of_the_one_before(ledger):
    _fill(ledger)
    entries = ledger.entries()
    assert [e.index for e in entries] == [0, 1, 2]
    assert entries[0].previous == "0" * 64
    assert [e.previous for e in entries[1:]] == [e.digest for e in entries[:-1]]
    ledger.check()


def test_entries_are_found_by_kind_and_subject(ledger):
    ledger.append("protocol", "stroke", {}, at=AT)
    ledger.append("version", "stroke", {}, at=AT)
    ledger.append("version", "diabetes", {}, at=AT)
    assert [e.index for e in ledger.entries("version")] == [1, 2]
    assert [e.index for e in ledger.entries("version", "stroke")] == [1]


def test_a_ledger_nobody_wrote_to_is_empty_and_reading_it_makes_no_file(tmp_path):
    ledger = Ledger(tmp_path / "ledger" / "ledger.jsonl")
    assert ledger.entries() == ()
    ledger.check()
    assert not ledger.path.parent.exists()


def test_the_same_entries_give_the_same_bytes(tmp_path):
    ledgers = [Ledger(tmp_path / name / "ledger.jsonl") for name in "ab"]
    for ledger in ledgers:
        _fill(ledger)
    assert ledgers[0].path.read_bytes() == ledgers[1].path.read_bytes()


@pytest.mark.parametrize(
    ("name", "tamper", "broken"),
    [
        ("payload_altered", lambda lines: [lines[0].replace("h0", "hX"), *lines[1:]], "entry 0: its content"),
        ("time_altered", lambda lines: [lines[0], lines[1].replace("2026", "2025"), lines[2]], "entry 1: its content"),
        ("entry_taken_out", lambda lines: [lines[0], lines[2]], "entry 1: it says it is entry 2"),
        ("entries_swapped", lambda lines: [lines[1], lines[0], lines[2]], "entry 0: it says it is entry 1"),
        ("entry_doubled", lambda lines: [lines[0], lines[0], lines[1]], "entry 1: it says it is entry 0"),
        ("spaces_added", lambda lines: [lines[0].replace('{"at"', '{ "at"'), *lines[1:]], "entry 0: it is not written"),
        ("key_hidden_by_a_second", lambda lines: ['{"payload":{},' + lines[0][1:], *lines[1:]], "entry 0: it is not"),
        ("empty_line", lambda lines: [lines[0], "", *lines[1:]], "entry 1: it is not an entry"),
        ("end_cut_off", lambda lines: lines[:2], "1 entries are missing after entry 1"),
        ("all_cut_off", lambda _: [], "3 entries are missing after entry -1"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_tampering_is_found_and_the_first_broken_entry_named(ledger, name, tamper, broken):
    _fill(ledger)
    lines = tamper(ledger.path.read_text().splitlines())
    ledger.path.write_text("".join(f"{line}\n" for line in lines))
    for read in (ledger.check, ledger.entries, lambda: ledger.append("protocol", "stroke", {}, at=AT)):
        with pytest.raises(LedgerError, match=broken):
            read()


def test_an_entry_resealed_by_a_forger_does_not_fit_the_one_after_it(ledger):
    _fill(ledger)
    lines = ledger.path.read_text().splitlines()
    first = json.loads(lines[0])
    forged = seal_entry(0, first["at"], "protocol", "stroke", {"protocol_hash": "forged"}, first["previous"])
    ledger.path.write_text("\n".join([forged.line(), *lines[1:]]) + "\n")
    with pytest.raises(LedgerError, match="entry 1: it does not follow"):
        ledger.check()


def test_a_ledger_rewritten_as_a_whole_lacks_the_entries_known_elsewhere(ledger):
    _fill(ledger)
    known = tuple(e.digest for e in ledger.entries())
    for path in ledger.path.parent.iterdir():
        path.unlink()
    _fill(ledger, 2)
    ledger.append("protocol", "stroke", {"protocol_hash": "another"}, at=AT)
    ledger.check()
    with pytest.raises(LedgerError, match="1 entries known elsewhere"):
        ledger.check(known=known)


def test_a_line_torn_by_a_crash_is_set_aside_and_noted_not_dropped(ledger):
    _fill(ledger)
    torn = b'{"at":"2026-01-31T12:00:00+00:00","digest":"ab'
    with ledger.path.open("ab") as file:
        file.write(torn)
    with pytest.raises(LedgerError, match="after 3 whole entries, was cut off by a crash"):
        ledger.check()
    with pytest.warns(TornLineWarning):
        assert len(ledger.entries()) == 3
    with pytest.warns(TornLineWarning):
        ledger.append("protocol", "stroke", {"protocol_hash": "h3"}, at=AT)
    assert [e.kind for e in ledger.entries()] == ["protocol"] * 3 + ["torn", "protocol"]
    note = ledger.entries("torn")[0].payload
    assert (ledger.path.parent / note["set_aside_in"]).read_bytes() == torn
    assert note["n_bytes"] == len(torn)
    ledger.check()


def test_mending_a_whole_ledger_changes_nothing(ledger):
    _fill(ledger)
    before = ledger.path.read_bytes()
    assert ledger.mend(at=AT) is None
    assert ledger.path.read_bytes() == before


def test_a_confirmed_entry_whose_line_break_was_taken_away_is_not_set_aside(ledger):
    _fill(ledger)
    ledger.path.write_bytes(ledger.path.read_bytes().rstrip(b"\n"))
    with pytest.raises(LedgerError, match="1 entries are missing"):
        ledger.append("protocol", "stroke", {}, at=AT)


@pytest.mark.parametrize(
    "payload",
    [{"reason": "asked by 010203-1234"}, {"people": ["6802701234"]}, {"people": [101901234]}, {"0102031234": "x"}],
    ids=["in_a_sentence", "in_a_list", "number_without_its_leading_zero", "as_a_key"],
)
def test_a_payload_with_a_persons_number_is_refused_without_repeating_it(ledger, payload):
    with pytest.raises(IdentifierError, match="shaped like a civil registration number") as caught:
        ledger.append("opening", "stroke/external", payload, at=AT)
    assert not any(number in str(caught.value) for number in ("010203", "680270", "101901234"))
    assert ledger.entries() == ()


@pytest.mark.parametrize("at", ["2026-01-31", "2026-01-31T12:00:00", "2026-01-31T12:00:00+01:00", "now"])
def test_a_time_that_is_not_utc_is_refused(ledger, at):
    with pytest.raises(LedgerError, match="not an ISO 8601 time in UTC"):
        ledger.append("protocol", "stroke", {}, at=at)


def test_an_unknown_kind_is_refused(ledger):
    with pytest.raises(LedgerError, match="no such kind"):
        ledger.append("note", "stroke", {}, at=AT)


def _append_many(path, worker):
    ledger = Ledger(path)
    for step in range(10):
        ledger.append("protocol", f"worker{worker}", {"step": step}, at=AT)


@pytest.mark.parametrize("make", [multiprocessing.get_context("spawn").Process, threading.Thread])
def test_writers_at_the_same_time_lose_nothing(ledger, make):
    workers = [make(target=_append_many, args=(ledger.path, worker)) for worker in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    ledger.check()
    assert len(ledger.entries()) == 30
    for worker in range(3):
        assert [e.payload["step"] for e in ledger.entries(subject=f"worker{worker}")] == list(range(10))
