import numpy as np

from evidens.foundation import stream


def test_a_stream_depends_on_its_names_and_on_nothing_else():
    first = stream(1, "laboratory", 3).random(4)
    stream(1, "hospital", 3).random(1000)
    assert np.array_equal(first, stream(1, "laboratory", 3).random(4))


def test_names_cannot_run_into_each_other():
    assert stream(1, "ab", "c").random() != stream(1, "a", "bc").random()
    assert stream(1, "a", 1).random() != stream(1, "a", "1").random()
    assert stream(1, "a").random() != stream(2, "a").random()
