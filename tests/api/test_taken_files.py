"""Files that the server's file browser shows, taken by the server itself; and nothing that lies elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsa_workbench.workbench import Workbench
from tests.fixtures.server import Answer, Client, serving

CSV = b"id,city\n1,Ulm\n2,Bonn\n"

CONFIG = """
from jupyter_server.auth.authorizer import Authorizer

class Narrow(Authorizer):
    def is_authorized(self, handler, user, action, resource):
        return resource != "contents"

c.ServerApp.authorizer_class = Narrow
"""


def take(server: Client, dataset: str, path: str) -> Answer:
    return server.ask("POST", f"datasets/{dataset}/refs/main/uploads", {"name": "a.csv", "path": path})


def test_a_file_is_taken_whole_and_imported(server: Client, behind: Workbench, dataset: str) -> None:
    folder = server.folder / f"files-{dataset}"
    folder.mkdir()
    (folder / "a.csv").write_bytes(CSV)
    made = take(server, dataset, f"{folder.name}/a.csv")
    assert (made.status, made.json()["offset"], made.json()["size"]) == (201, len(CSV), len(CSV))
    (folder / "a.csv").unlink()
    assert server.ask("POST", f"{made.headers['Location']}/complete", {"key": ["id"]}).status == 201
    assert behind.read(dataset).to_arrow()["city"].to_pylist() == ["Ulm", "Bonn"]


def test_a_link_that_stays_below_the_folder_is_followed(server: Client, dataset: str) -> None:
    (server.folder / f"{dataset}.csv").write_bytes(CSV)
    (server.folder / f"link-{dataset}.csv").symlink_to(server.folder / f"{dataset}.csv")
    assert take(server, dataset, f"link-{dataset}.csv").json()["offset"] == len(CSV)


def test_nothing_outside_of_the_folder_is_taken(server: Client, dataset: str, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(CSV)
    (server.folder / f"file-{dataset}.csv").symlink_to(tmp_path / "secret.csv")
    (server.folder / f"folder-{dataset}").symlink_to(tmp_path)
    outside = [
        f"file-{dataset}.csv", f"folder-{dataset}/secret.csv", f"../{tmp_path.name}/secret.csv",
        f"{tmp_path}/secret.csv", "..", "no/such.csv", "a\0b.csv",
    ]  # fmt: skip
    assert {path: take(server, dataset, path).status for path in outside} == dict.fromkeys(outside, 404)


@pytest.mark.parametrize("path", [".hidden.csv", ".folder/a.csv"])
def test_what_the_file_browser_hides_is_not_taken(server: Client, dataset: str, path: str) -> None:
    (server.folder / path).parent.mkdir(exist_ok=True)
    (server.folder / path).write_bytes(CSV)
    assert take(server, dataset, path).status == 404


def test_a_folder_is_no_file(server: Client, dataset: str) -> None:
    (server.folder / f"folder-{dataset}").mkdir()
    refused = take(server, dataset, f"folder-{dataset}")
    assert (refused.status, "is no file" in refused.json()["detail"]) == (400, True)


def test_who_may_not_read_the_server_s_files_takes_none(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "jupyter_server_config.py").write_text(CONFIG)
    (tmp_path / "a.csv").write_bytes(CSV)
    with serving(tmp_path) as client:
        assert take(client, "sales", "a.csv").status == 403
        assert client.ask("POST", "datasets/sales/refs/main/uploads", {"name": "a.csv"}).status == 201
