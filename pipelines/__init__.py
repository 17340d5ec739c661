"""One file per DVC stage: open the study, call one function, write.

A stage sums with one BLAS thread from its start: sums that are split over threads round differently, and the number
of threads belongs to the process, so that fits side by side would change it for each other. Work is divided by
person buckets, resamples and shards instead.
"""

import os

for _library in ("OPENBLAS", "MKL", "BLIS"):
    os.environ[f"{_library}_NUM_THREADS"] = "1"  # before numpy is loaded
