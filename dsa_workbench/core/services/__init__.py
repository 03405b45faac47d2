"""Repositories: the interfaces, and their implementations."""
