"""Vertical slices: a file a use case. Slices are strangers to each other, but may call `versioning`."""
