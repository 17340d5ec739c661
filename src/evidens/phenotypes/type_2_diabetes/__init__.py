"""Type 2 diabetes: definition, codes, and people who show what it means."""
