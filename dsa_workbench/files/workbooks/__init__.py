"""Workbooks -> tables: a table a sheet, whatever the format."""
