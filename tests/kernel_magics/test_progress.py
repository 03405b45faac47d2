from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from dsa_workbench.core.model.progress import Progress
from kernel_magics.progress import ProgressReport, sentence


@dataclass
class Shown:
    """A line that remembers."""

    texts: list[str] = field(default_factory=list)
    cleared: int = 0

    def show(self, text: str, share: float | None) -> None:
        self.texts.append(text)

    def clear(self) -> None:
        self.cleared += 1


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("progress", "seconds", "said"),
    [
        (
            Progress("reading", 1_200_000, 52_200_000, 116_000_000),
            2.0,
            "reading  45%  1,200,000 rows  52.2 MB of 116 MB  26.1 MB/s  about 2.44 s left",
        ),
        (Progress("reading", 10, 5000), 1.0, "reading  10 rows  5.0 kB  5.0 kB/s"),
        (Progress("storing", 500), 0.5, "storing  500 rows  1,000 rows/s"),
        (Progress("reading", 10, 300, 200), 1.0, "reading  100%  10 rows  300 B of 200 B  300 B/s  nearly done"),
        (Progress("planning"), 1.0, "planning"),
    ],
)
def test_a_moment_in_words(progress: Progress, seconds: float, said: str) -> None:
    assert sentence(progress, seconds) == said


def test_the_line_appears_after_a_while_updates_now_and_then_and_goes() -> None:
    line, clock = Shown(), Clock()
    with ProgressReport(line, clock) as report:
        for now, rows in ((0.1, 1), (0.6, 2), (0.65, 3), (0.9, 4)):
            clock.now = now
            report(Progress("reading", rows))
    assert [text.split("  ")[1] for text in line.texts] == ["2 rows", "4 rows"]
    assert line.cleared == 1
    clock.now = 5
    report(Progress("reading", 5))
    assert len(line.texts) == 2


def test_short_work_shows_nothing() -> None:
    line, clock = Shown(), Clock()
    with ProgressReport(line, clock) as report:
        report(Progress("reading", 1))
    assert (line.texts, line.cleared) == ([], 0)


def test_the_line_goes_when_the_work_fails() -> None:
    line, clock = Shown(), Clock()

    def fail() -> None:
        with ProgressReport(line, clock) as report:
            clock.now = 1
            report(Progress("reading", 1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert line.cleared == 1


def test_where_nobody_watches_nothing_happens(capfd: pytest.CaptureFixture[str]) -> None:
    with ProgressReport(None, Clock(9.0)) as report:
        report(Progress("reading", 1))
    assert capfd.readouterr() == ("", "")
