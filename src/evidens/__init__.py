"""evidens: from health-register delivery to validated prediction model and its evidence."""

__version__ = "0.1.0"
