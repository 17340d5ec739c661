"""Acute admission: definition, codes, and people who show what a readmission is."""
