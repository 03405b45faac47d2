"""Diffs that leave the store and come back: written to files, read from them, applied to a branch, undone."""
