"""Files that come in forms: like those that come alone, whatever the order of the parts, and without filling memory."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from dsa_workbench.api.forms import Form
from dsa_workbench.api.problems import HttpProblem
from dsa_workbench.workbench import Workbench
from tests.api.test_jobs import ended
from tests.api.test_uploads import CSV, stalled
from tests.fixtures.server import API, Answer, Client, serving

EDGE = "----of--parts"
KIND = f"multipart/form-data; boundary={EDGE}"


def word(name: str, said: str) -> bytes:
    return f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{said}\r\n'.encode()


def file(data: bytes, name: str = "orders.csv", part: str = "file") -> bytes:
    told = f'form-data; name="{part}"; filename="{name}"\r\nContent-Type: text/csv'
    return f"--{EDGE}\r\nContent-Disposition: {told}\r\n\r\n".encode() + data + b"\r\n"


LAST = f"--{EDGE}--\r\n".encode()


def send(server: Client, dataset: str, *parts: bytes, ref: str = "main", **headers: str) -> Answer:
    body = b"".join(parts) + LAST
    return server.ask("POST", f"datasets/{dataset}/refs/{ref}/uploads", body, **{"Content_Type": KIND, **headers})


def test_a_form_is_answered_as_the_file_alone_is(server: Client, behind: Workbench, dataset: str) -> None:
    sum_ = word("sha256", hashlib.sha256(CSV).hexdigest())
    before = set((server.folder / "uploads").glob("*"))
    made = send(server, dataset, word("key", "id"), file(CSV), word("types", "city=text"), word("message", "Ü"), sum_)
    assert (made.status, made.json()["rows"], made.json()["created"]) == (201, 5000, True)
    assert (behind.log(dataset)[0].author, behind.log(dataset)[0].message) == ("ann", "Ü")
    path = f"datasets/{dataset}alone/refs/main/uploads?name=orders.csv&key=id&types=city=text"
    alone = server.ask("PUT", path, CSV, Content_Type="application/octet-stream")
    assert alone.json()["commit"] != made.json()["commit"]
    assert behind.show(dataset).commit.tree == behind.show(f"{dataset}alone").commit.tree
    assert alone.json() | {"commit": "", "dataset": ""} == made.json() | {"commit": "", "dataset": ""}
    again = send(server, dataset, file(CSV), word("key", "id"))
    assert (again.status, again.json()["created"]) == (200, False)
    assert left(server, before) == set()


def left(server: Client, before: set[Path]) -> set[Path]:
    """Give the uploads that stay: a file is removed while the answer is on its way."""
    end = time.monotonic() + 10
    while (found := set((server.folder / "uploads").glob("*")) - before) and time.monotonic() < end:
        time.sleep(0.02)
    return found


def test_a_key_of_several_columns_and_a_job(server: Client, behind: Workbench, dataset: str) -> None:
    made = send(
        server,
        dataset,
        word("key", "id"),
        word("key", "city"),
        file(CSV),
        Prefer="respond-async",
        Idempotency_Key="may",
    )
    assert made.status == 202
    job = ended(server, made.headers["Location"])
    assert (job["state"], job["result"]["rows"]) == ("succeeded", 5000)
    assert behind.log(dataset)[0].message == "Import orders.csv"
    again = send(server, dataset, word("key", "id,city"), file(CSV), Prefer="respond-async", Idempotency_Key="may")
    assert again.json()["id"] == job["id"]


@pytest.mark.parametrize(
    ("parts", "status", "told"),
    [
        ([word("key", "id")], 400, "no file in the form"),
        ([file(CSV), file(CSV)], 400, "two files"),
        ([file(CSV, part="data")], 400, "'data' is a file"),
        ([file(CSV), word("kye", "id")], 400, "kye"),
        ([file(CSV), word("mode", "merge")], 400, "mode"),
        ([file(CSV), word("sha256", "0" * 64)], 400, "SHA-256"),
        ([file(CSV), word("key", "nothing")], 400, "nothing"),
        ([file(b"id,n\n1,2\n2,x\n"), word("types", "n=int")], 422, "line 3, column 'n'"),
        ([word("message", "x" * (1 << 20)), file(CSV)], 413, "1,048,576 bytes"),
        ([b"id,city\n1,Ulm\n"], 400, "no form"),
        ([file(CSV)[:-2000]], 400, "ends before"),
    ],
)
def test_what_is_wrong_is_told_and_leaves_nothing(
    server: Client, dataset: str, parts: list[bytes], status: int, told: str
) -> None:
    before = set((server.folder / "uploads").glob("*"))
    answer = send(server, dataset, *parts)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json"), answer.body
    assert told in answer.json()["detail"] + answer.json()["hint"]
    assert left(server, before) == set()
    assert server.get(f"datasets/{dataset}").status == 404


def test_forms_that_are_none(server: Client, dataset: str) -> None:
    assert send(server, dataset, file(CSV), Content_Type="multipart/form-data").status == 400
    assert send(server, dataset, file(CSV), ref="a..b").json()["code"] == "invalid_input"
    url = f"datasets/{dataset}/refs/main/uploads"
    put = server.ask("PUT", url, file(CSV) + LAST, Content_Type=KIND)
    assert (put.status, "POST" in put.json()["hint"]) == (415, True)
    assert server.ask("POST", f"{url}?key=id", file(CSV) + LAST, Content_Type=KIND).status == 400
    cut = server.ask("POST", url, file(CSV), Content_Type=KIND)
    assert (cut.status, "ends before" in cut.json()["detail"]) == (400, True)


def test_a_form_from_a_browser_needs_its_xsrf_token(server: Client, dataset: str) -> None:
    browser = Client(server.port, "/", server.folder)
    token = server.headers["Authorization"].removeprefix("token ")
    pages = [browser.get(f"/login?token={token}"), browser.get("/login")]
    cookies = dict(c.partition(";")[0].split("=", 1) for p in pages for c in p.headers.get_all("Set-Cookie") or ())
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    refused = send(browser, dataset, word("_xsrf", cookies["_xsrf"]), file(CSV), Cookie=cookie)
    assert (refused.status, "_xsrf" in refused.json()["detail"]) == (403, True)
    assert server.get(f"datasets/{dataset}").status == 404
    assert send(browser, dataset, file(CSV), Cookie=cookie, X_XSRFToken=cookies["_xsrf"]).status == 201


def test_a_form_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        body = file(CSV) + LAST
        url = f"/{API}/datasets/x/refs/main/uploads"
        with stalled(server, url, len(body), body[:9000], f"Content-Type: {KIND}\r\n", method="POST"):
            pass
        assert server.get("datasets").json()["items"] == []
    assert not list((tmp_path / "uploads").glob("*/orders.csv"))


def test_memory_stays_flat(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        running = psutil.process_iter(["cmdline"])
        [process] = [p for p in running if f"--port={server.port}" in (p.info["cmdline"] or [])]
        before, most, size = process.memory_info().rss, 0, 300

        def pieces() -> Iterator[bytes]:
            nonlocal most
            yield word("types", "n=int") + file(b"")[:-2] + b"n\n"
            for _ in range(size):
                yield bytes(1 << 20)
                most = max(most, process.memory_info().rss)
            yield b"\r\n" + LAST

        line = HTTPConnection("127.0.0.1", server.port, timeout=120)
        told = server.headers | {"Content-Type": KIND, "Transfer-Encoding": "chunked"}
        line.request("POST", f"/{API}/datasets/x/refs/main/uploads", pieces(), told, encode_chunked=True)
        assert line.getresponse().status in (202, 422)
        line.close()
        assert most - before < 100 << 20


@pytest.mark.parametrize("at_once", [1, 2, 7, 64, 10_000])
def test_wherever_the_pieces_are_cut_the_same_comes_out(at_once: int) -> None:
    data = b"a\r\n--\r\n------of--part\r\n----of--parts\r\n" * 3
    body = word("key", "id") + file(data) + word("key", "x") + LAST
    found, named = bytearray(), []

    def opened(name: str) -> Callable[[bytes], object]:
        named.append(name)
        return found.extend

    form = Form(KIND, opened, 1000)
    for start in range(0, len(body), at_once):
        form.write(body[start : start + at_once])
    assert (bytes(found), named, form.words()) == (data, ["orders.csv"], {"key": ["id", "x"]})


def test_words_are_held_and_so_are_few() -> None:
    form = Form(KIND, lambda _: bytearray().extend, 100)
    with pytest.raises(HttpProblem, match="413"):
        form.write(word("message", "x" * 101))
