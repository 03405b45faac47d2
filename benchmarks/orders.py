"""A seeded table of orders, 12 columns, with the skew, the nulls and the near-sorted ids that real ones have."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq

COUNTRIES = [
    *("Austria", "Belgium", "Bulgaria", "Croatia", "Cyprus", "Czechia", "Denmark", "Estonia", "Finland", "France"),
    *("Germany", "Greece", "Hungary", "Ireland", "Italy", "Latvia", "Lithuania", "Luxembourg", "Malta", "Netherlands"),
    *("Norway", "Poland", "Portugal", "Romania", "Slovakia", "Slovenia", "Spain", "Sweden", "Iceland", "Albania"),
]
_CONSONANTS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "st", "tr")
_SYLLABLES = [a + b for a in _CONSONANTS for b in ("a", "e", "i", "o", "u", "an", "el", "or")]
_DOMAINS = ["example.org", "example.com", "example.net", "mail.example", "post.example"]
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Edited:
    """The table after a month: 1 row in 1,000 changed in two columns, 1 in 2,000 inserted, 1 in 2,000 removed."""

    table: Any
    added: int
    removed: int
    changed: int


def _words(rng: np.random.Generator, count: int, low: int, high: int) -> Any:
    words: dict[str, None] = {}
    while len(words) < count:
        words["".join(rng.choice(_SYLLABLES, rng.integers(low, high + 1)))] = None
    return pa.array(list(words))


def _skewed(rng: np.random.Generator, count: int, size: int) -> npt.NDArray[np.int64]:
    """Draw `size` numbers below `count`, some far more often than others (Zipf's law with exponent 0.8)."""
    weights = np.cumsum(1 / np.arange(1, count + 1) ** 0.8)
    drawn: npt.NDArray[np.int64] = np.searchsorted(weights / weights[-1], rng.random(size))
    return rng.permutation(count)[drawn]


def _notes(rng: np.random.Generator, rows: int) -> Any:
    """Give one row in five a note of 4 to 14 words, some of them quoted or with a comma."""
    words = _words(rng, 2_000, 1, 4)
    lengths = np.where(rng.random(rows) < 0.2, rng.integers(4, 15, rows), 0)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    flat = words.take(pa.array(rng.integers(0, len(words), offsets[-1])))
    marks = rng.random(len(flat))
    flat = pc.if_else(pa.array(marks < 0.03), pc.binary_join_element_wise(flat, ",", ""), flat)
    flat = pc.if_else(pa.array(marks > 0.995), pc.binary_join_element_wise('"', flat, '"', ""), flat)
    texts = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), flat), " ")
    return pc.if_else(pa.array(lengths > 0), texts, None)


def make_orders(rows: int, seed: int = 1) -> Any:
    """Make the table; equal arguments give equal tables."""
    rng = np.random.default_rng(seed)
    cities, skus = _words(rng, 3_000, 2, 4), _words(rng, 20_000, 2, 3)
    codes = pc.binary_join_element_wise(
        pc.utf8_upper(pc.utf8_slice_codeunits(skus, 0, 2)),
        pc.cast(pa.array(rng.integers(10_000, 99_999, 20_000)), "string"),
        "-",
    )
    city, sku = _skewed(rng, 3_000, rows), _skewed(rng, 20_000, rows)
    base = np.round(np.exp(rng.normal(3.2, 1.0, 20_000)) + 0.5, 2)
    first, last = _words(rng, 300, 2, 3), _words(rng, 800, 2, 3)
    name = pc.binary_join_element_wise(
        first.take(pa.array(rng.integers(0, 300, rows))), last.take(pa.array(rng.integers(0, 800, rows))), "."
    )
    number = pc.cast(pa.array(rng.integers(0, 100_000, rows)), "string")
    domain = pa.array(_DOMAINS).take(pa.array(rng.integers(0, len(_DOMAINS), rows)))
    when = np.sort(rng.integers(0, 3 * 365 * _DAY, rows)) + 1_640_995_200
    return pa.table(
        {
            "order_id": 1_000_000 + np.cumsum(rng.integers(2, 12, rows)),
            "customer_id": 10_001 + _skewed(rng, max(1_000, rows // 8), rows),
            "created_at": pa.array(when, pa.timestamp("s")),
            "country": pa.array(COUNTRIES).take(pa.array(city % len(COUNTRIES))),
            "city": pc.utf8_capitalize(cities.take(pa.array(city))),
            "sku": codes.take(pa.array(sku)),
            "qty": np.minimum(rng.geometric(0.45, rows), 12),
            "unit_price": np.round(base[sku] * rng.choice([1, 1, 1, 0.95, 1.05], rows), 2),
            "discount": pa.array(np.round(rng.integers(1, 11, rows) * 0.05, 2), mask=rng.random(rows) < 0.3),
            "note": _notes(rng, rows),
            "is_gift": rng.random(rows) < 0.08,
            "email": pc.binary_join_element_wise(pc.binary_join_element_wise(name, number, ""), domain, "@"),
        }
    )


def edit(table: Any, seed: int = 2) -> Edited:
    """Change, insert and remove rows at random places."""
    rng = np.random.default_rng(seed)
    rows = table.num_rows
    changes, others = max(1, rows // 1_000), max(1, rows // 2_000)
    picked = rng.permutation(rows)[: changes + 2 * others]
    changed, removed, before = np.split(picked, [changes, changes + others])
    qty, price = table["qty"].to_numpy().copy(), table["unit_price"].to_numpy().copy()
    qty[changed] += 1
    price[changed] = np.round(price[changed] + 1.37, 2)
    table = table.set_column(6, "qty", pa.array(qty)).set_column(7, "unit_price", pa.array(price))
    ids = pc.add(table["order_id"].take(pa.array(before)), 1)
    inserted = table.take(pa.array(rng.permutation(rows)[:others])).set_column(0, "order_id", ids)
    keep = np.ones(rows, dtype=np.bool_)
    keep[removed] = False
    whole = pa.concat_tables([table.filter(pa.array(keep)), inserted]).sort_by("order_id")
    return Edited(whole.combine_chunks(), others, others, changes)


def write_csv(table: Any, path: Path) -> None:
    """Write a table as CSV."""
    csv.write_csv(table, path)


def write_parquet(table: Any, path: Path) -> None:
    """Write a table as Parquet with zstd."""
    pq.write_table(table, path, compression="zstd")
