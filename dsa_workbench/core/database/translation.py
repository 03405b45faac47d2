"""What the driver says, in our words: the one place where its errors become ours."""

from __future__ import annotations

import psycopg

from dsa_workbench.errors import (
    AlreadyExists,
    DatabaseUnavailable,
    DsaError,
    InvalidInput,
    NotFound,
    NotPermitted,
    StoreCorrupt,
    Unsupported,
)

_AGAIN = "Run it again: nothing was half written."

# The longest SQLSTATE that an error's code begins with decides.
_MEANINGS: tuple[tuple[str, type[DsaError], str, str], ...] = (
    ("08", DatabaseUnavailable, "The connection to the database {url} was lost: {why}.", _AGAIN),
    ("22", InvalidInput, "The database cannot hold this value: {why}.", "Correct the value, then run it again."),
    ("23503", NotFound, "Something that is not stored was referred to: {why}.", "Store it first."),
    ("23505", AlreadyExists, "That is stored already: {why}.", "Choose another name."),
    ("25006", NotPermitted, "The database {url} can only be read.", "Connect to the primary server to write."),
    (
        "28",
        NotPermitted,
        "The database {url} refuses the login: {why}.",
        "Check user and password in the database URL.",
    ),
    ("3D000", DatabaseUnavailable, "There is no such database: {url}.", "Create it, or correct the database URL."),
    ("40", DatabaseUnavailable, "Two writers got in each other's way, and this one gave in: {why}.", _AGAIN),
    ("42501", NotPermitted, "The database {url} does not allow that: {why}.", "Ask its owner for the right."),
    ("53100", DatabaseUnavailable, "The disk of the database {url} is full.", "Free some space. " + _AGAIN),
    ("53300", DatabaseUnavailable, "The database {url} takes no more connections.", "Close other sessions. " + _AGAIN),
    ("53", DatabaseUnavailable, "The database {url} lacks resources: {why}.", "Free memory or disk. " + _AGAIN),
    ("54", Unsupported, "This is larger than the database can take: {why}.", "Split it into smaller parts."),
    ("55P03", DatabaseUnavailable, "The database {url} kept a lock too long: {why}.", _AGAIN),
    ("57014", DatabaseUnavailable, "The database {url} stopped the statement: {why}.", _AGAIN),
    ("57P", DatabaseUnavailable, "The database {url} is stopping or starting: {why}.", "Wait a moment. " + _AGAIN),
    ("58", DatabaseUnavailable, "The database {url} cannot use its disk: {why}.", "Look at the server's log."),
    ("XX001", StoreCorrupt, "The database {url} found damaged data: {why}.", "Restore it from a backup."),
    ("XX002", StoreCorrupt, "The database {url} found a damaged index: {why}.", "Run REINDEX DATABASE on it."),
)


def translate(err: psycopg.Error, url: str) -> DsaError:
    """Turn a driver's error into ours; `url` is shown, so it must hold no password."""
    why = _reason(err)
    state = err.sqlstate or ""
    found = [m for m in _MEANINGS if state and state.startswith(m[0])]
    if found:
        _, kind, message, hint = max(found, key=lambda m: len(m[0]))
    elif isinstance(err, (psycopg.OperationalError, psycopg.InterfaceError)):
        _, kind, message, hint = _MEANINGS[0]
    elif isinstance(err, psycopg.DataError):
        _, kind, message, hint = _MEANINGS[1]
    else:
        kind, message, hint = (DsaError, "The database {url} refused a statement: {why}.", "Please report this.")
    return kind(message.format(url=url, why=why), hint=hint, sqlstate=state)


def refused(err: psycopg.Error, url: str) -> DsaError:
    """Explain why no connection could be opened; libpq gives words only, no code."""
    if err.sqlstate:
        return translate(err, url)
    why = _reason(err)
    if "password" in why or "authentication" in why or "pg_hba.conf" in why:
        return NotPermitted(f"The database {url} refuses the login: {why}.", hint="Check user and password in its URL.")
    return DatabaseUnavailable(
        f"The database {url} does not answer: {why}.",
        hint="Check that the server runs and that host, port and name in the database URL are right.",
    )


def _reason(err: psycopg.Error) -> str:
    text = err.diag.message_primary or str(err) or type(err).__name__
    if err.diag.message_detail and (err.sqlstate or "").startswith("23"):
        text += f" ({err.diag.message_detail.rstrip('.')})"
    return " ".join(text.split()).rstrip(".")
