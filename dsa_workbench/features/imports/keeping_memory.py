"""Keeping the memory of arrays that are gone for those that come."""

_LARGEST = 31 << 20
"""The largest size that glibc learns from is 32 MiB, its own header included."""


def keep_memory() -> None:
    """Have glibc keep memory of arrays, up to 62 MiB, rather than give it back to the kernel with each of them.

    Pages that were given back come as new ones, and in a virtual machine each costs as much as the work on it. glibc
    takes the largest array that was ever freed for what a process goes on to use; no page of this one is touched.
    """
    bytes(_LARGEST)
