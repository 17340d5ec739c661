"""Features of a person's past: windowed laboratory results, counts of codes, and what is known of the person."""

from evidens.features.audit import check_truncation
from evidens.features.build import Features, build_features, dense_names
from evidens.features.contract import CountFeature, VocabularyTable
from evidens.features.history import History, select_history
from evidens.features.matrix import FeatureError, FeatureMatrix, assemble
from evidens.features.naming import describe_feature
from evidens.features.settings import FeatureSettings
from evidens.features.vocabulary import Vocabulary, count_codes, make_vocabulary

__all__ = [
    "CountFeature",
    "FeatureError",
    "FeatureMatrix",
    "FeatureSettings",
    "Features",
    "History",
    "Vocabulary",
    "VocabularyTable",
    "assemble",
    "build_features",
    "check_truncation",
    "count_codes",
    "dense_names",
    "describe_feature",
    "make_vocabulary",
    "select_history",
]
