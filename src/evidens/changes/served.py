"""How MLflow loads a model of ours: from its text files, with the code of this package.

MLflow calls `_load_pyfunc` of the module that a model names as its loader; nothing is unpickled.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from evidens.models import Model


class ServedModel:
    """A model behind MLflow's `predict`.

    Parameters
    ----------
    model : evidens.models.Model
        What `evidens.models.load_model` read.
    """

    def __init__(self, model: "Model") -> None:
        self.model = model

    def predict(self, frame: "pd.DataFrame", params: dict[str, Any] | None = None) -> "np.ndarray":
        """Return the risk of each row, float64 inside (0, 1).

        Parameters
        ----------
        frame : pandas.DataFrame
            One column per feature of the model, one row per prediction; NaN is not measured, and the
            count of a code that does not occur is 0.
        params : dict, optional
            Not used; MLflow passes it.
        """
        import numpy as np
        from scipy.sparse import csr_array

        from evidens.features import FeatureMatrix

        names = tuple(self.model.feature_names)
        values = frame[list(names)].to_numpy(dtype=np.float32, na_value=np.nan)
        rows = np.arange(len(frame), dtype=np.int64)
        index_at = np.zeros(len(frame), dtype="datetime64[us]")  # the model reads neither key
        return self.model.predict_risk(FeatureMatrix(names, csr_array(values), rows, index_at))


def _load_pyfunc(data_path: str) -> ServedModel:
    from evidens.models import load_model

    return ServedModel(load_model(Path(data_path)))
