"""Type 2 diabetes by the Open Source Diabetes Classifier: definition, codes, and people who show what it means."""
