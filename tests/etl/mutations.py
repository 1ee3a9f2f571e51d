"""Small slices of sample files, and the ways in which a file can be spoilt on its way."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import random
import tarfile
import zipfile
from collections.abc import Callable
from typing import Any

_LINES, _ITEMS, _WHOLE, _SMALL = 40, 6, 30_000, 6_000
_AWKWARD = [
    '"', '""', "'", "\n", "\r\n", "\r", "\0", "\t", ",", ";", "|", "=", "\\", "<", "&amp;", "{", "}", "[", "]", " ",
    "\ufeff", "\u3000", "\u2028", "\u200b", "\x1a", "\x85", "９", "－", "▲", "令和元年", "R99.13.32", "NaN", "inf",
    "1e400", "9" * 400, "-0", "0x1F", "٣", "𠮷", "é", "=1+1", "2026-02-30", "24:60:61", "9999-12-31",
    "9999-12-31 23:59:59", "0001-01-01", "0001-01-01 00:00:00", "\ud7ff"]
_ENCODINGS = ("utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16", "utf-16-be", "iso2022_jp", "utf-32")


def sliced(content: bytes) -> bytes:
    """The first and last lines, the first records or sheet rows of a file, in its own wrapping."""
    if content.startswith(b"\x1f\x8b"):
        inner = gzip.decompress(content)
        return gzip.compress(_tar_sliced(inner) if inner[257:262] == b"ustar" else sliced(inner))
    if content.startswith(b"BZh"):
        return bz2.compress(sliced(bz2.decompress(content)))
    if content.startswith(b"PK"):
        return content if len(content) <= _WHOLE else _book_sliced(content)
    if len(content) <= _SMALL:
        return content
    try:
        return json.dumps(_shortened(json.loads(content)), ensure_ascii=False).encode()
    except ValueError:
        lines = content.splitlines(keepends=True)
        return b"".join(lines if len(lines) <= _LINES else lines[:_LINES // 3] + lines[-(_LINES - _LINES // 3):])


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """The content after one to three accidents; inside a wrapping as often as on it."""
    if content[:2] in (b"\x1f\x8b", b"BZ", b"PK") and chance.random() < 0.6:
        return _inside(content, chance)
    for _ in range(chance.randint(1, 3)):
        content = chance.choice(ACCIDENTS)(content, chance)
    return content


def _inside(content: bytes, chance: random.Random) -> bytes:
    if content.startswith(b"\x1f\x8b"):
        return gzip.compress(spoilt(gzip.decompress(content), chance))
    if content.startswith(b"BZ"):
        return bz2.compress(spoilt(bz2.decompress(content), chance))
    members = _members(content)
    texts = sorted(name for name in members if name.endswith((".xml", ".csv", ".txt", ".log")))
    name = chance.choice(texts or [*members])
    return _zipped(members | {name: spoilt(members[name], chance)})


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zipped(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def _tar_sliced(content: bytes) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(content)) as source, tarfile.open(fileobj=target, mode="w") as short:
        for member in [member for member in source if member.isfile()][:3]:
            stream = source.extractfile(member)
            body = sliced(stream.read()) if stream else b""
            member.size = len(body)
            short.addfile(member, io.BytesIO(body))
    return target.getvalue()


def _book_sliced(content: bytes) -> bytes:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        sheet.delete_rows(_LINES, sheet.max_row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _shortened(value: Any) -> Any:
    if isinstance(value, list):
        return [_shortened(item) for item in value[:_ITEMS]]
    return {key: _shortened(item) for key, item in value.items()} if isinstance(value, dict) else value


# ---- accidents ----------------------------------------------------------------------------------------


def _flip(content: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(content)
    for _ in range(chance.randint(1, 8) if spoiled else 0):
        spoiled[chance.randrange(len(spoiled))] ^= 1 << chance.randrange(8)
    return bytes(spoiled)


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[:chance.randint(0, len(content))]


def _lose(content: bytes, chance: random.Random) -> bytes:
    start, end = _span(content, chance)
    return content[:start] + content[end:]


def _repeat(content: bytes, chance: random.Random) -> bytes:
    start, end = _span(content, chance)
    return content[:end] + content[start:end] * chance.randint(1, 3) + content[end:]


def _swap_spans(content: bytes, chance: random.Random) -> bytes:
    a, b, c, d = sorted(chance.randint(0, len(content)) for _ in range(4))
    return content[:a] + content[c:d] + content[b:c] + content[a:b] + content[d:]


def _swap_lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    if len(lines) > 1:
        one, other = chance.sample(range(len(lines)), 2)
        lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _repeat_line(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    if lines:
        lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
    return b"".join(lines)


def _drop_line(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    if lines:
        del lines[chance.randrange(len(lines))]
    return b"".join(lines)


def _insert(content: bytes, chance: random.Random) -> bytes:
    place = chance.randint(0, len(content))
    text = "".join(chance.choice(_AWKWARD) for _ in range(chance.randint(1, 3)))
    return content[:place] + text.encode(chance.choice(("utf-8", "utf-8", "cp932")), errors="replace") + content[place:]


def _replace_cell(content: bytes, chance: random.Random) -> bytes:
    """Something awkward in the place of one value between two separators."""
    marks = [place for place, byte in enumerate(content) if byte in b',;\t|"= \n:<>']
    if len(marks) < 2:
        return _insert(content, chance)
    first = chance.randrange(len(marks) - 1)
    text = chance.choice(_AWKWARD).encode("utf-8", errors="replace")
    return content[:marks[first] + 1] + text + content[marks[first + 1]:]


def _recode(content: bytes, chance: random.Random) -> bytes:
    for source in ("utf-8", "cp932"):
        try:
            text = content.decode(source)
        except UnicodeDecodeError:
            continue
        return text.encode(chance.choice(_ENCODINGS), errors="replace")
    return content


def _newlines(content: bytes, chance: random.Random) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\n", chance.choice((b"\r", b"\r\n", b"\n\n", b"\n\r", b"")))


def _digits(content: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(content)
    places = [place for place, byte in enumerate(content) if 48 <= byte <= 57]
    for place in chance.sample(places, min(len(places), chance.randint(1, 12))):
        spoiled[place] = chance.choice(b"0123456789-.eE ")
    return bytes(spoiled)


def _nothing(content: bytes, chance: random.Random) -> bytes:
    return chance.choice((b"", b"\n", b"\0" * 64, b"\xff" * 64, content + b"\0" * 512, b"\xef\xbb\xbf" + content))


def _span(content: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randint(0, len(content))
    return start, min(len(content), start + chance.choice((1, 3, 20, 200, 2_000)))


Accident = Callable[[bytes, random.Random], bytes]
ACCIDENTS: list[Accident] = [
    _flip, _flip, _cut, _cut, _lose, _repeat, _swap_spans, _swap_lines, _repeat_line, _drop_line, _insert, _insert,
    _insert, _replace_cell, _replace_cell, _replace_cell, _recode, _newlines, _digits, _digits, _nothing]
