"""Trees: their stored form, and what they know of files."""

from __future__ import annotations

from dsa_workbench.core.model.ids import ObjectId
from dsa_workbench.core.model.manifest import Tree
from dsa_workbench.core.model.objects import parse_tree, tree_body

A, B, C, D = (ObjectId(bytes([i]) * 32) for i in range(4))


def test_a_tree_without_originals_has_the_bytes_that_it_always_had() -> None:
    body = tree_body(Tree((("b", B), ("a", A))))
    assert body == f'{{"format":1,"tables":[["a","{"00" * 32}"],["b","{"01" * 32}"]]}}'.encode()
    assert parse_tree(body) == Tree((("a", A), ("b", B)))


def test_originals_stand_beside_the_tables() -> None:
    tree = Tree((("a", A),), (("a", C),))
    body = tree_body(tree)
    assert body == f'{{"format":1,"originals":[["a","{"02" * 32}"]],"tables":[["a","{"00" * 32}"]]}}'.encode()
    assert parse_tree(body) == tree
    assert tree.manifests == (A, C)
    assert tree.names == ("a",)


def test_an_original_is_kept_while_its_table_is() -> None:
    before = Tree((("a", A), ("b", B)), (("a", C), ("b", D)))
    assert Tree((("a", A), ("b", C))).keeping_originals(before).originals == (("a", C),)
    assert Tree((("a", B),)).keeping_originals(before).originals == ()
    fresh = Tree((("a", A), ("b", B)), (("b", A),))
    assert fresh.keeping_originals(before).originals == (("a", C), ("b", A))
