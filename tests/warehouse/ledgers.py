"""Small ledgers for the warehouse tests."""

from __future__ import annotations

from pathlib import Path

import openpyxl


def ticket_ledger(folder: Path, month: int, *tickets: tuple[str, str, str, str]) -> Path:
    """October's (or another month's) ticket ledger: (number, received, first answer, status)."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(
        [
            "管理番号",
            "団体名",
            "受付経路",
            "区分",
            "受付日時",
            "一次回答日時",
            "完了日時",
            "状態",
            "再オープン回数",
            "件名",
        ]
    )
    for number, received, answered, status in tickets:
        book.active.append([number, "津市", "電話", "問合せ", received, answered, None, status, 0, "照会"])
    path = folder / f"問合せ管理台帳_令和8年{month}月.xlsx"
    folder.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path
