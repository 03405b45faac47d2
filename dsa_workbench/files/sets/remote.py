"""Files behind a URL, by fsspec: `https://`, `s3://`, `gs://`, `memory://` and whatever else it knows.

Credentials come from where fsspec's own backends look for them: the environment, their configuration files, or
`fsspec.config.conf`. What stands in a URL itself (a name and password, a signature behind `?`) is used and never shown,
and the backends' own messages are not repeated, since they quote it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

import fsspec
import fsspec.core

from dsa_workbench.errors import DsaError, InvalidInput, Unsupported
from dsa_workbench.files.stream import Input, open_input, owning

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]+(://|::)")
_LOCAL = re.compile(r"(?:file|local)://(?=[^:]*$)")
_EXTRAS = {
    "http": "http",
    "https": "http",
    "s3": "s3",
    "s3a": "s3",
    "gs": "gcs",
    "gcs": "gcs",
    "abfs": "azure",
    "az": "azure",
}
_MAGIC = re.compile(r"[*\[{]")


def is_url(text: str) -> bool:
    """Say whether a text is a URL, and not a path (``C:/data`` is one)."""
    return _URL.match(text) is not None


def local_path(url: str) -> str | None:
    """Give the path of a URL that names a file of this machine."""
    found = _LOCAL.match(url)
    return url[found.end() :] if found else None


def shown_url(url: str) -> str:
    """Give a URL as it may be shown: without name, password, query and fragment."""
    return re.sub(r"(://)[^/@]*@", r"\1", re.split(r"[?#]", url, maxsplit=1)[0] if "://" in url else url)


def url_name(url: str) -> str:
    """Give the last part of a URL's path: the name of a file."""
    shown = shown_url(url).rstrip("/")
    return shown.rsplit("/", 1)[-1] or shown


def open_url(url: str, label: str | None = None) -> Input:
    """Open the file behind a URL.

    Raises
    ------
    InvalidInput
        It is not there, may not be read, or cannot be reached.
    Unsupported
        The package that speaks this protocol is not installed.
    """
    with _told(url):
        system, path = fsspec.core.url_to_fs(url)
    return open_stored(system, path, url, label or url_name(url))


def open_stored(system: Any, path: str, url: str, label: str) -> Input:
    """Open a file of a file system that fsspec opened; `url` is what messages may show of it."""
    with _told(url):
        file = cast("BinaryIO", _Told(system.open(path, "rb"), url))
    return owning(open_input(file, label), file)


def list_url(url: str) -> list[tuple[str, Callable[[str], Input]]] | None:
    """List the files of a pattern or a folder behind a URL, by their paths below it; None where it is one file.

    Each comes with what opens it under a label.
    """
    with _told(url):
        system, path = fsspec.core.url_to_fs(url)
        web = "http" in str(system.protocol)
        magic = _MAGIC.search(path)
        if magic is not None:
            found = [p for pattern in _alternatives(path) for p in system.glob(pattern)]
            root = path[: magic.start()].rpartition("/")[0]
        elif not web and system.isdir(path):
            found, root = system.find(path), path.rstrip("/")
        else:
            return None
        files = sorted({p for p in found if not system.isdir(p)}) if magic is not None else found
    return [
        (p[len(root) :].lstrip("/"), lambda label, p=p: open_stored(system, p, url, label))  # type: ignore[misc]
        for p in files
    ]


def _alternatives(pattern: str) -> list[str]:
    """Write ``{a,b}`` out, which not every backend does."""
    found = re.search(r"\{([^{}]*)\}", pattern)
    if found is None:
        return [pattern]
    start, end = pattern[: found.start()], pattern[found.end() :]
    return [p for part in found[1].split(",") for p in _alternatives(start + part + end)]


class _Told(io.RawIOBase):
    """A remote file whose faults are our sentences."""

    def __init__(self, file: Any, url: str) -> None:
        super().__init__()
        self._file, self._url = file, url

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say whether one can jump about in it."""
        return bool(self._file.seekable())

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer."""
        with _told(self._url):
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def readall(self) -> bytes:
        """Read all that is left."""
        with _told(self._url):
            return bytes(self._file.read())

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        """Say where one is."""
        return int(self._file.tell())

    def close(self) -> None:
        """Let go of the connection."""
        if not self.closed:
            self._file.close()
        super().close()


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Say in our words what a backend says in its own, which may quote the credentials of a URL."""
    shown, protocol = shown_url(url), re.split(r"://|::", url, maxsplit=1)[0].lower()
    try:
        yield
    except DsaError:
        raise
    except ImportError:
        extra = _EXTRAS.get(protocol)
        hint = f'pip install "dsa-workbench[{extra}]"' if extra else f"Install fsspec's package for {protocol}."
        raise Unsupported(f"{shown} needs a package that is not installed here.", hint=hint) from None
    except FileNotFoundError:
        raise InvalidInput(f"{shown} is not there.", hint="Check the URL.") from None
    except PermissionError:
        raise InvalidInput(f"{shown} may not be read.", hint="Check the credentials in your environment.") from None
    except Exception as err:  # noqa: BLE001 - each backend has errors of its own; what they share is that it did not work
        status = getattr(err, "status", None)
        said = type(err).__name__ + (f", status {status}" if isinstance(status, int) else "")
        if isinstance(err, ValueError) and "rotocol" in str(err):
            raise InvalidInput(f"{shown}: the protocol {protocol!r} is not known.", hint="Check the URL.") from None
        raise InvalidInput(
            f"{shown} cannot be read ({said}).", hint="Check the URL, the network and your credentials."
        ) from None
