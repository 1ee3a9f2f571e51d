"""What disks and permissions refuse, told in Japanese: a full disk is no mystery and needs no trace."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.errors import MiharashiError

_REASONS = {
    errno.ENOSPC: "ディスクの空きがありません",
    errno.EDQUOT: "使えるディスクの割当量に達しました",
    errno.EFBIG: "書けるファイルの大きさの上限に達しました",
    errno.EROFS: "書込みのできない（読取り専用の）場所です",
    errno.EACCES: "読み書きの権限がありません",
    errno.EPERM: "操作が許可されていません",
    errno.EIO: "ディスクの読み書きに失敗しました（機器の故障の可能性があります）",
    errno.EMFILE: "同時に開けるファイルの数の上限に達しました",
    errno.ENOENT: "ファイルがありません",
    errno.ESTALE: "共有フォルダーとの接続が切れました",
}
_SAID = {os.strerror(number).lower(): reason for number, reason in _REASONS.items()}
_MEMORY = "メモリが足りません"
_DAMAGE = re.compile(r"corrupt|snappy|zstd|thrift|don't know what type|magic bytes|too small to be", re.IGNORECASE)
_OURS = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)


class StorageTrouble(MiharashiError):
    """The disk is full, read-only or failing, or memory ran out: the published snapshot is unharmed."""


class LakeDamaged(MiharashiError):
    """A file of the lake is missing or is no longer what was written."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "蓄積したデータが読めません",
            f"lake フォルダーのファイルがないか、内容が壊れています{f'（{name}）' if name else ''}。",
            "python app.py rebuild で原本から作り直すか、lake フォルダーをバックアップから復元してください。")


@contextmanager
def storage_trouble_told(place: Path) -> Iterator[None]:
    """Raise :class:`StorageTrouble` for what the system, DuckDB or Arrow could not read or write below ``place``."""
    try:
        yield
    except MiharashiError:
        raise
    except OSError as error:
        if (name := _damaged(error, place)) is not None:
            raise LakeDamaged(name) from error
        raise _told(error.filename or place, reason_of(error)) from error
    except MemoryError as error:
        raise _told(place, _MEMORY) from error
    except (duckdb.Error, pa.ArrowException) as error:
        reason = _reason_in(str(error))
        if reason is not None:
            raise _told(place, reason) from error
        if (name := _damaged(error, place)) is not None:
            raise LakeDamaged(name) from error
        raise


def reason_of(error: OSError) -> str:
    """Why the system refused, in Japanese where it is a reason that a user can do something about."""
    return _REASONS.get(error.errno or 0, error.strerror or str(error))


def _damaged(error: Exception, place: Path) -> str | None:
    """The file of the lake that an error speaks of, empty when it names none; None when it is about something else."""
    if isinstance(error, _OURS) or (isinstance(error, OSError) and error.errno not in (None, errno.ENOENT)):
        return None
    named = re.search(rf"{re.escape(str(place / 'lake'))}/([^\s'\"]+\.parquet)", str(error))
    if named:
        return named[1]
    return "" if _DAMAGE.search(str(error)) else None


def _reason_in(message: str) -> str | None:
    """The reason in a message of DuckDB or Arrow; None when it speaks of something else."""
    said = message.lower()
    if "out of memory" in said or "failed to allocate" in said:
        return _MEMORY
    if "max_temp_directory_size" in said:
        return _REASONS[errno.ENOSPC]
    known = next((reason for words, reason in _SAID.items() if words in said), None)
    if known is None and re.search(r"could not (write|read from|fsync|truncate)", said):
        return _REASONS[errno.EIO]
    return known


def _told(place: Path | str | bytes, reason: str) -> StorageTrouble:
    return StorageTrouble(
        "データを読み書きできません", f"{os.fsdecode(place)}: {reason}。公開中のデータは前のままです。",
        "場所と権限、ディスクの空きを確かめてから、もう一度実行してください。途中のものは次の実行のときに片付けます。")
