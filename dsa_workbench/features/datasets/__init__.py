"""Datasets: listed, deleted, restored."""
