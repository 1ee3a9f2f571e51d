"""What ``load`` tells of a file: in the words of whoever has to decide what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from warehouse import ledger
from warehouse.issued import Touched
from warehouse.ledger import Connection, KnownFile, LoadRecord


def known_told(connection: Connection, known: KnownFile) -> str:
    """Of a content that came before."""
    if known.status == "refused":
        return f"前に受け付けられなかったファイルと同じ内容です（取込み番号 {known.load_id}）。{known.refusal}"
    told = f"同じ内容のファイルは取込み済みです（取込み番号 {known.load_id}、{known.file_name}）。"
    if not known.replaced_rows or ledger.told_updates(connection, known.load_id):
        return f"{told}何も変えませんでした。"
    how = "すべて" if known.replaced_rows >= known.accepted_rows else f"うち{known.replaced_rows:,}件が"
    return (f"{told}ただし、その記録は{how}別のファイルの内容（取込み番号 {known.replaced_by}）に差し替わっています。"
            "何も変えませんでした。この内容に戻すときは、python app.py load --again を付けて取り込んでください。")


def accepted_told(connection: Connection, record: LoadRecord, closed: int) -> str:
    """Of a file that was accepted; ``closed`` rejects were answered by its lines."""
    rejected = f"、却下 {record.rejected_lines:,}行" if record.rejected_lines else ""
    encoding = f"、文字コード {record.encoding}" if record.encoding else ""
    told = f"受入れ {record.accepted_rows:,}件{rejected}（取込み番号 {record.load_id}{encoding}）"
    if not (record.accepted_rows or record.rejected_lines) and record.as_of:
        told += f"。{_days(record)}は記録のない期間（0件）とします"
    if record.mends is not None:
        left = ledger.open_rejects(connection, record.mends)
        still = f"残りの却下は{left:,}行です" if left else "残りの却下はありません"
        told = f"取込み番号 {record.mends} の却下を直したファイル: {told}。却下 {closed:,}行を閉じました（{still}）"
    if record.rejected_lines:
        told += f"。却下の確認と直し: python app.py rejects show {record.load_id}"
    return told


def _days(record: LoadRecord) -> str:
    days = dict.fromkeys([record.period_from, record.period_to])
    return "から".join(f"{day:%Y-%m-%d}" for day in days if day) + ("まで" if len(days) > 1 else "")


def closed_told(record: LoadRecord, closed: int) -> str:
    """Of rejects that stay out for good."""
    return (f"取込み番号 {record.mends} の却下 {closed:,}行を、取り込まないと決めたものとして閉じました"
            f"（取込み番号 {record.load_id}）")


def landed_told(connection: Connection, record: LoadRecord, told: str, touched: Sequence[Touched]) -> str:
    """Add to ``told`` which rows took others' place, above all when fewer came than went, which gave way, and which
    issued documents they touched."""
    took, gave = ledger.replaced_rows(connection, record.load_id)
    if took and record.table_name in ledger.SAMPLE_TABLES:
        fewer = took - record.accepted_rows
        loss = f"（{fewer:,}件減りました。ファイルを確かめてください）" if fewer > 0 else ""
        told += f"。既存の{took:,}件を差し替えました{loss}"
    if gave and ledger.told_updates(connection, record.load_id):
        told += f"。うち{gave:,}件は、より新しい期間のファイルの更新とまとめました"
    elif gave:
        told += f"。うち{gave:,}件は、より新しい版や期間のファイルがあるため使いませんでした"
    if touched:
        documents = "；".join(document.told() for document in touched)
        told += f"。提出済みの文書の数値が変わります（再提出が要るか確かめてください）: {documents}"
    return told
