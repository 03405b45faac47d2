"""Batches of Arrow to files of any format, as a stream: `write_batches` is the door."""

from dsa_workbench.files.writing.batches import TableToWrite, write_batches, write_workbook
from dsa_workbench.files.writing.options import FORMATS, Target, WriteOptions, Written, format_of

__all__ = [
    "FORMATS",
    "TableToWrite",
    "Target",
    "WriteOptions",
    "Written",
    "format_of",
    "write_batches",
    "write_workbook",
]
