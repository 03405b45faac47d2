"""Whether a server answers: the first words of Postgres's protocol, spoken without a driver."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

from dsa_workbench.core.embedded.folders import SOCKET

SECONDS = 5.0  # a server at work answers in a millisecond


def answers(sockets: Path, user: str) -> bool:
    """Tell whether the server at the socket folder takes connections of `user` now.

    Speaks the first words of the protocol, as pg_isready does, but starts no program for it.
    Source: PostgreSQL documentation, "Message Formats" (StartupMessage, ErrorResponse, Terminate).
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(SECONDS)
        try:
            line.connect(str(sockets / SOCKET))
            wishes = b"user\0%b\0database\0%b\0\0" % (user.encode(), user.encode())
            line.sendall(struct.pack("!ii", len(wishes) + 8, 3 << 16) + wishes)
            answer = line.recv(4096)
            if answer.startswith(b"E"):
                # cannot_connect_now: it starts or stops; any other refusal comes from a server at work
                return b"C57P03\0" not in answer
            if not answer:
                return False
            line.sendall(b"X\0\0\0\4")
            while line.recv(4096):
                pass
        except OSError:
            return False
    return True
