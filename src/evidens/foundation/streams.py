"""Named random streams: adding one changes no other's draws."""

import hashlib

import numpy as np


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """Return a random generator of its own for whatever `names` describe.

    Parameters
    ----------
    seed : int
        The seed of the study or world.
    *names : str or int
        The path of the stream, such as `"simulation", "laboratory", shard`.

    Returns
    -------
    numpy.random.Generator
        A counter-based Philox generator [1]_ keyed by a hash of seed and names, so that a stream
        depends on neither the number of workers nor on which other streams exist.

    References
    ----------
    .. [1] Salmon JK et al. Parallel random numbers: as easy as 1, 2, 3. SC11, 2011.
       doi:10.1145/2063384.2063405

    Examples
    --------
    >>> a, b = stream(1, "laboratory"), stream(1, "hospital")
    >>> bool(a.random() == b.random())
    False
    >>> bool(stream(1, "laboratory").random() == stream(1, "laboratory").random())
    True
    """
    path = "\x1f".join([str(seed), *(f"{type(name).__name__}:{name}" for name in names)])
    digest = hashlib.blake2b(path.encode(), digest_size=16).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))
