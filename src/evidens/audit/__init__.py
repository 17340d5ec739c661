"""What the registers do not show: how good predictions are on the truth, which only a simulated world has."""

from evidens.audit.gaps import GAPS
from evidens.audit.measures import METHOD, Least
from evidens.audit.people import ORACLES, AuditError
from evidens.audit.predictions import CODED, audit_predictions
from evidens.audit.realised import BEYOND, MOST_SE, REALISED

__all__ = ["BEYOND", "CODED", "GAPS", "METHOD", "MOST_SE", "ORACLES", "REALISED", "AuditError", "Least",
           "audit_predictions"]  # fmt: skip
