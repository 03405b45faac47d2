"""Numbers, times and sizes in words that people read."""

from __future__ import annotations

from datetime import datetime

from dsa_workbench.core.model.change import ChangeCounts

_MINUS = "−"


def number(value: int) -> str:
    """Write a whole number with a comma every three digits."""
    return f"{value:,}"


def count(value: int, thing: str, things: str | None = None) -> str:
    """Write a number and what is counted: ``1 row``, ``1,234 rows``."""
    return f"{value:,} {thing if value == 1 else things or thing + 's'}"


def size(value: float) -> str:
    """Write a number of bytes in decimal units."""
    if value < 1000:
        return f"{value:.0f} B"
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5 or unit == "TB":
            break
    return f"{value:.1f} {unit}" if value < 99.95 else f"{value:.0f} {unit}"


def duration(seconds: float) -> str:
    """Write a duration: ``0.42 s``, ``12 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds < 10:
        return f"{seconds:.2f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def moment(value: datetime) -> str:
    """Write a moment in local time, to the second."""
    return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def changes(counts: ChangeCounts) -> str:
    """Write counts of changes in the short form: ``+2 −1 ~3``."""
    return short_changes(counts.added, counts.removed, counts.changed)


def short_changes(added: int, removed: int, changed: int) -> str:
    """Write three counts in the short form; ``no row changed`` where all are zero."""
    parts = [f"{sign}{value:,}" for sign, value in (("+", added), (_MINUS, removed), ("~", changed)) if value]
    return " ".join(parts) or "no row changed"


def listed(names: list[str] | tuple[str, ...], limit: int = 8) -> str:
    """Join names with commas, the last with "and"; beyond `limit` say how many more there are."""
    shown = list(names[:limit])
    if len(names) > limit:
        shown.append(f"{len(names) - limit:,} more")
    if len(shown) < 2:
        return "".join(shown)
    return ", ".join(shown[:-1]) + " and " + shown[-1]
