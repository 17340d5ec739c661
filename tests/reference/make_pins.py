"""Numbers of scikit-learn and statsmodels for the statistics that evidens computes itself.

Run as `python tests/reference/make_pins.py` after make_people.py. Standard errors come from the infinitesimal
jackknife: scikit-learn's own score, differentiated numerically by each person's weight.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import sklearn
import statsmodels
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score
from statsmodels.stats.proportion import proportion_confint

HERE = Path(__file__).parent / "data"
Score = Callable[..., float]


def jackknife_se(score: Score, y: np.ndarray, p: np.ndarray, w: np.ndarray) -> float:
    """Root of the sum of squares of each person's share in the score, times n / (n - 1)."""
    n, step = y.size, 1e-4
    slopes = np.empty(n)
    for i in range(n):
        up, down = w.copy(), w.copy()
        up[i] *= 1 + step
        down[i] *= 1 - step
        slopes[i] = (score(y, p, sample_weight=up) - score(y, p, sample_weight=down)) / (2 * step)
    return float(np.sqrt((slopes**2).sum() * n / (n - 1)))


def scaled(y: np.ndarray, p: np.ndarray, sample_weight: np.ndarray) -> float:
    """One minus Brier over that of the prevalence, both by scikit-learn."""
    null = np.full(y.size, np.average(y, weights=sample_weight))
    score = brier_score_loss(y, p, sample_weight=sample_weight)
    return 1 - score / brier_score_loss(y, null, sample_weight=sample_weight)


def main() -> None:
    """Write pins_py.csv."""
    people = np.genfromtxt(HERE / "people.csv", delimiter=",", names=True)
    y, p, w = people["outcome"], people["risk"], people["weight"]
    scores = {"average.precision": average_precision_score, "brier": brier_score_loss, "log.loss": log_loss,
              "auroc": roc_auc_score, "scaled.brier": scaled}  # fmt: skip
    pins = {}
    kept = w > 0
    for name, score in scores.items():
        pins[name] = score(y, p, sample_weight=np.ones(y.size))
        pins[f"{name}.weighted"] = score(y[kept], p[kept], sample_weight=w[kept])
    for name in ("average.precision", "scaled.brier", "brier", "log.loss"):
        pins[f"{name}.se"] = jackknife_se(scores[name], y, p, np.ones(y.size))
        pins[f"{name}.weighted.se"] = jackknife_se(scores[name], y[kept], p[kept], w[kept])
    for hits, n in ((0, 20), (3, 10), (81, 263)):
        low, high = proportion_confint(hits, n, method="wilson")
        pins[f"wilson.{hits}.of.{n}.01"], pins[f"wilson.{hits}.of.{n}.02"] = low, high
    lines = [f"# scikit-learn {sklearn.__version__}; statsmodels {statsmodels.__version__}; numpy {np.__version__}"]
    lines += ["name,value", *(f"{name},{value:.15g}" for name, value in pins.items())]
    (HERE / "pins_py.csv").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
