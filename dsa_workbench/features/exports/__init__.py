"""Versions written to files."""
