"""The archive of issued documents: search by period, tenant and kind, and a ZIP with a hash list and source data."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

from exports.desk import Desk
from exports.errors import ExportError
from exports.issue import INPUTS, read_file
from exports.zipping import zip_bytes
from state.register import Issue
from warehouse.period import Period
from warehouse.scope import Scope

LIST, HASHES = "目録.csv", "SHA256SUMS.txt"


class ArchiveEmpty(ExportError):
    """No issued document answers the search."""

    def __init__(self) -> None:
        super().__init__("該当する文書がありません", "条件に合う発行済みの文書は0件です。",
                         "期間、団体、報告書の指定を変えて検索してください。")


class ArchiveDamaged(ExportError):
    """A file of an issue is not the one that was issued."""

    def __init__(self, number: int, name: str) -> None:
        super().__init__("発行済みの文書が壊れています",
                         f"発行番号 {number} の {name} がないか、発行台帳のハッシュと一致しません。",
                         "data/issued をバックアップから復元してください。")


@dataclass(frozen=True)
class Search:
    """Conditions that all have to be met; an empty one is met by all.

    ``period`` finds documents of that period and of those inside it (a year finds its months); ``tenant`` is a code.
    """

    period: Period | None = None
    tenant: str = ""
    report: str = ""
    newest_only: bool = False


def search(desk: Desk, scope: Scope, wanted: Search) -> list[Issue]:
    """The issues that the scope may read, the newest first."""
    found = [one for one in desk.register.issues(scope) if _answers(one, wanted)]
    if not wanted.newest_only:
        return found
    newest: dict[object, Issue] = {}
    for one in found:
        newest.setdefault(one.key, one)
    return list(newest.values())


def _answers(one: Issue, wanted: Search) -> bool:
    return ((not wanted.report or one.key.report == wanted.report)
            and (not wanted.tenant or one.key.tenant == wanted.tenant)
            and (wanted.period is None
                 or set(Period.parse(one.key.period).months) <= set(wanted.period.months)))


def archive_zip(desk: Desk, scope: Scope, issues: Sequence[Issue]) -> bytes:
    """A folder per issue, a list of the issues, and the hashes in the form that ``sha256sum -c`` reads.

    The workbook of a document is its source data; the frozen inputs are added for the prefecture's staff.  The same
    issues give the same bytes.  Raises :class:`ArchiveEmpty`, :class:`ArchiveDamaged`.
    """
    chosen = sorted((one for one in issues if one.key.readable_by(scope)), key=lambda one: one.number)
    if not chosen:
        raise ArchiveEmpty
    files = {f"{_folder(one)}/{name}": content for one in chosen for name, content in _files(desk, scope, one).items()}
    files[LIST] = _list(chosen)
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    return zip_bytes({**files, HASHES: sums.encode()})


def _folder(one: Issue) -> str:
    parts = (f"{one.number:06d}", one.key.report, one.key.period, one.key.tenant, f"v{one.version}")
    return "_".join(part for part in parts if part)


def _files(desk: Desk, scope: Scope, one: Issue) -> dict[str, bytes]:
    wanted = [file for file in one.files if file.name != INPUTS or one.key.handled_by(scope)]
    return {file.name: issued_file(desk, scope, one, file.name) for file in wanted}


def issued_file(desk: Desk, scope: Scope, one: Issue, name: str) -> bytes:
    """A file of an issue, checked against the register.

    Raises :class:`ArchiveEmpty` when the scope may not have it or there is none, and :class:`ArchiveDamaged`.
    """
    file = next((file for file in one.files if file.name == name), None)
    if file is None or not one.key.readable_by(scope) or (name == INPUTS and not one.key.handled_by(scope)):
        raise ArchiveEmpty
    try:
        content = read_file(desk.issued, one.number, name)
    except OSError as error:
        raise ArchiveDamaged(one.number, name) from error
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise ArchiveDamaged(one.number, name)
    return content


def _list(issues: Sequence[Issue]) -> bytes:
    """One row per issue, UTF-8 with a BOM as offices' spreadsheets expect it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["発行番号", "報告書", "題名", "対象期間", "団体コード", "文書番号", "版", "訂正元の発行番号",
                     "訂正の理由", "提出年月日", "発行者", "データ版", "フォルダー"])
    for one in issues:
        writer.writerow([one.number, one.key.report, one.title, one.key.period, one.key.tenant, one.document_number,
                         one.version, one.corrects or "", _plain(one.reason), one.issued_on, _plain(one.issued_by),
                         one.snapshot, _folder(one)])
    return out.getvalue().encode("utf-8-sig")


def _plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
