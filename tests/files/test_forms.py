"""Which texts get a type: nothing that a user typed may change in value."""

from __future__ import annotations

import pyarrow as pa
import pytest

from dsa_workbench.files.values.classify import classify, value_forms
from dsa_workbench.files.values.forms import Form, decide, holds

US, UTC, NS = pa.timestamp("us"), pa.timestamp("us", "UTC"), pa.timestamp("ns")

COLUMNS = [
    (["0", "-7", "12"], pa.int64()),
    (["02139", "12345"], pa.string()),
    (["12345", "02139"], pa.string()),
    (["+49 170", "12"], pa.string()),
    (["0x1F", "12"], pa.string()),
    (["0xFFFFFFFF"], pa.string()),
    (["-0", "1"], pa.string()),
    (["1 ", "2"], pa.string()),
    (["9223372036854775807", "-9223372036854775808"], pa.int64()),
    (["9223372036854775808"], pa.string()),
    (["99999999999999999999", "1"], pa.string()),
    (["7.20", "1", "-0.5", ".5"], pa.float64()),
    (["7.", "1.5"], pa.string()),
    (["01.5", "1.5"], pa.string()),
    (["1.2.3", "1.5"], pa.string()),
    (["0.30000000000000004", "0.1"], pa.float64()),
    (["0.3000000000000000444", "0.1"], pa.string()),
    (["1234567890.12345678901", "0.1"], pa.string()),
    (["12345.000000000000000", "0.1"], pa.float64()),
    (["9007199254740993", "0.5"], pa.string()),
    (["9007199254740993", "5"], pa.int64()),
    (["1e5"], pa.string()),
    (["101", "1e5", "103"], pa.string()),
    (["1.5", "1e5"], pa.float64()),
    (["1.5", "2", "1e5"], pa.string()),
    (["0.05", "1", "1e-05"], pa.float64()),
    (["1.0E+10", "2.5E+10"], pa.float64()),
    (["4.9E+11", "491701234567"], pa.string()),
    (["1.0e400", "1.5"], pa.string()),
    (["1.5e-320", "1.5"], pa.float64()),
    (["1.2345678e-320", "1.5"], pa.string()),
    (["NaN", "1.5"], pa.string()),
    (["1,5", "2,5"], pa.string()),
    (["true", "false"], pa.bool_()),
    (["TRUE", "FALSE"], pa.bool_()),
    (["True", "false"], pa.string()),
    (["yes", "no"], pa.string()),
    (["2026-03-01", "2024-02-29"], pa.date32()),
    (["2026-02-29"], pa.string()),
    (["1900-02-29"], pa.string()),
    (["2000-02-29", "0001-01-01", "9999-12-31"], pa.date32()),
    (["0000-01-01"], pa.string()),
    (["2026-3-1"], pa.string()),
    (["01/02/2026"], pa.string()),
    (["2026-03-01 10:00:00", "2026-03-01 10:00:00.5"], US),
    (["2026-03-01T10:00:00"], US),
    (["2026-03-01T10:00"], US),
    (["2026-03-01T10:00:00", "2026-03-01 10:00:00"], pa.string()),
    (["2026-03-01 10:00:00", "2026-03-01"], pa.string()),
    (["2026-03-01T10:00:00Z", "2026-03-01T10:00:00+02:00", "2026-03-01T10:00:00-0530"], UTC),
    (["2026-03-01T10:00:00Z", "2026-03-01T10:00:00"], pa.string()),
    (["2026-03-01 10:00:00.123456789"], NS),
    (["2026-03-01 10:00:00.123456789", "1066-10-14 09:00:00"], pa.string()),
    (["1066-10-14 09:00:00"], US),
    (["2026-03-01 24:00:00"], pa.string()),
    (["2026-03-01 10:00:60"], pa.string()),
    (["10:00:00", "23:59:59.5"], pa.time64("us")),
    (["10:00:00.123456789"], pa.time64("ns")),
    (["10:00"], pa.string()),
    (["192.168.0.1"], pa.string()),
    (["030-123456"], pa.string()),
    (["", "12"], pa.int64()),
    (["", ""], pa.string()),
    (["12", "2026-03-01"], pa.string()),
    ([], pa.string()),
]


@pytest.mark.parametrize(("values", "kind"), COLUMNS, ids=lambda v: "|".join(v)[:40] if isinstance(v, list) else str(v))
def test_a_column_of_texts_gets_its_type(values: list[str], kind: pa.DataType) -> None:
    evidence, parsed = classify(pa.array(values, pa.string()))
    assert decide(evidence.forms) == kind
    assert parsed is None or parsed.type == kind
    with_nulls = pa.array([None, *[x for v in values for x in (v, None)]], pa.string())
    assert classify(with_nulls)[0].forms == evidence.forms
    assert classify(with_nulls.slice(1))[0].forms == evidence.forms


@pytest.mark.parametrize("values", [v for v, _ in COLUMNS if v and "" not in v], ids=lambda v: "|".join(v)[:40])
def test_the_quick_path_and_the_slow_one_agree(values: list[str]) -> None:
    quick = classify(pa.array(values))[0].forms
    slow = Form.NONE
    for code in value_forms(pa.array(values)).tolist():
        slow |= Form(code)
    assert quick == slow or (quick & slow & Form.TEXT)
    assert decide(quick) == decide(slow)


@pytest.mark.parametrize(("values", "kind"), COLUMNS, ids=lambda v: "|".join(v)[:40] if isinstance(v, list) else str(v))
def test_what_is_decided_holds(values: list[str], kind: pa.DataType) -> None:
    assert holds(kind, classify(pa.array(values, pa.string()))[0].forms)
