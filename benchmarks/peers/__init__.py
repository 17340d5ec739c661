"""Small programs that do the benchmarks' tasks with other people's software, each run by an environment of its own.

They import nothing of evidens: only the standard library, `benchmarks.task.definition` and the peer.
"""
