"""Make the people that other implementations and evidens are both asked about.

Run as `python tests/reference/make_people.py` (made with numpy 2.4); then run the other make_ scripts again.
Simulated from a logistic model, an exponential death and a uniform censoring; no real person is in it.
"""

from pathlib import Path

import numpy as np

HERE = Path(__file__).parent / "data"


def main() -> None:
    """Write people.csv and optimism_people.csv."""
    rng = np.random.default_rng(20260315)
    n = 700
    linear = rng.normal(-1.6, 1.2, n)
    outcome = rng.random(n) < 1 / (1 + np.exp(-(0.2 + 0.85 * linear)))
    risk = np.round(1 / (1 + np.exp(-linear)), 3)
    reference = np.round(1 / (1 + np.exp(-(linear + rng.normal(0, 0.9, n)))), 2)
    reference = np.clip(reference, 0.01, 0.99)
    weights = np.where(rng.random(n) < 0.08, 0.0, np.round(1 / rng.uniform(0.6, 1.0, n), 4))
    event, death, leaves = rng.exponential(2600, n), rng.exponential(4000, n), rng.uniform(0, 4000, n)
    first = np.minimum(event, np.minimum(death, leaves))
    status = np.where(first > 1095, 0, np.where(first == event, 1, np.where(first == death, 2, 0)))
    # Weeks, so that events, deaths and censorings share days.
    days = np.minimum(np.ceil(first / 7) * 7, 1095).astype(int)
    with (HERE / "people.csv").open("w") as file:
        file.write("outcome,risk,reference,weight,days,status\n")
        for row in zip(outcome.astype(int), risk, reference, weights, days, status, strict=True):
            file.write(",".join(str(v) for v in row) + "\n")

    m = 240
    x = rng.normal(size=(m, 6))
    y = rng.random(m) < 1 / (1 + np.exp(-(-1 + 0.8 * x[:, 0] - 0.5 * x[:, 1])))
    with (HERE / "optimism_people.csv").open("w") as file:
        file.write("y,x1,x2,x3,x4,x5,x6\n")
        for outcome_i, row in zip(y.astype(int), np.round(x, 4), strict=True):
            file.write(f"{outcome_i}," + ",".join(str(v) for v in row) + "\n")


if __name__ == "__main__":
    main()
