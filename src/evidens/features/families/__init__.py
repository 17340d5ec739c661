"""The families of features. A new one is a file here, a line in `AnyFamily`, words in `naming.py` and a naive twin."""

from evidens.features.families.charlson import CharlsonFamily
from evidens.features.families.codes import CodeFamily
from evidens.features.families.counts import CountFamily, DoseFamily
from evidens.features.families.distinct import DistinctFamily
from evidens.features.families.family import Family, Source
from evidens.features.families.person import PersonFamily
from evidens.features.families.timing import NewFamily, RecencyFamily
from evidens.features.families.utilisation import UtilisationFamily
from evidens.features.families.values import ValueFamily

AnyFamily = (
    PersonFamily | ValueFamily | CodeFamily | CountFamily | DistinctFamily | RecencyFamily | NewFamily | DoseFamily
    | CharlsonFamily | UtilisationFamily
)  # fmt: skip

__all__ = [
    "AnyFamily",
    "CharlsonFamily",
    "CodeFamily",
    "CountFamily",
    "DistinctFamily",
    "DoseFamily",
    "Family",
    "NewFamily",
    "PersonFamily",
    "RecencyFamily",
    "Source",
    "UtilisationFamily",
    "ValueFamily",
]
