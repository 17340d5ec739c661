"""Colorectal cancer as the cancer register has it: definition, codes, and people who show what it means."""
