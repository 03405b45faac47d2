"""A moment of long work in words."""

from __future__ import annotations

from dsa_workbench.core.model.progress import Progress
from dsa_workbench.rendering.words import count, duration, size


def sentence(progress: Progress, seconds: float) -> str:
    """Write a moment of the work: phase, share, rows, bytes, rate and the time that is left."""
    parts = [progress.phase]
    done = share_of(progress)
    if done is not None:
        parts.append(f"{done:.0%}")
    if progress.rows:
        parts.append(count(progress.rows, "row"))
    if progress.bytes_done:
        total = f" of {size(progress.bytes_total)}" if progress.bytes_total else ""
        parts.append(f"{size(progress.bytes_done)}{total}")
        parts.append(f"{size(progress.bytes_done / max(seconds, 1e-3))}/s")
    elif progress.rows:
        parts.append(f"{progress.rows / max(seconds, 1e-3):,.0f} rows/s")
    if done:
        parts.append(f"about {duration(max(seconds * (1 - done) / done, 1))} left" if done < 1 else "nearly done")
    return "  ".join(parts)


def share_of(progress: Progress) -> float | None:
    """Tell how much of the work is done, from 0 to 1; None where nobody knows."""
    if not progress.bytes_total:
        return None
    return min(progress.bytes_done / progress.bytes_total, 1.0)
