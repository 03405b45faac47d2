"""How each tool reads a file when nobody says anything but its name: its defaults, and its sniffing where it has one.

A reader raises whatever it raises; what that means is decided in `running`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.fidelity.reading import MOST_ROWS, Reading, Written, arrow_grid, grid, values

Reader = Callable[[str], Reading]
Sniffer = Callable[[str], Written]


def ours(path: str) -> Reading:
    """Open and read every table."""
    from dsa_workbench.files.source import open_tables, read_all

    return Reading({t.name: arrow_grid(read_all(t)) for t in open_tables(path)})


def ours_sniffs(path: str) -> Written:
    """Say what the first look finds."""
    from dsa_workbench.files.stream import open_input
    from dsa_workbench.files.tables import ReadOptions
    from dsa_workbench.files.text.sniff import sniff

    dialect = sniff(open_input(path, None), ReadOptions()).layout.dialect
    return Written(dialect.delimiter, dialect.quote or "")


def _frame(frame: Any) -> Any:
    import pandas as pd

    plain = frame.astype(object)
    rows = plain.where(pd.notna(plain), None).to_numpy().tolist()
    return grid(frame.columns, rows)


def pandas_csv(path: str) -> Reading:
    """Read with the defaults."""
    import pandas as pd

    return Reading({"data": _frame(pd.read_csv(path))}, Written(",", '"'))


def pandas_sniffing_csv(path: str) -> Reading:
    """Read with the delimiter that Python's sniffer finds."""
    import pandas as pd

    return Reading({"data": _frame(pd.read_csv(path, sep=None, engine="python"))})


def pandas_sniffs(path: str) -> Written:
    """Say what Python's sniffer finds; pandas takes the delimiter of it and leaves the quote."""
    import pandas as pd

    with pd.read_csv(path, sep=None, engine="python", iterator=True) as reader:
        told: Any = reader
        return Written(str(told._engine.data.dialect.delimiter), '"')


def pandas_excel(path: str) -> Reading:
    """Read all sheets with the fastest engine, the one that reads all formats."""
    import pandas as pd

    sheets = pd.read_excel(path, sheet_name=None, engine="calamine")
    return Reading({str(name): _frame(sheet) for name, sheet in sheets.items()})


def pandas_parquet(path: str) -> Reading:
    """Read with the defaults."""
    import pandas as pd

    return Reading({"data": _frame(pd.read_parquet(path))})


def pyarrow_csv(path: str) -> Reading:
    """Read with the defaults."""
    import pyarrow.csv as pacsv

    return Reading({"data": arrow_grid(pacsv.read_csv(path))}, Written(",", '"'))


def pyarrow_parquet(path: str) -> Reading:
    """Read with the defaults."""
    import pyarrow.parquet as pq

    return Reading({"data": arrow_grid(pq.read_table(path))})


def _duckdb(query: str, path: str) -> Any:
    import duckdb

    connection = duckdb.connect()
    connection.execute("set threads to 2")
    found = connection.execute(query, [path])
    names = [d[0] for d in found.description or []]
    return names, found.fetchall()


def duckdb_csv(path: str) -> Reading:
    """Read with its sniffer."""
    return Reading({"data": grid(*_duckdb("select * from read_csv(?)", path))})


def duckdb_sniffs(path: str) -> Written:
    """Ask the sniffer."""
    _, rows = _duckdb('select "Delimiter", "Quote" from sniff_csv(?)', path)
    delimiter, quote = rows[0]
    return Written(str(delimiter), "" if quote in ("(empty)", "\x00") else str(quote))


def duckdb_parquet(path: str) -> Reading:
    """Read with the defaults."""
    return Reading({"data": grid(*_duckdb("select * from read_parquet(?)", path))})


def _polars(frame: Any) -> Any:
    columns = [values(series.to_list, len(series)) for series in frame.head(MOST_ROWS).get_columns()]
    return grid(frame.columns, list(zip(*columns, strict=True)), frame.height)


def polars_csv(path: str) -> Reading:
    """Read with the defaults."""
    import polars as pl

    return Reading({"data": _polars(pl.read_csv(path))}, Written(",", '"'))


def polars_excel(path: str) -> Reading:
    """Read all sheets with the default engine, empty ones too."""
    import polars as pl

    sheets: Any = pl.read_excel(path, sheet_id=0, raise_if_empty=False)
    return Reading({str(name): _polars(sheet) for name, sheet in sheets.items()})


def polars_parquet(path: str) -> Reading:
    """Read with the defaults."""
    import polars as pl

    return Reading({"data": _polars(pl.read_parquet(path))})


READERS: dict[tuple[str, str], Reader] = {
    ("ours", "csv"): ours,
    ("ours", "excel"): ours,
    ("ours", "parquet"): ours,
    ("pandas", "csv"): pandas_csv,
    ("pandas", "excel"): pandas_excel,
    ("pandas", "parquet"): pandas_parquet,
    ("pandas_sniffing", "csv"): pandas_sniffing_csv,
    ("pyarrow", "csv"): pyarrow_csv,
    ("pyarrow", "parquet"): pyarrow_parquet,
    ("duckdb", "csv"): duckdb_csv,
    ("duckdb", "parquet"): duckdb_parquet,
    ("polars", "csv"): polars_csv,
    ("polars", "excel"): polars_excel,
    ("polars", "parquet"): polars_parquet,
}

SNIFFERS: dict[str, Sniffer] = {"ours": ours_sniffs, "pandas_sniffing": pandas_sniffs, "duckdb": duckdb_sniffs}


def assumed(_: str) -> Written:
    """Say what the tools without a sniffer take for granted."""
    return Written(",", '"')


def preload(tool: str) -> None:
    """Import what a tool needs, so that a process that is forked off has it; pyarrow itself asks for pandas."""
    import pandas  # noqa: ICN001, F401 - loading is the point
    import pyarrow.csv
    import pyarrow.parquet  # noqa: F401

    match tool:
        case "ours":
            import dsa_workbench.files.source  # noqa: F401
        case "duckdb":
            import duckdb  # noqa: F401
        case "polars":
            import fastexcel  # noqa: F401
            import polars  # noqa: ICN001, F401
