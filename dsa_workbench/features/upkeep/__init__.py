"""Upkeep of the store."""
