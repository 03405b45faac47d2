"""Forms that bring a file (RFC 7578), taken apart while they come: the file goes on, the words beside it are held."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from dsa_workbench.api.problems import HttpProblem

FORM = "multipart/form-data"
FILE = "file"
"""The name of the part that is the file."""
_HINT = "Send the file as the part `file`, and each option as a part of its own, as curl -F does."

Write = Callable[[bytes], object]


def is_form(content_type: str) -> bool:
    """Say whether a body of this type is a form."""
    return content_type.partition(";")[0].strip().lower() == FORM


class Form:
    """One form. `open_file` is given the file's name when the file begins, and gives what takes its bytes.

    `most` is what all words beside the file may take, in bytes.

    Raises
    ------
    HttpProblem
        400: the type names no boundary. So does `write` where the body is no form, has two files or a file under
        another name, and, with 413, where its words take more than `most`.
    """

    def __init__(self, content_type: str, open_file: Callable[[str], Write], most: int) -> None:
        boundary = parse_options_header(content_type)[1].get(b"boundary", b"")
        if not 0 < len(boundary) <= 70:
            raise HttpProblem(400, "The form's type names no boundary, or none that could be one.", hint=_HINT)
        self._open_file, self._most, self._left = open_file, most, most
        self._words: dict[str, list[str]] = {}
        self._file: Write | None = None
        self._name, self._value = "", bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._field, self._told = bytearray(), bytearray()
        self._in_file = self._whole = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._headers.clear, "on_header_field": self._header_field,
                "on_header_value": self._header_value, "on_header_end": self._header_end,
                "on_headers_finished": self._part, "on_part_data": self._data, "on_part_end": self._part_end,
                "on_end": self._end,
            },
        )  # fmt: skip

    def write(self, data: bytes) -> None:
        """Take some of the body; errors of whatever takes the file come as they are."""
        try:
            self._parser.write(data)
        except FormParserError as err:
            raise HttpProblem(400, f"The body is no form: {str(err).rstrip('.')}.", hint=_HINT) from err

    def words(self) -> Mapping[str, Any]:
        """Give what was said beside the file, once all of the body has come; a word that was said twice is a list.

        Raises
        ------
        HttpProblem
            400: the form ends in the midst, or there is no file in it.
        """
        if not self._whole:
            raise HttpProblem(400, "The form ends before its last boundary.", hint=_HINT)
        if self._file is None:
            raise HttpProblem(400, "There is no file in the form.", hint=_HINT)
        return {name: said[0] if len(said) == 1 else said for name, said in self._words.items()}

    # ------------------------------------------------------------------------------------- what the parser tells

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._told += data[start:end]

    def _header_end(self) -> None:
        self._headers[bytes(self._field).lower()] = bytes(self._told)
        self._field.clear()
        self._told.clear()

    def _part(self) -> None:
        _, told = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = told.get(b"name", b"").decode("utf-8", "replace")
        self._in_file = self._name == FILE
        if not self._in_file and b"filename" in told:
            raise HttpProblem(400, f"The part {self._name!r:.80} is a file.", hint=_HINT)
        if self._in_file:
            if self._file is not None:
                raise HttpProblem(400, "There are two files in the form.", hint="Send each in a request of its own.")
            self._file = self._open_file(told.get(b"filename", b"").decode("utf-8", "replace") or "upload.csv")
        else:
            self._take(len(self._name) + 1)

    def _data(self, data: bytes, start: int, end: int) -> None:
        if not self._in_file:
            self._take(end - start)
            self._value += data[start:end]
        elif self._file is not None:
            self._file(data[start:end])

    def _part_end(self) -> None:
        if not self._in_file:
            try:
                said = self._value.decode()
            except UnicodeDecodeError:
                raise HttpProblem(400, f"The part {self._name!r:.80} is no UTF-8.", hint=_HINT) from None
            self._words.setdefault(self._name, []).append(said)
            self._value.clear()

    def _end(self) -> None:
        self._whole = True

    def _take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise HttpProblem(413, f"The words of the form take more than {self._most:,} bytes.")
