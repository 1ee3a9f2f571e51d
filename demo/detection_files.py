"""The files of detection: the sensor's EVE JSON, the SOC's judgements and its totals over all customers."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

import orjson

from demo import defects
from demo.detections import Event
from demo.rhythm import Rhythm
from demo.seeds import stream
from demo.signatures import ADVICE
from demo.world import World, slot_time
from demo.writers import CP932, UTF8_BOM

_SOC_HEADER = [
    "判定番号",
    "検知時刻",
    "判断時刻",
    "緊急連絡時刻",
    "連絡手段",
    "遮断時刻",
    "対応完了時刻",
    "団体名",
    "検知機能",
    "シグネチャID",
    "シグネチャ",
    "方向",
    "送信元IP",
    "宛先IP",
    "送信元国",
    "危険度",
    "遮断",
    "端末",
    "対応状況",
    "センサーイベントID",
    "検知内容",
    "推奨確認方法",
    "推奨対処方法",
    "成否",
]
_SOC_TOTALS = {0: 18_400, 1: 6_300, 2: 44, 3: 7}


def eve_file(folder: Path, rhythm: Rhythm, events: list[Event]) -> dict[Path, int]:
    """One JSON object a line: every alert, with some flow, dns and stats records between them."""
    lines: list[bytes] = []
    for place, event in enumerate(event for event in events if event.flow_id is not None):
        lines.append(orjson.dumps(_alert(event)))
        if place % 9 == 4:
            lines.append(orjson.dumps(_other_record(event, place)))
    month = rhythm.month.first_month
    for _ in range(defects.planted("detection_eve", month, "duplicate")):
        lines.insert(13, lines[12])
    for _ in range(defects.planted("detection_eve", month, "broken_line")):
        lines.insert(16, lines[15][: len(lines[15]) // 2])
    path = folder / f"eve-{rhythm.month.start:%Y%m}.json"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return {path: len(lines)}


def _alert(event: Event) -> dict[str, object]:
    signature = event.signature
    return {
        **_head(event, "alert"),
        **_addresses(event),
        "alert": {
            "action": "blocked" if event.blocked else "allowed",
            "gid": 1,
            "signature_id": signature.number,
            "rev": 1,
            "signature": signature.name,
            "category": signature.category,
            "severity": signature.priority,
        },
    }


def _other_record(event: Event, place: int) -> dict[str, object]:
    kind = ("flow", "dns", "stats")[place // 9 % 3]
    if kind == "stats":
        return {
            "timestamp": _eve_time(event.detected_at),
            "event_type": "stats",
            "stats": {"uptime": place * 60, "decoder": {"pkts": place * 48_211}},
        }
    detail: dict[str, object] = {"flow": {"pkts_toserver": 6, "pkts_toclient": 4, "state": "closed"}}
    if kind == "dns":
        detail = {"dns": {"type": "query", "id": place % 65_536, "rrname": "www.example.jp", "rrtype": "A"}}
    return {**_head(event, kind), **_addresses(event), **detail}


def _head(event: Event, kind: str) -> dict[str, object]:
    return {
        "timestamp": _eve_time(event.detected_at),
        "flow_id": event.flow_id,
        "in_iface": "ens5f0",
        "event_type": kind,
    }


def _eve_time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}+0900"


def _addresses(event: Event) -> dict[str, object]:
    outward = event.signature.direction == "内→外"
    source, target = (event.inside, event.outside) if outward else (event.outside, event.inside)
    return {
        "src_ip": source,
        "src_port": event.port,
        "dest_ip": target,
        "dest_port": event.signature.port,
        "proto": "UDP" if event.signature.port in (53, 161) else "TCP",
    }


def soc_file(folder: Path, world: World, rhythm: Rhythm, events: list[Event]) -> dict[Path, int]:
    """One row per judged event, in order of detection."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_SOC_HEADER)
    judged = [event for event in events if event.judgement is not None]
    month_end = slot_time(rhythm.month.end, 288)
    rows = [
        _soc_row(f"SOC-{rhythm.month.start:%Y%m}-{place:05d}", world, event, month_end)
        for place, event in enumerate(judged, 1)
    ]
    for _ in range(defects.planted("soc_judgement", rhythm.month.first_month, "letters")):
        rows.append(
            [
                f"SOC-{rhythm.month.start:%Y%m}-{len(rows) + 1:05d}",
                *rows[-1][1:15],
                "高",
                *rows[-1][16:19],
                "",
                *rows[-1][20:],
            ]
        )
    writer.writerows(rows)
    path = folder / f"SOC判定結果_{rhythm.month.start:%Y%m}.csv"
    path.write_bytes(UTF8_BOM + text.getvalue().encode())
    return {path: len(rows)}


def _soc_row(number: str, world: World, event: Event, month_end: datetime) -> list[str]:
    judgement, signature = event.judgement, event.signature
    if judgement is None:
        raise ValueError("only judged events have a row")
    outward = signature.direction == "内→外"
    serious = judgement.severity >= 2
    advice = ADVICE[signature.advice]
    completed = (
        judgement.completed_at if judgement.completed_at and judgement.completed_at < month_end else None
    )
    return [
        number,
        _time(event.detected_at),
        _time(judgement.judged_at),
        _time(judgement.contacted_at),
        judgement.means,
        _time(judgement.blocked_at),
        _time(completed),
        event.tenant.name if event.tenant else "",
        world.functions[signature.function],
        str(signature.number),
        signature.name,
        signature.direction,
        event.inside if outward else event.outside,
        event.outside if outward else event.inside,
        "日本" if outward else event.country,
        str(judgement.severity),
        "○" if event.blocked else "",
        _endpoint(event) if outward else "",
        _status(judgement.severity, done=completed is not None),
        "" if event.flow_id is None else f"{event.flow_id}-{signature.number}",
        advice.finding,
        advice.check if judgement.severity else "",
        advice.action if serious or judgement.severity else "",
        "成功" if judgement.severity >= 3 else "不明" if serious else "失敗",
    ]


def _endpoint(event: Event) -> str:
    return f"PC-{event.inside.split('.')[2].zfill(2)}{event.inside.split('.')[3].zfill(3)}"


def _status(severity: int, *, done: bool) -> str:
    if severity == 0:
        return "対応不要"
    return "対応完了" if done else "対応中"


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y/%m/%d %H:%M:%S}" if moment else ""


def soc_total_file(folder: Path, rhythm: Rhythm, seed: int) -> dict[Path, int]:
    """Counts per severity over everything that the SOC watches for all its customers."""
    random = stream(seed, "soc total", rhythm.month.first_month)
    month = f"{rhythm.month.start.year}年{rhythm.month.start.month}月"
    counts = {
        severity: random.poisson(usual * random.uniform(0.92, 1.09))
        for severity, usual in _SOC_TOTALS.items()
    }
    lines = [f"{month},{severity},{count}\r\n" for severity, count in counts.items()]
    path = folder / f"SOC全体集計_{rhythm.month.start:%Y%m}.csv"
    path.write_bytes(("年月,危険度,件数\r\n" + "".join(lines)).encode(CP932))
    return {path: len(lines)}
