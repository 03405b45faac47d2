"""The values that the golden file pins: every type that can be stored, with its odd values."""

import datetime as dt
import struct
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

UTC = dt.UTC


def _nan(payload: int) -> float:
    return float(struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000000 | payload))[0])


def _floats(kind: Any, dtype: Any) -> Any:
    return pa.array(np.array([0.0, -0.0, 1.5, -2.25, np.inf, -np.inf, np.nan], dtype), kind)


def samples() -> dict[str, Any]:
    """Give arrays by name; the names are what the golden file calls them."""
    out: dict[str, Any] = {
        "null": pa.nulls(3),
        "bool": pa.array([True, None, False]),
        "empty": pa.array([], pa.int64()),
    }
    for bits in (8, 16, 32, 64):
        low, high = -(1 << bits - 1), (1 << bits - 1) - 1
        out[f"int{bits}"] = pa.array([low, -1, 0, None, high], getattr(pa, f"int{bits}")())
        out[f"uint{bits}"] = pa.array([0, 1, None, (1 << bits) - 1], getattr(pa, f"uint{bits}")())
    out |= {"float16": _floats(pa.float16(), np.float16), "float32": _floats(pa.float32(), np.float32)}
    out |= {"float64": _floats(pa.float64(), np.float64), "nan payload": pa.array([_nan(1), _nan(2), None])}
    out["short decimals"] = pa.array([9.5, 12.25, None, 0.1, -3.0])
    for bits, digits in ((32, 9), (64, 18), (128, 38), (256, 76)):
        kind = getattr(pa, f"decimal{bits}")(digits, 2)
        out[f"decimal{bits}"] = pa.array([Decimal("1.50"), None, Decimal("-0.01")], kind)
    out["date32"] = pa.array([dt.date(1969, 12, 31), None, dt.date(2026, 3, 1)])
    out["date64"] = pa.array([dt.date(1969, 12, 31), None], pa.date64())
    out["time32[ms]"] = pa.array([dt.time(23, 59, 59, 999_000), None], pa.time32("ms"))
    out["time64[ns]"] = pa.array([1, None, 86_399_999_999_999], pa.time64("ns"))
    for unit in ("s", "ms", "us", "ns"):
        out[f"timestamp[{unit}]"] = pa.array([-1, None, 1_767_225_600], pa.timestamp(unit))
        out[f"duration[{unit}]"] = pa.array([-1, None, 5], pa.duration(unit))
    out["timestamp zone"] = pa.array([dt.datetime(2026, 3, 1, 12, tzinfo=UTC)], pa.timestamp("us", "Europe/Vienna"))
    out["interval"] = pa.array([pa.MonthDayNano([1, -2, 3]), None])
    out["string"] = pa.array(["", "a", None, "Zürich", "日本", "nul\0in", "more than eight bytes"])
    out["one length"] = pa.array(["A-1", "B-2", "C-3"])
    out["binary"] = pa.array([b"", None, b"\xff\x00"])
    out["fixed_binary"] = pa.array([b"abc", None], pa.binary(3))
    out["list"] = pa.array([[1, 2], None, [], [None]])
    out["fixed_list"] = pa.array([[1, 2], None, [3, None]], pa.list_(pa.int8(), 2))
    out["map"] = pa.array([[("a", 1)], None, []], pa.map_(pa.string(), pa.int64()))
    out["struct"] = pa.array([{"x": 1, "y": "a"}, None, {"x": None, "y": ""}])
    out["nested"] = pa.array([[{"a": ["q", None]}], None, [None, {"a": None}]])
    words = pa.array(["red", "green", None, "red"])
    out |= {"words": words, "dictionary": words.dictionary_encode(), "large_string": words.cast(pa.large_string())}
    out["string_view"] = words.cast(pa.string_view())
    out["dictionary int8"] = words.dictionary_encode().cast(pa.dictionary(pa.int8(), pa.string()))
    return out


def many() -> dict[str, Any]:
    """Give longer arrays, which take each packed form."""
    steps = np.cumsum(np.arange(2_000) % 7)
    return {
        "steps": pa.array(1_000_000 + steps),
        "seconds": pa.array((1_700_000_000 + steps) * 1_000_000, pa.timestamp("us")),
        "prices": pa.array(np.round(steps * 0.05, 2), mask=steps % 5 == 0),
        "cities": pa.array(["Rome", "Oslo", None, "Bonn"]).take(pa.array(steps % 4)),
        "texts": pa.array([f"{'x' * (i % 9)}{i}" for i in range(2_000)]),
        "codes": pa.array([f"K-{i:05d}" for i in range(2_000)]),
        "noise": pa.array(np.sin(np.arange(2_000))),
    }


def table() -> Any:
    """Give a table long enough for several borders and pages."""
    rows = 60_000
    n = np.arange(rows)
    cities = pa.array(["Rome", "Oslo", "Bonn", None, "Linz"])
    return pa.table(
        {
            "id": n * 3,
            "qty": n * n % 97,
            "price": np.round(n % 1_000 * 0.25, 2),
            "city": cities.take(pa.array(n * 7 % 5)),
        }
    )
