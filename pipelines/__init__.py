"""One file per DVC stage: open the study, call one function, write."""
