"""Delimited text -> batches: what the file is found to be, its blocks, its cells, and what it was beside its table."""
