"""Writes arrow.arrows, a stream of types that flechette reads and cannot write; run it to add some."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

MOMENT = 1_772_360_000_123_456_789


def main() -> None:
    """Write the stream: two rows of each type, the second of them null."""
    columns = {
        "large": pa.array(["Ulm", None], pa.large_string()),
        "view": pa.array(["a text of more than twelve bytes", None], pa.string_view()),
        "bytes": pa.array([b"\x00\xff", None], pa.binary()),
        "fixed": pa.array([b"\x01\x02\x03", None], pa.binary(3)),
        "wide": pa.array([Decimal("-12345678901234567890123456789.05"), None], pa.decimal128(38, 2)),
        "wider": pa.array([Decimal(f"1{0:060}.001"), None], pa.decimal256(76, 3)),
        "narrow": pa.array([Decimal("-0.05"), None], pa.decimal32(5, 2)),
        "thousands": pa.array([Decimal("-12000"), None], pa.decimal128(9, -3)),
        "nested": pa.array([[Decimal("7E+2"), None], None], pa.list_(pa.decimal256(60, -2))),
        "ns": pa.array([MOMENT, None], pa.timestamp("ns")),
        "berlin": pa.array([MOMENT // 1000, None], pa.timestamp("us", "Europe/Berlin")),
        "offset": pa.array([MOMENT // 10**9, None], pa.timestamp("s", "+05:30")),
        "early": pa.array([-62_135_596_800_000, None], pa.timestamp("ms", "UTC")),
        "day": pa.array([dt.date(1969, 12, 31), None], pa.date32()),
        "time": pa.array([86_399_999_999, None], pa.time64("us")),
        "took": pa.array([-93_784_000_005, None], pa.duration("us")),
        "interval": pa.array([pa.MonthDayNano([14, -3, 5_000_000_000]), None], pa.month_day_nano_interval()),
        "half": pa.array([0.5, None], pa.float16()),
        "list": pa.array([[1, None, 2**60], None], pa.list_(pa.int64())),
        "pair": pa.array([["a", 'b"'], None], pa.list_(pa.string(), 2)),
        "map": pa.array([[("a", Decimal("1.50"))], None], pa.map_(pa.string(), pa.decimal128(4, 2))),
        "struct": pa.array(
            [{"when": dt.date(2026, 3, 1), "deep": [{"x": True}], "not": None}, None],
            pa.struct([("when", pa.date32()), ("deep", pa.list_(pa.struct([("x", pa.bool_())]))), ("not", pa.null())]),
        ),
        "coded": pa.array(["x", None]).dictionary_encode(),
        "runs": pa.RunEndEncodedArray.from_arrays(pa.array([1, 2], pa.int32()), pa.array([7, None], pa.int64())),
    }
    table = pa.table(columns)
    with pa.ipc.new_stream(str(Path(__file__).with_name("arrow.arrows")), table.schema) as stream:
        stream.write_table(table)


if __name__ == "__main__":
    main()
