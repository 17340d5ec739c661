"""The feature task on which peers are measured: its definition, its data, its naive reference, and our way to do it."""
