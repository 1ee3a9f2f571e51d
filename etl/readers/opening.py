"""Opening an original whatever it is wrapped in: plain, gz, bz2, xz, zst, zip, tar, and tar in any of these.

What a file is, is told by its content, never by its name.
"""

from __future__ import annotations

import io
import re
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

from etl.errors import FileRefused
from etl.readers.wrappings import compression, damaged, decompressed, guarded, limit_of, too_large

MAX_MEMBERS = 10_000
_SPOOLED = 64 << 20
_ENCRYPTED, _UTF8_NAME = 0x1, 0x800
_LITTER = {"thumbs.db", "desktop.ini", "ehthumbs.db"}
_DOCUMENT_MEMBERS = {"[Content_Types].xml", "mimetype"}
_Member = TypeVar("_Member", zipfile.ZipInfo, tarfile.TarInfo)
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True)
class Part:
    """One file within an original; ``name`` is the member's name, empty when the original is the file itself.

    ``open`` gives its decompressed bytes (as a buffered reader) from the start, as often as it is asked, while the
    part's turn in :func:`parts` lasts.  Reading raises :class:`etl.errors.FileRefused` where the wrapping is cut or
    damaged.
    """

    name: str
    open: Callable[[], BinaryIO]


def open_plainly(path: Path) -> io.BufferedReader:
    return path.open("rb")


def parts(path: Path, name: str, opened: Callable[[Path], io.BufferedReader] = open_plainly) -> Iterator[Part]:
    """The files within an original in natural order of their names (9月 before 10月); ``name`` is the original's.

    ``opened`` opens the original for reading (to see how far it is read).

    What operating systems leave in archives by themselves (Thumbs.db, __MACOSX, folders) is passed over.
    Raises :class:`etl.errors.FileRefused` for an archive that is damaged, encrypted, empty, or grows beyond measure.
    """
    with path.open("rb") as stream:
        start = stream.read(512)
    size = path.stat().st_size
    if start.startswith(_ZIP_STARTS):
        with _zip(opened(path), name) as archive:
            if _DOCUMENT_MEMBERS.isdisjoint(archive.namelist()):
                yield from _zip_parts(archive, name, size)
                return
    if compression(start):
        with decompressed(path.open("rb"), size) as stream:
            start = stream.read(512)
    if _is_tar(start):
        with _plain(opened(path), size) as stream:
            yield from _tar_parts(stream, name)
        return
    yield Part("", lambda: decompressed(opened(path), size))


@contextmanager
def _zip(stream: BinaryIO, name: str) -> Iterator[zipfile.ZipFile]:
    with stream:
        try:
            archive = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
            raise damaged(f"zip又はExcelブック（{name}）") from error
        with archive:
            yield archive


def _zip_parts(archive: zipfile.ZipFile, name: str, size: int) -> Iterator[Part]:
    members = [info for info in archive.infolist() if not info.is_dir()]
    if any(info.flag_bits & _ENCRYPTED for info in members):
        raise FileRefused("暗号化されたzipです", f"{name} はパスワードで暗号化されています。",
                          "パスワードを外したファイルを取り込んでください。")
    if sum(info.file_size for info in members) > limit_of(size):
        raise too_large(f"zip（{name}）", limit_of(size))
    for shown, info in _in_order([(_shown_name(info), info) for info in members], name):
        yield Part(shown, _zip_opener(archive, info, shown))


def _zip_opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo, shown: str) -> Callable[[], BinaryIO]:
    def open_member() -> BinaryIO:
        try:
            inner = cast(BinaryIO, archive.open(info))
        except NotImplementedError as error:
            raise FileRefused("zipの圧縮方式を読めません", f"{shown} の圧縮方式は使えません（{error}）。",
                              "標準の方式（deflate）で圧縮し直して、取り込んでください。") from error
        except (zipfile.BadZipFile, OSError) as error:
            raise damaged(f"zipの中の {shown} ") from error
        return decompressed(guarded(inner, f"zipの中の {shown} ", info.file_size), info.file_size)
    return open_member


def _shown_name(info: zipfile.ZipInfo) -> str:
    """The member's name; without the UTF-8 flag it is what Windows or macOS wrote in bytes."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    raw = info.filename.encode("cp437")
    for encoding in ("utf-8", "cp932"):
        try:
            return raw.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return info.filename


def _is_tar(start: bytes) -> bool:
    if len(start) < tarfile.BLOCKSIZE:
        return False
    try:
        tarfile.TarInfo.frombuf(start, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


@contextmanager
def _plain(original: io.BufferedReader, size: int) -> Iterator[BinaryIO]:
    """The tar itself; a compressed one is spread out once, since its members are read in the order of their names."""
    with decompressed(original, size) as stream:
        if stream.seekable():
            yield stream
            return
        with tempfile.SpooledTemporaryFile(_SPOOLED) as spread:
            shutil.copyfileobj(stream, spread, 1 << 20)
            spread.seek(0)
            yield cast(BinaryIO, spread)


def _tar_parts(stream: BinaryIO, name: str) -> Iterator[Part]:
    try:
        archive = tarfile.TarFile(fileobj=stream)
        members = archive.getmembers()
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise damaged(f"tar（{name}）") from error
    with archive:
        _refuse_cut(stream, archive.offset, name)
        odd = [member.name for member in members if not member.isfile() and not member.isdir()]
        if odd:
            raise FileRefused("書庫の中に読めないものがあります",
                              f"{name} の {odd[0]} はファイルではありません（リンクなど）。",
                              "ファイルだけを入れた書庫を送付元に依頼してください。")
        files = [(member.name, member) for member in members if member.isfile()]
        for shown, member in _in_order(files, name):
            yield Part(shown, _tar_opener(archive, member))


def _refuse_cut(stream: BinaryIO, end: int, name: str) -> None:
    """A tar ends in a block of zeros; without it, members may be missing after the last one that came."""
    stream.seek(end)
    if stream.read(tarfile.BLOCKSIZE) != tarfile.NUL * tarfile.BLOCKSIZE:
        raise damaged(f"tar（{name}）")


def _tar_opener(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Callable[[], BinaryIO]:
    def open_member() -> BinaryIO:
        inner = cast(BinaryIO, archive.extractfile(member))
        return decompressed(guarded(inner, f"tarの中の {member.name} ", member.size), member.size)
    return open_member


def _in_order(members: list[tuple[str, _Member]], name: str) -> list[tuple[str, _Member]]:
    if len(members) > MAX_MEMBERS:
        raise FileRefused("書庫の中のファイルが多すぎます", f"{name} には{len(members):,}個のファイルがあります"
                          f"（上限{MAX_MEMBERS:,}個）。", "分けた書庫を取り込んでください。")
    files = sorted(((shown, member) for shown, member in members if not _is_litter(shown)),
                   key=lambda pair: natural(pair[0]))
    if not files:
        raise FileRefused("書庫が空です", f"{name} の中に、読むファイルがありません。",
                          "書き出しが途中で止まっていないか、送付元に確かめてください。")
    return files


def natural(name: str) -> list[tuple[int, str]]:
    """Sort key in which 令和8年9月 comes before 令和8年10月."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def _is_litter(name: str) -> bool:
    """Whether the operating system left the member by itself."""
    *folders, own = name.split("/")
    return "__MACOSX" in folders or own.startswith((".", "~$")) or own.lower() in _LITTER
