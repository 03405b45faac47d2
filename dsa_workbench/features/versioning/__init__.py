"""Commits, reads, history and diffs of versioned tables."""
