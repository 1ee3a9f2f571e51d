"""Step 1: every original goes into ``archive/`` under its hash, as received and never changed."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from etl.errors import FileRefused, NotReceived
from warehouse.folder import ACCEPTED_FOLDER, REASON_SUFFIX, REFUSED_FOLDER, DataFolder, fsync_path
from warehouse.trouble import reason_of

_CHUNK = 1 << 20
_IGNORED_NAMES = {"Thumbs.db", "desktop.ini"}
_IGNORED_SUFFIXES = {".part", ".tmp", ".done", ".new"}


@dataclass(frozen=True)
class Original:
    """A received file: its name as delivered, and its unchangeable copy."""

    name: str
    sha256: str
    size: int
    archived: Path


def files_of(paths: Iterable[Path]) -> list[Path]:
    """All files under ``paths`` in a fixed order (folder, then name); hidden and unfinished ones are left alone.

    So are those below an inbox that were put away after they were loaded or refused.

    Raises :class:`FileRefused` when a path does not exist.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            files = sorted(path.rglob("*"), key=_natural)
            found += [file for file in files if file.is_file() and not _unfinished(file)
                      and not {ACCEPTED_FOLDER, REFUSED_FOLDER} & set(file.relative_to(path).parts)]
        elif path.is_file():
            found.append(path)
        else:
            raise FileRefused("ファイルがありません", f"{path} が見つかりません。",
                              "パスを確かめて、もう一度実行してください。")
    return found


def receive(path: Path, folder: DataFolder) -> Original:
    """Hash and archive one file in one pass; the same content is kept once."""
    folder.archive.mkdir(parents=True, exist_ok=True)
    incoming = folder.archive / f"incoming-{os.getpid()}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as source, incoming.open("wb") as target, ThreadPoolExecutor(1) as pool:
            while chunk := source.read(_CHUNK):
                hashed = pool.submit(digest.update, chunk)  # hashing leaves Python's lock, writing goes on beside it
                target.write(chunk)
                size += len(chunk)
                hashed.result()
        archived = folder.archive / digest.hexdigest()
        fsync_path(incoming)
        incoming.chmod(0o444)
        incoming.replace(archived)  # also over a copy that came before: should that be damaged, it is whole again
        fsync_path(folder.archive)
    except OSError as error:
        incoming.unlink(missing_ok=True)
        raise NotReceived("ファイルを保管できません", f"{path.name}: {reason_of(error)}（{error.filename or path}）。",
                          "読取り権限とディスクの空きを確かめて、もう一度実行してください。") from error
    return Original(readable(path.name), digest.hexdigest(), size, archived)


def readable(name: str) -> str:
    """A file's name as text: where it is not UTF-8, as old file servers and archives write Japanese names."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("cp932", errors="replace")
    return name


def _natural(path: Path) -> list[tuple[int, str]]:
    """Sort key in which 令和8年9月 comes before 令和8年10月."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", str(path))]


def _unfinished(path: Path) -> bool:
    return (path.name.startswith((".", "~$")) or path.name in _IGNORED_NAMES or path.suffix in _IGNORED_SUFFIXES
            or path.name.endswith(REASON_SUFFIX))
