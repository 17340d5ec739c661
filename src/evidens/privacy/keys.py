"""The secret behind a project's pseudonyms: where it may come from, and how it stays unseen.

An unkeyed hash protects nobody: all numbers that can exist are hashed in minutes. The key must
therefore lie apart from data, code and cache, and only its identity may ever be shown.
"""

import hmac
import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, NoReturn

from evidens.foundation import EvidensError, Fault
from evidens.privacy.settings import DeliverySettings

MINIMUM_BYTES = 32
MAXIMUM_BYTES = 4096
MINIMUM_DISTINCT_BYTES = 10  # 64 random hexadecimal digits have fewer once in 10^9 keys; a typed word often has

_REMEDY = "Make one with `evidens create-key <path>`, outside the repository and DVC's cache."


class KeyFileError(EvidensError):
    """A key file that cannot be trusted, or a key of the wrong kind for a delivery."""


class ProjectKey:
    """Secret bytes that can be used and compared, but not shown, copied or stored.

    Parameters
    ----------
    secret : bytes
        At least 32 bytes.
    kind : str
        "project" for a key from a file, "demonstration" for one that follows from a world's seed.

    Examples
    --------
    >>> demonstration_key(1)
    ProjectKey(kind='demonstration', secret hidden)
    """

    __slots__ = ("__secret", "kind")

    def __init__(self, secret: bytes, *, kind: Literal["project", "demonstration"]) -> None:
        if len(secret) < MINIMUM_BYTES:
            raise KeyFileError(Fault("key", f"shorter than {MINIMUM_BYTES} bytes.", _REMEDY))
        self.__secret = bytes(secret)
        self.kind = kind

    def subkey(self, label: str) -> bytes:
        """Secret of one purpose: keys of two purposes say nothing about each other.

        Notes
        -----
        The expansion step of HKDF for one block (RFC 5869, section 2.3).
        """
        return hmac.digest(self.__secret, b"evidens/" + label.encode() + b"\x01", "sha256")

    @property
    def identity(self) -> str:
        """Eight hexadecimal digits that tell keys apart and may be logged."""
        return self.subkey("identity")[:4].hex()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ProjectKey):
            return NotImplemented
        return self.kind == other.kind and hmac.compare_digest(self.__secret, other.__secret)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"ProjectKey(kind={self.kind!r}, secret hidden)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a project key is neither copied nor stored")


def demonstration_key(world_seed: int) -> ProjectKey:
    """Return the key of a simulated delivery: known to everyone who knows the seed, so worth nothing elsewhere."""
    secret = hmac.digest(b"evidens demonstration key", str(world_seed).encode(), "sha256")
    return ProjectKey(secret, kind="demonstration")


def create_project_key(path: Path) -> None:
    """Write a new random key that only its owner can read.

    Parameters
    ----------
    path : pathlib.Path
        Must not exist; its folder must.

    Raises
    ------
    KeyFileError
        If something is there already: a key that is overwritten takes all its pseudonyms with it.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        remedy = "Choose another path; a lost key cannot be made again."
        raise KeyFileError(Fault(str(path), "exists already.", remedy)) from error
    except OSError as error:
        fault = Fault(str(path), f"cannot be made ({error.strerror}).", "Name a folder you may write to.")
        raise KeyFileError(fault) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(MINIMUM_BYTES).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def load_project_key(path: Path, *, forbidden_roots: Iterable[Path]) -> ProjectKey:
    """Read a project's key.

    Parameters
    ----------
    path : pathlib.Path
        The key file.
    forbidden_roots : iterable of pathlib.Path
        Where no key may lie: the repository, DVC's cache.

    Raises
    ------
    KeyFileError
        If the file is missing, no ordinary file, a symbolic link or linked from elsewhere, of another
        owner, open to others, in a forbidden place, too short or not random.

    Notes
    -----
    The file is opened once and everything is asked of what was opened, so it cannot be exchanged
    between the questions. A folder on the way may be a symbolic link; the place it leads to counts.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        finding = "is a symbolic link." if Path(path).is_symlink() else f"cannot be opened ({error.strerror})."
        raise KeyFileError(Fault(str(path), finding, _REMEDY)) from error
    try:
        fault = _find_fault_of_file(os.fstat(descriptor)) or _find_fault_of_place(Path(path), forbidden_roots)
        if fault:
            raise KeyFileError(Fault(str(path), *fault))
        secret = os.read(descriptor, MAXIMUM_BYTES + 1).strip(b"\r\n")
    finally:
        os.close(descriptor)
    if len(secret) < MINIMUM_BYTES:
        raise KeyFileError(Fault(str(path), f"shorter than {MINIMUM_BYTES} bytes.", _REMEDY))
    if len(secret) > MAXIMUM_BYTES or len(set(secret)) < MINIMUM_DISTINCT_BYTES:
        raise KeyFileError(Fault(str(path), "does not look like random bytes.", _REMEDY))
    return ProjectKey(secret, kind="project")


def _find_fault_of_file(status: os.stat_result) -> tuple[str, str] | None:
    if not stat.S_ISREG(status.st_mode):
        return "is no ordinary file.", _REMEDY
    if status.st_nlink != 1:
        return "is linked from a second place.", "Remove the other link."
    if status.st_uid != os.geteuid():
        return "belongs to another user.", "Let the user who runs the pipeline own it."
    if stat.S_IMODE(status.st_mode) & 0o177:
        return "is open to more than its owner's reading and writing.", "Run `chmod 600` on it."
    return None


def _find_fault_of_place(path: Path, forbidden_roots: Iterable[Path]) -> tuple[str, str] | None:
    places = {path.resolve(), Path(os.path.normpath(path.absolute()))}
    for root in forbidden_roots:
        if any(place.is_relative_to(r) for place in places for r in (root.resolve(), root.absolute())):
            return f"lies inside {root}, from where it could be published.", "Move it out of the repository and cache."
    return None


def check_key(key: ProjectKey, delivery: DeliverySettings) -> None:
    """Stop unless the kind of `key` suits the kind of `delivery`.

    Raises
    ------
    KeyFileError
        For a real delivery under the demonstration key, whose pseudonyms anyone could undo; and for a
        simulated delivery under a project's key, whose pseudonyms are published with their numbers.
    """
    if delivery.kind == "register" and key.kind == "demonstration":
        finding = "the demonstration key would let anyone find the people behind the pseudonyms."
        raise KeyFileError(Fault(f"delivery {delivery.name}", finding, "Set key_file to a project's key."))
    if delivery.kind == "simulated" and key.kind == "project":
        finding = "a project's key is not spent on simulated people."
        raise KeyFileError(Fault(f"delivery {delivery.name}", finding, "Remove key_file."))


def key_for(delivery: DeliverySettings, *, world_seed: int | None, forbidden_roots: Iterable[Path]) -> ProjectKey:
    """Return the key that suits `delivery`: from its key file, or from the world's seed.

    Parameters
    ----------
    delivery : DeliverySettings
        A simulated or a real delivery.
    world_seed : int or None
        Seed of the simulated world; not looked at for a real delivery.
    forbidden_roots : iterable of pathlib.Path
        Where no key may lie.

    Raises
    ------
    KeyFileError
        As `load_project_key` and `check_key` say.
    """
    if delivery.kind == "register":
        key = load_project_key(Path(str(delivery.key_file)), forbidden_roots=forbidden_roots)
    elif world_seed is None:
        fault = Fault(f"delivery {delivery.name}", "no seed of a world.", "Give the seed it was simulated with.")
        raise KeyFileError(fault)
    else:
        key = demonstration_key(world_seed)
    check_key(key, delivery)
    return key
