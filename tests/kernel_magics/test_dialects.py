"""Every setting of a text file, given to `%dsa import` against what would have been found."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from tests.kernel_magics.conftest import Notebook

GIVEN = [
    ("a;b,c\n1;2,3\n", "--delimiter ,", {"a;b": ["1;2"], "c": [3]}),
    ("a\tb,c\n1\tx,y\n", "--delimiter tab", {"a": [1], "b,c": ["x,y"]}),
    ("a,b\n'x',1\n'y',2\n", "--quote none", {"a": ["'x'", "'y'"], "b": [1, 2]}),
    ("a,b\n'x, z',1\n", '--quote "\'"', {"a": ["x, z"], "b": [1]}),
    ('a,b\n"x\\", z",1\n', "--escape \\\\", {"a": ['x", z'], "b": [1]}),
    ('a,b\n"C:\\",1\n', "--escape none", {"a": ["C:\\"], "b": [1]}),
    ("a,b\n;no row\n1,2\n", "--comment ';'", {"a": [1], "b": [2]}),
    ("a,b\n#1,2\n", "--comment none", {"a": ["#1"], "b": [2]}),
    ("a,b\r\n1,x\ny\r\n", "--line-end crlf", {"a": [1], "b": ["x\ny"]}),
    ("a,b\n1,2\n3,4\n", "--skip-rows 1", {"c1": [1, 3], "c2": [2, 4]}),
    ("Title\n\nid,b,n\n1,x,2\n", "--skip-rows 0 --ragged fill", None),
    ("1,2\n3,4\n", "--header", {"1": [3], "2": [4]}),
    ("a,b\n1,2\n", "--no-header", {"c1": ["a", "1"], "c2": ["b", "2"]}),
    ("a;b\n1,500;x\n2,250;y\n", "--decimal ,", {"a": [1.5, 2.25], "b": ["x", "y"]}),
    ("a;b\n1,5;x\n", "--decimal .", {"a": ["1,5"], "b": ["x"]}),
    ("a;b\n1.500;x\n", "--thousands . --decimal ,", {"a": [1500], "b": ["x"]}),
    ("a,b\nNA,1\n2,-\n", "--null-tokens NA,-", {"a": [None, 2], "b": [1, None]}),
    ("a,b\nZürich,1\n".encode("cp1250"), "--encoding cp1250", {"a": ["Zürich"], "b": [1]}),
    ("a,b\n名前,1\n".encode("shift_jis"), "--encoding shift_jis", {"a": ["名前"], "b": [1]}),
    ("a,b\né,1\n".encode("mac_roman"), "--encoding mac_roman", {"a": ["é"], "b": [1]}),
    ("a,b\né,1\n".encode("utf-16-be"), "--encoding utf-16-be", {"a": ["é"], "b": [1]}),
    (gzip.compress(b"a,b\n1,2\n"), "--compression gz", {"a": [1], "b": [2]}),
    (b"BZh,b\n1,2\n", "--compression none", {"BZh": [1], "b": [2]}),
]


@pytest.mark.parametrize(("content", "options", "want"), GIVEN, ids=[g[1] for g in GIVEN])
def test_every_setting_can_be_given(
    notebook: Notebook, content: str | bytes, options: str, want: dict[str, Any] | None
) -> None:
    Path("t.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    notebook.run(f"%dsa import t.csv t {options}")
    got = notebook.run("%dsa read t --as arrow").to_pydict()
    if want is None:
        assert list(got) == ["Title", "c2", "c3"]
    else:
        assert got == want
