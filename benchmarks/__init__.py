"""What a run costs, measured within one run on one machine, and said with the machine."""
