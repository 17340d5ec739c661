"""One file per DVC stage: open the study, call one function, write.

A stage sums with one BLAS thread from its start: sums that are split over threads round differently, and the number
of threads belongs to the process, so that fits side by side would change it for each other. Work is divided by
person buckets, resamples and shards instead.

And polars keeps freed memory for half a minute: buckets come one after the other and are of one size, and to ask the
machine for their memory again each time is a seventh of the whole cost of the intake.
"""

import os

for _library in ("OPENBLAS", "MKL", "BLIS"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"  # before numpy is loaded
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:30000,muzzy_decay_ms:30000")  # before polars is loaded
