"""Features of a person's past: families of windowed features, built from the runs of a bucket by one kernel."""

from evidens.features.audit import AuditSettings, FeatureAudit, audit_features
from evidens.features.build import Features, build_columns, build_features
from evidens.features.contract import CountFeature, VocabularyTable
from evidens.features.index import Index
from evidens.features.long import LongFeatures, build_long
from evidens.features.matrix import FeatureError, FeatureMatrix, assemble
from evidens.features.naming import describe_feature
from evidens.features.settings import FeatureSettings
from evidens.features.vocabulary import Vocabulary, count_codes, make_vocabulary
from evidens.features.windows import Window

__all__ = [
    "AuditSettings",
    "CountFeature",
    "FeatureAudit",
    "FeatureError",
    "FeatureMatrix",
    "FeatureSettings",
    "Features",
    "Index",
    "LongFeatures",
    "Vocabulary",
    "VocabularyTable",
    "Window",
    "assemble",
    "audit_features",
    "build_columns",
    "build_features",
    "build_long",
    "count_codes",
    "describe_feature",
    "make_vocabulary",
]
