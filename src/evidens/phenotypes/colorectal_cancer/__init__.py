"""Colorectal cancer: definition, codes, and people who show what it means."""
