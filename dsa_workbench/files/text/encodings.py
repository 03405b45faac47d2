"""Guesses the encoding of text that is not UTF-8, from what its bytes would mean in each of the usual code pages.

A code page is believed where the characters it gives stand where people put them: small letters inside words, capitals
at their beginning, quotes and dashes at their edges, kana and ideographs in company. Windows-1252 needs no reason; any
other needs clearly better ones.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from dsa_workbench.files.text.detect import CP1252, CP1252_TABLE

SURE = 0.12
"""By how much another code page must be better than Windows-1252."""
SURE_OF_DOS = 0.4
"""The same for the code page of DOS, which is rare now."""
SAMPLE_BYTES = 64 * 1024
_SINGLE = ("cp1252", "mac_roman", "cp1250", "cp1251", "cp1253", "koi8-r", "cp437")
_DOUBLE = ("cp932", "gb18030", "euc_kr", "big5", "euc_jp")
_LATIN = {"cp1252": CP1252}
_COMMON = frozenset("àáâãäåæçèéêëíîïñóôõöøúûüßœšžăâîșțąćęłńśźżčďěňřťůýőűğışĭ")
_MARKS = frozenset("\u2018\u2019“”„\u2013—…•€£°©®™§½¼¾±×²³µ«»·\u00b4¿¡ªº\u00a0")


@dataclass(frozen=True, slots=True)
class Guess:
    """An encoding by its Python name, and how well the text reads in it, from 0 to 1."""

    encoding: str
    score: float


def high_lines(chunks: Iterable[bytes]) -> bytes:
    """Collect lines that hold more than ASCII, as many as are needed to tell."""
    kept = bytearray()
    for chunk in chunks:
        if chunk.isascii():
            continue
        kept += b"\n".join(line for line in chunk.splitlines() if not line.isascii())
        kept += b"\n"
        if len(kept) >= SAMPLE_BYTES:
            break
    return bytes(kept[:SAMPLE_BYTES])


def guess_encodings(sample: bytes) -> list[Guess]:
    """Rank the encodings that the sample can be in; the first is the one to take."""
    guesses = []
    for name in (*_SINGLE, *_DOUBLE):
        text = _decoded(sample, name)
        if text is not None:
            if name == "cp437":
                text = text.replace("\u00a0", "\u0080")  # its last byte, which is more often a filler
            score = _reads_latin(text) if name in _SINGLE else _reads_double(text, name)
            guesses.append(Guess(_LATIN.get(name, name), round(score, 3)))
    standard = next(g for g in guesses if g.encoding == CP1252)
    guesses.sort(key=lambda g: -g.score)
    better = guesses[0]
    margin = SURE_OF_DOS if better.encoding == "cp437" else SURE
    if better is not standard and better.score < standard.score + margin:
        guesses.remove(standard)
        guesses.insert(0, standard)
    return guesses


def _decoded(sample: bytes, name: str) -> str | None:
    """Decode the sample; a character that its end cuts off does not count."""
    if name == "cp1252":
        return codecs.charmap_decode(sample, "strict", CP1252_TABLE)[0]
    try:
        return codecs.getincrementaldecoder(name)("strict").decode(sample, final=False)
    except UnicodeDecodeError:
        return None


_WIDE_RUN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff9f\u3000-\u303f]{2,}")
_WORD = re.compile(r"[^\W\d_]+")


def _reads_latin(text: str) -> float:
    """Average over the characters beyond ASCII: how plausible each is where it stands."""
    marks: list[float] = []
    for word in _WORD.finditer(text):
        if not word[0].isascii():
            marks.extend(_word_marks(word[0]))
    others = Counter(c for c in text if c > "\x7f" and not c.isalpha())
    total = len(marks) + others.total()
    if not total:
        return 0.0
    plain = sum(n * _mark_score(c) for c, n in others.items())
    inside = sum(1 for m in re.finditer(r"(?<=[a-z])[^\w\s\x00-\x7f’·](?=[a-z])", text))
    return max(0.0, (sum(marks) + plain - inside) / total)


def _mark_score(char: str) -> float:
    if char in _MARKS:
        return 0.7
    return 0.0 if unicodedata.category(char) in ("Cc", "So", "Sk", "Mn", "Co") else 0.2


def _word_marks(word: str) -> list[float]:
    """Rate the letters of one word: its scripts must not mix, letters differ, capitals stand first or everywhere."""
    scripts = {_script(c) for c in word}
    if len(scripts) > 1 or (len(word) > 1 and len(set(word.lower())) == 1):
        return [0.0 for c in word if c > "\x7f"]
    script = scripts.pop()
    cased = word.islower() or word.isupper() or word[1:].islower()
    if script not in ("LATIN", "CYRILLIC", "GREEK"):
        return [0.0 for _ in word]
    if script != "LATIN":
        return [1.0 if cased and len(word) > 1 else 0.3 for _ in word]
    beyond = [c for c in word if c > "\x7f"]
    crowd = len(beyond) > 2 and len(beyond) > 0.8 * len(word)
    usual = 0.2 if crowd or not cased else 1.0 if len(word) > 1 else 0.3
    return [usual if c.lower() in _COMMON else 0.4 * usual for c in beyond]


def _script(char: str) -> str:
    return "LATIN" if char < "\x80" else unicodedata.name(char, "NONE ").split(" ", 1)[0]


_RANGES: dict[str, Callable[[str], bool]] = {
    "cp932": lambda c: "\u3040" <= c <= "\u30ff",
    "euc_jp": lambda c: "\u3040" <= c <= "\u30ff",
    "euc_kr": lambda c: "\uac00" <= c <= "\ud7a3",
    "gb18030": lambda c: "\u3000" <= c <= "\u303f" or "\uff00" <= c <= "\uff5e",
    "big5": lambda c: "\u3000" <= c <= "\u303f" or "\uff00" <= c <= "\uff5e",
}


def _reads_double(text: str, name: str) -> float:
    """Count the characters that belong to the language of the code page, and the ideographs that stand in runs."""
    own = _RANGES[name]
    beyond = [c for c in text if c > "\x7f"]
    if not beyond:
        return 0.0
    runs = sum(
        len(m[0]) for m in re.finditer(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff9f\u3000-\u303f]{2,}", text)
    )
    at_home = sum(1 for c in beyond if own(c))
    usual = sum(1.0 for c in beyond if own(c) or _is_usual(c, name))
    # Kana of half width are single bytes in any order: every pair of bytes of another code page gives two.
    usual += sum(0.6 for c in beyond if "\uff61" <= c <= "\uff9f") if name == "cp932" else 0
    together = runs / len(beyond)
    if name in ("cp932", "euc_jp", "euc_kr"):
        return 0.9 * (usual / len(beyond)) * together + 0.1 * min(1.0, at_home / len(beyond) * 2)
    return 0.9 * (usual / len(beyond)) * together


def _is_usual(char: str, name: str) -> bool:
    """Say whether an ideograph is among the common ones of its standard: those of its first level."""
    if "\uff61" <= char <= "\uff9f":
        return False
    if not ("\u4e00" <= char <= "\u9fff" or "\u3000" <= char <= "\u303f" or "\uff01" <= char <= "\uff5e"):
        return False
    try:
        code = char.encode(name)
    except UnicodeEncodeError:
        return False
    first = code[0]
    match name:
        case "cp932":
            return first <= 0x98
        case "euc_jp":
            return 0xA1 <= first <= 0xCF
        case "gb18030":
            return len(code) == 2 and 0xA1 <= first <= 0xD7 and code[1] >= 0xA1
        case "big5":
            return 0xA1 <= first <= 0xC6
        case _:
            return first >= 0xCA
