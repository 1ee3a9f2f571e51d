"""Small files of every feed, and a small configuration, for KPIs that the demo does not exercise."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

from tests.support import CONFIG, read_rows, rows, write, write_rows

SOC_COLUMNS = [
    *("判定番号", "検知時刻", "判断時刻", "緊急連絡時刻", "連絡手段", "遮断時刻", "対応完了時刻", "団体名", "検知機能"),
    *("シグネチャID", "シグネチャ", "方向", "送信元IP", "宛先IP", "送信元国", "危険度", "遮断", "端末", "対応状況"),
    *("センサーイベントID", "検知内容", "推奨確認方法", "推奨対処方法"),
]


def use(folder: Path, month: str, **used: int) -> Path:
    """The file of a month's use: accounts, terminals, sites and so on."""
    names = {row["kind"]: row["name"] for row in read_rows(CONFIG / "licences.csv")}
    lines = [f"{month},{names[kind]},{value}" for kind, value in used.items()]
    return write(folder / f"利用数_{month.replace('-', '')}.csv", "年月,種別,利用数", *lines)


def until(folder: Path, moment: str) -> Path:
    """A sample that begins at ``2026/10/31 23:55``: the data reach five minutes further."""
    header = "日時,機器,CPU使用率(%),メモリ使用率(%),セッション数"
    return write(folder / "機器負荷_1.csv", header, f"{moment},SC-FW01,1,1,1")


def lines(folder: Path, *samples: tuple[str, str, int, int]) -> Path:
    """Averages of lines: (time, line, receiving, sending in bit/s)."""
    header = "日時,回線ID,受信平均(bps),送信平均(bps),受信最大(bps),送信最大(bps)"
    return write(folder / "回線トラフィック_1.csv", header,
                 *(f"{time},{line},{inward},{outward},{inward},{outward}" for time, line, inward, outward in samples),
                 encoding="cp932")


def ledger(path: Path, columns: str, *entries: Sequence[Any]) -> Path:
    """A workbook with these columns (joined by commas) and entries."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (columns.split(","), *entries):
        book.active.append(list(row))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def outages(folder: Path, *stops: Sequence[Any]) -> Path:
    """(service, kind, start, end, bodies) of the fiscal year's ledger of stops."""
    return ledger(folder / "稼働停止台帳_令和8年度.xlsx", "サービス,区分,停止開始,復旧,影響団体,原因,除外事由",
                  *((*stop, None, None) for stop in stops))


def faults(folder: Path, *entries: Sequence[Any]) -> Path:
    """(detected, started, restored) of faults of the proxy that all bodies felt."""
    columns = ("障害番号,件名,サービス,発生日時,検知日時,着手日時,暫定復旧日時,完全復旧日時,原因区分,責任分界,影響団体,"
               "再発防止策,状態")
    return ledger(folder / "障害管理台帳_令和8年度.xlsx", columns, *(
        (f"F-{number}", "故障", "プロキシ", None, detected, started, None, restored, None, "範囲内", "全団体", None,
         "受付")
        for number, (detected, started, restored) in enumerate(entries)))


def tickets(folder: Path, month: int, *entries: Sequence[Any]) -> Path:
    """(number, received, first answer, completed) of 津市 in the ledger of a month."""
    columns = "管理番号,団体名,受付経路,区分,受付日時,一次回答日時,完了日時,状態,再オープン回数,件名"
    return ledger(folder / f"問合せ管理台帳_令和8年{month}月.xlsx", columns, *(
        (number, "津市", "電話", "問合せ", received, answered, completed, "受付", 0, "照会")
        for number, received, answered, completed in entries))


def changes(folder: Path, month: int, *entries: Sequence[Any]) -> Path:
    """(minor, received, approved, executed, completed, generations) of 津市."""
    columns = ("受付番号,団体名,変更区分,軽微,受付日,県承認日時,実施日時,完了日時,対象機器,バックアップ日時,"
               "バックアップ世代数,状態")
    return ledger(folder / f"設定変更管理台帳_令和8年{month}月.xlsx", columns, *(
        (f"C-{number}", "津市", "DNSサーバのレコード登録", "○" if minor else None, *times, None, None, generations,
         "受付")
        for number, (minor, *times, generations) in enumerate(entries)))


def patches(folder: Path, month: int, *entries: Sequence[Any]) -> Path:
    """(planned, applied, time band, state) of patches published on the month's first day."""
    columns = "識別子,件名,対象機器,公開日,影響,適用予定日,適用日時,適用時間帯,状態,見送り理由"
    return ledger(folder / f"パッチ管理台帳_令和8年{month}月.xlsx", columns, *(
        (f"P-{number}", "脆弱性", "WAF装置", f"2026/{month:02d}/01", "重要", *told, None)
        for number, told in enumerate(entries)))


def events(folder: Path, *entries: Sequence[Any]) -> Path:
    """(kind, title, start, bodies, state) of the fiscal year's calendar of events."""
    columns = "行事番号,種別,件名,開催日時,終了日時,会場・方法,出席団体,参加者数,議事録提出日,状態,概要"
    return ledger(folder / "行事台帳_令和8年度.xlsx", columns, *(
        (f"E-{number:02d}", kind, title, start, None, None, bodies, None, None, state, None)
        for number, (kind, title, start, bodies, state) in enumerate(entries)))


def judgements(folder: Path, month: str, *entries: dict[str, Any]) -> Path:
    """Judged events of 津市 by the IPS, from outside, with what the entries say otherwise."""
    usual = {"団体名": "津市", "検知機能": "IDS/IPS", "シグネチャID": "1", "シグネチャ": "s", "方向": "外→内"}
    told = [usual | {"判定番号": f"J-{month}-{number}"} | entry for number, entry in enumerate(entries)]
    return write(folder / f"SOC判定結果_{month}.csv", ",".join(SOC_COLUMNS),
                 *(",".join(str(entry.get(column, "")) for column in SOC_COLUMNS) for entry in told))


def alerts(folder: Path, *times: str) -> Path:
    """Alerts of the sensor on an address of 津市, at ``2026-10-05T10:00:00``."""
    usual = {"event_type": "alert", "src_ip": "203.0.113.7", "dest_ip": "10.2.0.9", "proto": "TCP", "alert": {
        "signature_id": 1, "signature": "s", "category": "c", "severity": 1, "action": "allowed"}}
    told = [usual | {"timestamp": f"{time}.0+0900", "flow_id": number} for number, time in enumerate(times)]
    return write(folder / "eve-1.json", *(json.dumps(alert) for alert in told))


def change_config(config: Path, file: str, where: dict[str, str], **values: str) -> None:
    """Set these values in the rows of a configuration file that have those."""
    found = read_rows(config / file)
    chosen = [row for row in found if where.items() <= row.items()]
    assert chosen, f"{file}: no row with {where}"
    for row in chosen:
        row.update(values)
    write_rows(config / file, found)


def add_config(config: Path, file: str, *added: dict[str, str]) -> None:
    """Add rows to a configuration file; columns they do not name are those of its last row."""
    found = read_rows(config / file)
    write_rows(config / file, [*found, *(found[-1] | row for row in added)])


def parts(data: Path, kpi_id: str, grain: str = "all", entity: str = "") -> dict[str, tuple[Any, Any]]:
    """period -> (numerator, denominator) of a KPI's entity."""
    found = rows(data, "SELECT period_id, numerator, denominator FROM wh.main.kpi_value "
                       f"WHERE kpi_id = '{kpi_id}' AND grain = '{grain}' AND entity = '{entity}'")
    return {str(period): (numerator, denominator) for period, numerator, denominator in found}
