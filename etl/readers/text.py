"""Text parts: opened in the encoding that the feed declares or that is found in them, and cut into numbered lines."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from etl.batches import Tally
from etl.errors import FileRefused
from etl.feed import Feed
from etl.readers.opening import Part
from warehouse.ledger import Reject

DETECT = "detect"
_CHUNK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SHOWN = {"utf-8": "UTF-8", "cp932": "CP932（シフトJIS）", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
          "euc_jp": "EUC-JP"}


@dataclass(frozen=True)
class Text:
    """An opened part: ``stream`` gives its bytes without a byte order mark, to be read in ``encoding``.

    UTF-16 is turned into UTF-8 on the way, so that lines end in one byte; what is no valid UTF-16 becomes bytes that
    are no valid UTF-8, and costs its line.  ``known_as`` is the encoding of the file itself.
    """

    stream: BinaryIO
    encoding: str
    known_as: str

    def feed(self, feed: Feed) -> Feed:
        """The feed as it would be declared for the bytes of ``stream``."""
        if feed.file.encoding == self.encoding:
            return feed
        return feed.model_copy(update={"file": feed.file.model_copy(update={"encoding": self.encoding})})


@contextmanager
def opened(part: Part, feed: Feed, tally: Tally) -> Iterator[Text]:
    """The part as text; the encoding that was found is told in ``tally.encoding``.

    Raises :class:`etl.errors.FileRefused` when the part's byte order mark contradicts the feed, or UTF-16 has none.
    """
    encoding = _encoding(part, feed)
    known_as = feed.file.encoding
    if known_as == DETECT:
        known_as = tally.encoding = encoding
    with part.open() as stream:
        bom = next((bom for bom, name in _BOMS if name == encoding), b"")
        if bom and cast(io.BufferedReader, stream).peek(len(bom)).startswith(bom):
            stream.read(len(bom))
        if encoding.startswith("utf-16"):
            transcoded = io.BufferedReader(_FromUtf16(stream, encoding), _CHUNK)
            yield Text(cast(BinaryIO, transcoded), "utf-8", known_as)
        else:
            yield Text(stream, encoding, known_as)


def lines(part: Part, feed: Feed, tally: Tally) -> Iterator[tuple[int, str]]:
    """Physical lines (from 1) without their line ends; a line that cannot be decoded is a reject and passed over."""
    with opened(part, feed, tally) as text:
        for number, raw in enumerate(text.stream, 1):
            tally.physical += 1
            raw = without_inner_marks(raw, text.encoding).rstrip(b"\r\n")
            try:
                yield number, raw.decode(text.encoding)
            except UnicodeDecodeError:
                tally.malformed.append(undecodable(number, raw, text))


def without_inner_marks(lines: bytes, encoding: str) -> bytes:
    """Whole lines without the marks of UTF-8 at their start, which stay where files were put one after another."""
    if codecs.BOM_UTF8[:1] not in lines or codecs.lookup(encoding).name.removesuffix("-sig") != "utf-8":
        return lines
    return lines.removeprefix(codecs.BOM_UTF8).replace(b"\n" + codecs.BOM_UTF8, b"\n")


def undecodable(line: int, raw: bytes, text: Text) -> Reject:
    """The reject of a line with bytes that are no text in the encoding."""
    reason = f"文字コード {text.known_as} で読めない文字があります"
    return Reject(line, None, None, reason, raw.decode(text.encoding, errors="replace"))


def shown(encoding: str) -> str:
    """The encoding's name as a user knows it."""
    return _SHOWN.get(codecs.lookup(encoding).name, encoding)


def _encoding(part: Part, feed: Feed) -> str:
    """The encoding of the part's bytes: what its mark says, what the feed declares, or what all of it decodes in."""
    with part.open() as stream:
        start = stream.read(4)
    marked = next((name for bom, name in _BOMS if start.startswith(bom)), None)
    declared = feed.file.encoding
    if declared == DETECT:
        return marked or _found(part)
    declared = codecs.lookup(declared).name.removesuffix("-sig")
    if declared == "utf-16" and marked in {"utf-16-le", "utf-16-be"}:
        return str(marked)
    if declared == "utf-16":
        raise FileRefused("UTF-16 の目印（BOM）がありません",
                          "ファイルの先頭に BOM がないため、バイトの順が分かりません。",
                          f"取込み定義 {feed.name}.toml の encoding を utf-16-le か utf-16-be にしてください。")
    if marked and marked != declared:
        raise FileRefused("文字コードが違います",
                          f"文字コードは {shown(marked)} のようです（先頭に BOM があります）。"
                          f"定義は {feed.file.encoding} です。",
                          f"取込み定義 {feed.name}.toml の encoding を直すか、送付元の書き出し方を確かめてください。")
    return declared


def _found(part: Part) -> str:
    """UTF-8 or CP932, by the whole part: the first in which all of it decodes, else the one with fewer bad lines."""
    bad = {encoding: _undecodable_lines(part, encoding) for encoding in ("utf-8", "cp932")
           if not _decodes(part, encoding)}
    return next((encoding for encoding in ("utf-8", "cp932") if encoding not in bad), None) or min(
        bad, key=lambda encoding: bad[encoding])


def _decodes(part: Part, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with part.open() as stream:
        try:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _undecodable_lines(part: Part, encoding: str) -> int:
    bad = 0
    with part.open() as stream:
        for raw in stream:
            try:
                raw.decode(encoding)
            except UnicodeDecodeError:
                bad += 1
    return bad


def likely(start: bytes) -> list[str]:
    """Encodings in which the beginning of a file can be read, the likeliest first."""
    zeros = start[0::2].count(0), start[1::2].count(0)
    if sum(zeros) > len(start) // 8:
        return ["utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"]
    return [encoding for encoding in ("utf-8", "cp932", "euc_jp") if _reads(start, encoding)]


def _reads(start: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(start)
    except UnicodeDecodeError:
        return False
    return True


class _FromUtf16(io.RawIOBase):
    """UTF-16 as UTF-8; a lone surrogate or half a character stays invalid."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream, self._odd, self._ready = stream, b"", b""
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            chunk = self._odd + self._stream.read(_CHUNK)
            if chunk == self._odd:
                self._ready, self._odd = self._rest(), b""
                break
            whole = len(chunk) // 2 * 2
            chunk, self._odd = chunk[:whole], chunk[whole:]
            self._ready = self._decoder.decode(chunk).encode("utf-8", "surrogatepass")
        given, self._ready = self._ready[:len(buffer)], self._ready[len(buffer):]
        buffer[:len(given)] = given
        return len(given)

    def _rest(self) -> bytes:
        """What the end of the file leaves: a high surrogate without its low one, half a character."""
        pending, _ = self._decoder.getstate()
        self._decoder.reset()
        return b"\xff" * (bool(pending) + len(self._odd))
