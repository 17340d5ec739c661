"""Who looked at a sealed phase, with which model, and by whose leave."""

from typing import Literal

from evidens.changes.entry import Entry, LedgerError
from evidens.changes.ledger import Ledger
from evidens.foundation import Faults


def record_protocol(ledger: Ledger, study: str, protocol_hash: str, *, at: str) -> Entry:
    """Note the protocol that is in force, once for each change of it.

    Parameters
    ----------
    ledger : Ledger
        Where it is noted.
    study : str
        What the protocol is for: an outcome, or a name for the whole study.
    protocol_hash : str
        Digest of the frozen protocol.
    at : str
        When, ISO 8601 in UTC.

    Returns
    -------
    Entry
        The entry that is in force: the last one, when it already holds this hash.
    """
    with ledger.hold() as writer:
        known = writer.entries("protocol", study)
        if known and known[-1].payload["protocol_hash"] == protocol_hash:
            return known[-1]
        return writer.append("protocol", study, {"protocol_hash": protocol_hash}, at=at)


def record_opening(
    ledger: Ledger, outcome: str, phase: str, *, model: str, model_digest: str,
    policy: Literal["gates", "manual"], by: str, reason: str, at: str,
) -> Entry:  # fmt: skip
    """Note that a model is about to see the labels of a sealed phase.

    Parameters
    ----------
    ledger : Ledger
        Where it is noted, before the phase is opened.
    outcome, phase : str
        Which seal.
    model, model_digest : str
        Name and digest of the model that looks.
    policy : {"gates", "manual"}
        Whether the gates before it opened the phase, or a person.
    by : str
        The person who opens it under the policy `manual`; `"gates"` otherwise.
    reason : str
        Why, in words; never empty.
    at : str
        When, ISO 8601 in UTC.

    Returns
    -------
    Entry
        Kind `opening` for the first model, `look` for each later one. A model that has looked
        before sees nothing new: its earlier entry is returned and nothing is written.

    Raises
    ------
    LedgerError
        When a manual opening has no name, or any opening no reason.
    """
    _check_opening(outcome, phase, policy=policy, by=by, reason=reason)
    subject = f"{outcome}/{phase}"
    payload = {"outcome": outcome, "phase": phase, "model": model, "model_digest": model_digest,
               "policy": policy, "by": by, "reason": reason}  # fmt: skip
    with ledger.hold() as writer:
        seen = _find_looks(writer.entries(subject=subject))
        for entry in seen:
            if entry.payload["model_digest"] == model_digest:
                return entry
        return writer.append("look" if seen else "opening", subject, payload, at=at)


def record_predictions(ledger: Ledger, outcome: str, phase: str, digests: dict[str, str], *, at: str) -> Entry:
    """Note the digests of the predictions for a phase, before its labels are read.

    Parameters
    ----------
    ledger : Ledger
        Where they are noted.
    outcome, phase : str
        Of whom.
    digests : dict of str to str
        Model -> sha256 over its predictions: what is evaluated later can be shown to be what was predicted.
    at : str
        When, ISO 8601 in UTC.

    Returns
    -------
    Entry
        The last one, when it already holds these digests.
    """
    subject = f"{outcome}/{phase}"
    with ledger.hold() as writer:
        known = writer.entries("prediction", subject)
        if known and known[-1].payload["digests"] == digests:
            return known[-1]
        return writer.append("prediction", subject, {"digests": digests}, at=at)


def count_looks(ledger: Ledger, outcome: str, phase: str) -> int:
    """Count the models that have seen the labels of a phase: 0 while it is sealed, 1 once opened.

    Notes
    -----
    Each further look lets the choice of model adapt to the very people it is tested on, so that the
    evidence grows too favourable (Dwork C et al. The reusable holdout. Science 2015;349:636-638,
    doi:10.1126/science.aaa9375).
    """
    return len(_find_looks(ledger.entries(subject=f"{outcome}/{phase}")))


def _find_looks(entries: tuple[Entry, ...]) -> list[Entry]:
    return [entry for entry in entries if entry.kind in ("opening", "look")]


def _check_opening(outcome: str, phase: str, *, policy: str, by: str, reason: str) -> None:
    faults, place = Faults(), f"opening of {outcome}/{phase}"
    if policy not in ("gates", "manual"):
        faults.add(place, f"no policy '{policy}'.", "One of: gates, manual.")
    if policy == "manual" and by.strip() in ("", "gates"):
        faults.add(place, "nobody is named.", "Give the name of the person who opens it.")
    if policy == "gates" and by != "gates":
        faults.add(place, "a person is named, but the policy is 'gates'.", "Use the policy 'manual'.")
    if not reason.strip():
        faults.add(place, "no reason is given.", "Say why the phase may be opened now.")
    faults.stop(LedgerError)
