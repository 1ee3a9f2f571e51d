"""Compressed streams told by their first bytes, and the guard that turns their failures into clear refusals."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import BinaryIO, cast

from backports import zstd

from etl.errors import FileRefused

MAX_RATIO = 200
"""A file may grow to this many times its size: text compresses to a tenth, constant columns to a hundredth."""
FREE_BYTES = 256 << 20
"""So much is taken whatever the ratio: small files of constant text compress very well."""
MAX_BYTES = 64 << 30

_BUFFER = 1 << 20
_MAGIC_BYTES = 10
_COMPRESSED: tuple[tuple[re.Pattern[bytes], str, Callable[[BinaryIO], BinaryIO]], ...] = (
    (re.compile(rb"\x1f\x8b\x08"), "gzip", lambda stream: cast(BinaryIO, gzip.GzipFile(fileobj=stream))),
    (re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"), "bzip2", lambda stream: cast(BinaryIO, bz2.BZ2File(stream))),
    (re.compile(rb"\xfd7zXZ\x00"), "xz", lambda stream: cast(BinaryIO, lzma.LZMAFile(stream))),  # noqa: SIM115 - closed by its guard
    (re.compile(rb"\x28\xb5\x2f\xfd"), "zstd", lambda stream: cast(BinaryIO, zstd.ZstdFile(stream))),
)
_DAMAGE = (EOFError, zlib.error, lzma.LZMAError, zstd.ZstdError, gzip.BadGzipFile, zipfile.BadZipFile,
           tarfile.TarError)


def compression(start: bytes) -> str | None:
    """The name of the compression whose files begin so, None when it is none."""
    return next((name for magic, name, _ in _COMPRESSED if magic.match(start)), None)


def decompressed(stream: io.BufferedReader, size: int) -> BinaryIO:
    """The bytes of a compressed stream of ``size`` bytes; what is compressed in no known way is given as it is.

    Reading raises :class:`etl.errors.FileRefused` where the stream breaks off, is damaged, or grows beyond measure.
    """
    start = stream.peek(_MAGIC_BYTES)[:_MAGIC_BYTES]
    name = compression(start)
    if name is None:
        return stream
    inner = next(reader for magic, _, reader in _COMPRESSED if magic.match(start))(stream)
    return guarded(inner, f"{name}の圧縮ファイル", limit_of(size), also_close=stream)


def limit_of(size: int) -> int:
    """How many bytes a wrapped file of ``size`` bytes may give."""
    return min(MAX_BYTES, max(FREE_BYTES, size * MAX_RATIO))


def guarded(inner: BinaryIO, what: str, limit: int, *, also_close: BinaryIO | None = None) -> io.BufferedReader:
    """A buffered stream over ``inner`` that refuses damage and more than ``limit`` bytes."""
    return io.BufferedReader(_Guarded(inner, what, limit, also_close), _BUFFER)


class _Guarded(io.RawIOBase):
    def __init__(self, inner: BinaryIO, what: str, limit: int, also_close: BinaryIO | None) -> None:
        self._inner, self._what, self._limit, self._also_close = inner, what, limit, also_close
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inner.read(len(buffer))
        except _DAMAGE as error:
            raise damaged(self._what, self._given) from error
        except OSError as error:
            if error.errno is not None:
                raise
            raise damaged(self._what, self._given) from error  # bz2 tells of damage by a bare OSError
        self._given += len(data)
        if self._given > self._limit:
            raise too_large(self._what, self._limit)
        buffer[:len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            if self._also_close is not None:
                self._also_close.close()
        super().close()


def damaged(what: str, read: int | None = None) -> FileRefused:
    place = "" if read is None else f"（展開できたのは{read:,}バイトまで）"
    return FileRefused("圧縮ファイルが壊れています", f"{what}が途中で切れているか、壊れています{place}。",
                       "転送が終わっているか確かめ、送付元からもう一度受け取ってください。")


def too_large(what: str, limit: int) -> FileRefused:
    return FileRefused("展開すると大きすぎます",
                       f"{what}を展開すると{limit:,}バイトを超えます。"
                       f"元の大きさの{MAX_RATIO}倍（小さいファイルは{FREE_BYTES >> 20}MB）までを受け付けます。",
                       "中身を確かめ、正しいファイルであれば展開してから取り込んでください。")
