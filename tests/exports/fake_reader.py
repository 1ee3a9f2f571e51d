"""A reader with canned frames for October 2026: 33 bodies, missing values, zeros, a decrease, 対象なし."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from tests.exports import fake_frames
from warehouse.kpi import KpiCatalogue
from warehouse.scope import Scope

MONTH = "2026-10"
MONTHS = [f"2025-{month:02d}" for month in (11, 12)] + [f"2026-{month:02d}" for month in range(1, 11)]
DAYS = [date(2026, 10, 1) + timedelta(days=step) for step in range(31)]
CONFIG = Path(__file__).resolve().parents[2] / "config"
SEVERITIES = [
    (0, "危険度0（Low）"),
    (1, "危険度1（Medium）"),
    (2, "危険度2（High）"),
    (3, "危険度3（Critical）"),
    (None, "未判断"),
]
NAN = math.nan
_KIND_NAMES = {"prefecture": "県", "city": "市", "town": "町", "union": "広域連合"}


def wave(*seeds: float) -> float:
    """A repeatable number between 0 and 1."""
    return abs(math.sin(sum((at + 1) * 12.9898 * seed for at, seed in enumerate(seeds))) * 43758.5453) % 1


def config_rows(name: str) -> list[dict[str, str]]:
    with (CONFIG / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tenants() -> pd.DataFrame:
    rows = [
        {
            "tenant_code": row["tenant_code"],
            "name": row["name"],
            "kind": row["kind"],
            "kind_name": _KIND_NAMES[row["kind"]],
            "users": int(row["users"]),
            "terminals": int(row["terminals"]),
            "sort_order": int(row["sort_order"]),
            "valid_from": date.fromisoformat(row["valid_from"]),
            "valid_to": None,
        }
        for row in config_rows("tenants.csv")
    ]
    return pd.DataFrame(rows)


_KPIS: list[tuple[Any, ...]] = [
    # id, entity, its name where there are several, value, target, text, judgement, previous, last year
    ("K01", "", "", 99.99937, NAN, None, "目標未設定", 100.0, 99.98211),
    ("K02", "", "", 41.0, NAN, None, "目標未設定", 0.0, 12.0),
    ("K06", "", "", 97.5, NAN, None, "目標未設定", 61.0, NAN),
    ("K10", "internet", "インターネット接続回線", 72.4, 90.0, "以下", "注意", 64.9, 55.2),
    ("K10", "breakout", "ブレイクアウト接続回線", 48.6, NAN, None, "目標未設定", 47.1, 36.0),
    ("K11", "internet_breakout", "", 28.1, NAN, None, "目標未設定", 27.0, 21.9),
    ("K13", "web", "", 94.975, 100.0, "以下", "達成", 88.2, 71.5),
    ("K21", "", "", 61.2, 100.0, "以下", "達成", 61.0, 58.4),
    ("K22", "", "", 83.1, 100.0, "以下", "達成", 82.5, 79.9),
    ("K26", "", "", 142.0, NAN, None, None, 158.0, 131.0),
    ("K27", "", "", 100 * 149 / 151, 100.0, "以上", "未達", 100.0, 97.96),
    ("K29", "", "", 2.0, NAN, None, "目標未設定", 0.0, 1.0),
    ("K34", "", "", 4.0, NAN, None, "目標未設定", 0.0, 2.0),
    ("K35", "", "", 75.0, 100.0, "以上", "未達", NAN, 100.0),
]
_FURTHER_MEASURES = {"K05", "K06.median", "K06.max", "K14", "K25", "K28", "K28.p90"}


def kpi_catalogue() -> pd.DataFrame:
    """The main KPIs and the further measures that the report prints, as the configuration defines them."""
    frame = KpiCatalogue.read(CONFIG).to_arrow().to_pandas()
    chosen = frame["headline"] | frame["kpi_id"].isin(_FURTHER_MEASURES)
    return frame[chosen].reset_index(drop=True)


def kpi_summary() -> pd.DataFrame:
    """Names, units, rounding and direction are those of the catalogue."""
    catalogue = KpiCatalogue.read(CONFIG)
    rows = []
    for order, (kpi_id, entity, name, value, target, words, judged, before, year) in enumerate(_KPIS):
        kpi = catalogue.find(kpi_id)
        rows.append(
            {
                "kpi_id": kpi_id, "entity": entity, "name": f"{kpi.name}（{name}）" if name else kpi.name,
                "unit": kpi.unit, "decimals": kpi.decimals, "rounding": kpi.rounding, "direction": kpi.direction,
                "value": value, "numerator": NAN, "denominator": NAN, "n": 10, "coverage_pct": 99.4, "target": target,
                "target_text": words, "judgement": judged, "previous_value": before, "last_year_value": year,
                "sort_order": order, "description": kpi.formula, "clause": kpi.clause,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def tenant_month() -> pd.DataFrame:
    rows = []
    for at, row in enumerate(tenants().to_dict("records")):
        absent = row["name"] == "紀宝町"
        joined_late = row["name"] == "紀北広域連合"
        down = row["users"] * 1.9e9 * (0.8 + 0.4 * wave(at, 1))
        up = down * (0.12 + 0.1 * wave(at, 2))
        rows.append(
            {
                **{name: row[name] for name in
                   ("tenant_code", "name", "kind", "kind_name", "sort_order", "users", "terminals")},
                "bytes_in": NAN if absent else down, "bytes_out": NAN if absent else up,
                "bytes_total": NAN if absent else down + up, "share_pct": NAN if absent else (down + up) / 3.3e13 * 100,
                "p95_in_bps": NAN if absent else down / 1.1e5, "p95_out_bps": NAN if absent else up / 1.1e5,
                "max_in_bps": NAN if absent else down / 0.8e5, "max_out_bps": NAN if absent else up / 0.8e5,
                "expected": 8928, "received": 0 if absent else 8928 - at, "coverage_pct": 0.0 if absent else 99.6,
                "previous_bytes_total": (down + up) * (0.9 + 0.25 * wave(at, 3)),
                "last_year_bytes_total": NAN if joined_late else (down + up) * 0.8,
                "bytes_per_user_day": NAN if absent else (down + up) / max(row["users"], 1) / 21,
                "tickets": 0 if at % 7 == 3 else int(1 + 9 * wave(at, 4)), "answers_due": 0 if at % 7 == 3 else 3,
                "answers_in_time": 0 if at % 7 == 3 else 3, "in_time_pct": NAN if at % 7 == 3 else 100.0,
                "open_tickets": at % 3,
                "faults": 1.0 if at < 2 else 0.0,
                "detections": int(40 + 160 * wave(at, 5)), "serious": 1 if at in (1, 4, 9, 20) else 0,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


_LINES = [
    ("internet", "インターネット接続回線", "active", 1e9, 4e9, 724e6, 168e6),
    ("breakout", "ブレイクアウト接続回線", "active", 1e9, 4e9, 486e6, 92e6),
    ("cloud_active", "クラウド接続回線（Active）", "active", 1e9, 1e9, 611e6, 201e6),
    ("cloud_standby", "クラウド接続回線（Standby）", "standby", NAN, 1e9, NAN, NAN),
    ("web", "Web公開アクセス", "access", 2e8, NAN, 22e6, 131e6),
]
_JUDGED_LINES: dict[str, tuple[Any, ...]] = {
    # kpi, its name, judged value, judgement
    "internet": ("K10", "対確保帯域使用率", 72.4, "注意"),
    "breakout": ("K10", "対確保帯域使用率", 48.6, "目標未設定"),
    "cloud_active": ("K14", "クラウド接続回線使用率", 61.1, "達成"),
    "cloud_standby": (None, None, NAN, "データなし"),
    "web": ("K13", "Web公開アクセスの最大使用率", 94.975, "達成"),
}


def line_month() -> pd.DataFrame:
    rows = []
    for order, (line, name, role, guaranteed, ceiling, *levels) in enumerate(_LINES):
        for direction, word, p95 in (("in", "受信", levels[0]), ("out", "送信", levels[1])):
            over = line == "internet" and direction == "in"
            kpi_id, kpi_name, judged_pct, judgement = _JUDGED_LINES[line]
            rows.append(
                {
                    "line_id": line, "name": name, "role": role, "role_name": role, "direction": direction,
                    "direction_name": word, "avg_bps": p95 * 0.4, "p95_bps": p95, "max_bps": p95 * 1.45,
                    "guaranteed_bps": guaranteed, "total_bps": ceiling, "p95_guaranteed_pct": p95 / guaranteed * 100,
                    "p95_total_pct": p95 / ceiling * 100,
                    "exceeded_minutes": NAN if math.isnan(p95) else (35 if over else 0), "expected": 8928,
                    "received": 0 if math.isnan(p95) else 8893, "coverage_pct": 0.0 if math.isnan(p95) else 99.6,
                    "kpi_id": kpi_id, "kpi_name": kpi_name, "judged_pct": judged_pct, "judgement": judgement,
                    "sort_order": order,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def line_group_month() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "group_id": "internet_breakout", "name": "インターネット接続回線・ブレイクアウト接続回線 合計",
                "direction": direction, "direction_name": word, "p95_bps": p95, "max_bps": p95 * 1.3, "total_bps": 4e9,
                "p95_total_pct": p95 / 4e9 * 100, "coverage_pct": 99.6,
            }
            for direction, word, p95 in (("in", "受信", 1124e6), ("out", "送信", 243e6))
        ]
    )  # fmt: skip


def line_day() -> pd.DataFrame:
    rows = []
    for at, (line, name, _role, guaranteed, _total, *levels) in enumerate(_LINES):
        for direction, p95 in (("in", levels[0]), ("out", levels[1])):
            for day in DAYS:
                quiet = 0.25 if day.weekday() >= 5 or day == date(2026, 10, 12) else 0.9
                value = p95 * quiet * (0.9 + 0.2 * wave(at, day.day, len(direction)))
                gone = line == "breakout" and day.day in (14, 15)
                value = NAN if gone else value
                rows.append(
                    {
                        "jst_date": pd.Timestamp(day), "line_id": line, "name": name, "direction": direction,
                        "avg_bps": value * 0.5, "p95_bps": value, "max_bps": value * 1.3,
                        "guaranteed_bps": guaranteed, "coverage_pct": 0.0 if gone else 100.0,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def device_month() -> pd.DataFrame:
    names = {row["device_id"]: row["name"] for row in config_rows("devices.csv")}
    rows = []
    for at, row in enumerate(config_rows("device_metrics.csv")):
        limit = float(row["design_limit"]) if row["design_limit"] else NAN
        gone = row["device_id"] == "waf-1"
        p95 = NAN if gone else limit * (0.3 + 0.4 * wave(at, 7))
        rows.append(
            {
                "device_id": row["device_id"], "name": names[row["device_id"]], "metric": row["metric"],
                "metric_name": row["name"], "unit": row["unit"], "avg_value": p95 * 0.6, "p95_value": p95,
                "max_value": p95 * 1.2, "design_limit": limit, "p95_design_pct": p95 / limit * 100,
                "max_design_pct": p95 * 120 / limit, "coverage_pct": 0.0 if gone else 99.9, "sort_order": at,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def service_month() -> pd.DataFrame:
    rows = []
    for order, row in enumerate(config_rows("services.csv")):
        hit = row["service_id"] == "proxy"
        rows.append(
            {
                "service_id": row["service_id"], "name": row["name"],
                "planned_service_minutes": 44640.0 - (120 if hit else 0), "planned_stop_minutes": 120.0 if hit else 0.0,
                "unplanned_minutes": 41.0 if hit else 0.0, "unplanned_count": 1 if hit else 0,
                "availability_pct": (1 - 41 / 44520) * 100 if hit else 100.0, "sort_order": order,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def service_trend() -> pd.DataFrame:
    stops = [0, 12, 0, 0, 55, 0, 0, NAN, 0, 8, 0, 41]
    return pd.DataFrame(
        {
            "jst_month": MONTHS,
            "availability_pct": [(1 - stop / (44640 * 13)) * 100 for stop in stops],
            "unplanned_minutes": [float(stop) for stop in stops],
        }
    )


def outages() -> pd.DataFrame:
    rows = [
        ("プロキシ", "計画外停止", datetime(2026, 10, 14, 9, 20), datetime(2026, 10, 14, 10, 1), 41.0,
         "全接続団体", "インターネット接続回線の上位網の障害", None),
        ("外部DNS", "縮退", datetime(2026, 10, 20, 13, 5), datetime(2026, 10, 20, 13, 50), 45.0,
         "津市、四日市市", None, None),
        ("プロキシ", "計画停止", datetime(2026, 10, 24, 22, 0), datetime(2026, 10, 25, 0, 0), 120.0,
         "全接続団体", "プロキシサーバの更新", "計画停止"),
    ]  # fmt: skip
    names = ["service_name", "kind_name", "started_at", "ended_at", "minutes", "affected", "cause", "exclusion"]
    return pd.DataFrame(rows, columns=names)


_KINDS = [("inquiry", "問合せ"), ("request", "作業依頼"), ("fault", "障害申告"), ("incident", "インシデント")]
_CHANNELS = [("mail", "メール"), ("phone", "電話"), ("portal", "ポータル")]
_BASE = {"inquiry": 70, "request": 55, "fault": 12, "incident": 4}


def ticket_trend() -> pd.DataFrame:
    rows = []
    for at, month in enumerate(MONTHS):
        for kind, name in _KINDS:
            n = NAN if month == "2026-02" else float(int(_BASE[kind] * (0.8 + 0.4 * wave(at, len(kind)))))
            rows.append({"jst_month": month, "ticket_kind": kind, "kind_name": name, "n": n})
    return pd.DataFrame(rows)


def ticket_matrix() -> pd.DataFrame:
    rows = []
    for at, (kind, name) in enumerate(_KINDS):
        for order, (channel, word) in enumerate(_CHANNELS):
            n = 0 if (kind, channel) == ("incident", "mail") else int(_BASE[kind] / 3) + order
            rows.append({"ticket_kind": kind, "kind_name": name, "channel": channel, "channel_name": word,
                         "n": n, "kind_order": at, "channel_order": order})  # fmt: skip
    return pd.DataFrame(rows)


def first_answer_month() -> pd.DataFrame:
    rows = []
    for at, month in enumerate(MONTHS):
        gone, idle = month == "2026-02", month == "2025-12"
        due = NAN if gone else (0 if idle else 140 + at)
        late = 2 if month == MONTH else 0
        rows.append(
            {
                "jst_month": month, "received": NAN if gone else due, "due": due,
                "in_time": NAN if gone else max(due - late, 0), "late": NAN if gone else late,
                "in_time_pct": NAN if gone or idle else (due - late) / due * 100,
                "median_hours": NAN if gone or idle else 2.4 + at / 10, "p90_hours": NAN if gone or idle else 6.8,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def late_answers() -> pd.DataFrame:
    rows = [
        ("R8-1031", "242012", "津市", datetime(2026, 10, 8, 16, 40), datetime(2026, 10, 9, 17, 15),
         datetime(2026, 10, 13, 9, 12), "問合せ", "メールの受信遅延について"),
        ("R8-1077", "244619", "玉城町", datetime(2026, 10, 21, 11, 2), datetime(2026, 10, 22, 17, 15), None,
         "作業依頼", "URLフィルタの除外登録 =HYPERLINK(\"x\")"),
    ]  # fmt: skip
    names = [
        "ticket_no",
        "tenant_code",
        "tenant_name",
        "received_at",
        "due_at",
        "first_response_at",
        "kind_name",
        "summary",
    ]
    return pd.DataFrame(rows, columns=names)


def change_month() -> pd.DataFrame:
    rows = []
    for order, row in enumerate(config_rows("change_kinds.csv")):
        n = 0 if order == 3 else 3 + order
        rows.append(
            {
                "change_kind": row["change_kind"], "name": row["name"], "requested": n, "completed": n,
                "approval_needed": max(n - 2, 0), "approved_before": max(n - 2 - (order == 1), 0),
                "devices_changed": n, "backed_up": n, "sort_order": order,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def fault_trend() -> pd.DataFrame:
    counts = [1, 0, 2, 0, 1, NAN, 0, 1, 0, 1, 0, 2]
    rows = []
    for month, n in zip(MONTHS, counts, strict=True):
        some = not math.isnan(n) and n > 0
        rows.append(
            {
                "jst_month": month, "n": n, "n_inside": n, "n_outside": 0 * n,
                "mean_restore_minutes": 97.5 if some else NAN,
                "median_restore_minutes": 97.5 if some else NAN, "max_restore_minutes": 154.0 if some else NAN,
                "mean_start_minutes": 6.5 if some else NAN,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def faults() -> pd.DataFrame:
    names = ["fault_no", "title", "service_name", "occurred_at", "detected_at", "started_at", "temporary_restored_at",
             "restored_at", "cause_kind", "boundary_name", "affected", "measures", "status_name"]  # fmt: skip
    rows = [
        ("F8-021", "インターネット接続回線の断", "プロキシ", datetime(2026, 10, 14, 9, 20),
         datetime(2026, 10, 14, 9, 22),
         datetime(2026, 10, 14, 9, 27), None, datetime(2026, 10, 14, 10, 1), "回線事業者", "範囲外", "全接続団体",
         "経路の自動切替の条件を見直す。", "完了"),
        ("F8-022", "外部DNSの応答遅延", "外部DNS", datetime(2026, 10, 20, 13, 0), datetime(2026, 10, 20, 13, 5),
         datetime(2026, 10, 20, 13, 13), datetime(2026, 10, 20, 13, 50), None, "設定", "範囲内",
         "津市、四日市市", None, "対応中"),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def open_faults() -> pd.DataFrame:
    """One of this month and one of an earlier month, restored but not completed."""
    frame = faults()
    older = frame.iloc[[0]].assign(fault_no="F8-009", title="Webサーバの断続的な停止", boundary_name="範囲内",
                                   detected_at=datetime(2026, 6, 3, 8, 2), restored_at=datetime(2026, 6, 3, 9, 0),
                                   status_name="復旧済")  # fmt: skip
    return pd.concat([older, frame.iloc[[1]]], ignore_index=True)


def unplaced_month() -> pd.DataFrame:
    names = ["jst_month", "tickets", "answers_due", "answers_in_time", "open_tickets", "detections", "serious"]
    return pd.DataFrame([[MONTH, 0, 0, 0, 0, 3, 0]], columns=names)


def detection_trend() -> pd.DataFrame:
    rows = []
    for at, month in enumerate(MONTHS):
        for severity, name in SEVERITIES:
            base = {0: 3200, 1: 1150, 2: at % 4, 3: at % 2, None: 60 if month == MONTH else 0}[severity]
            n = NAN if month == "2026-01" else int(base * (0.9 + 0.2 * wave(at, base)) if base > 10 else base)
            rows.append({"jst_month": month, "severity": severity, "severity_name": name, "n": n, "blocked": n * 0.5})
    frame = pd.DataFrame(rows)
    return frame.assign(blocked=frame["blocked"].round(), severity=frame["severity"].astype("Int64"))


def soc_totals() -> pd.DataFrame:
    rows = [
        {"jst_month": month, "severity": severity, "severity_name": name, "n": 90000 // 4 ** (severity or 0)}
        for month in MONTHS
        for severity, name in SEVERITIES[:4]
    ]
    return pd.DataFrame(rows)


def detection_function_month() -> pd.DataFrame:
    rows = [
        {"function": row["function"], "function_name": row["name"], "n": n, "blocked": blocked,
         "blocked_pct": blocked / n * 100 if n else NAN}
        for row, n, blocked in zip(
            config_rows("functions.csv"), (4410, 233, 1200, 41, 8120, 0), (2300, 210, 1200, 41, 8001, 0), strict=True
        )
    ]
    return pd.DataFrame(rows)


def signature_top() -> pd.DataFrame:
    names = ["ET SCAN Suspicious inbound to PostgreSQL port 5432", "ET WEB_SERVER SQL Injection Attempt SELECT FROM",
             "ET POLICY DNS Update From External net", "GPL ICMP_INFO PING *NIX", "ET MALWARE CnC Beacon & Checkin",
             "ET SCAN Zmap User-Agent (Inbound)", "ET INFO Observed DNS Query to .cloud TLD",
             "ET EXPLOIT Apache Path Traversal <script>", "ET DROP Spamhaus Listed Traffic",
             "ET SCAN NMAP -sS"]  # fmt: skip
    rows = [
        {"rank": at, "signature_id": f"20{at:05d}", "signature": name, "n": 900 - at * 70, "max_severity": at % 3,
         "severity_name": SEVERITIES[at % 3][1], "direction_name": "外→内" if at % 4 else "内→外",
         "blocked": 450 - at * 30, "previous_rank": None if at in (3, 8) else at + (1 if at % 2 else -1)}
        for at, name in enumerate(names, 1)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def serious_events() -> pd.DataFrame:
    names = [row[1] for row in (("242012", "津市"), ("242039", "伊勢市"), ("242101", "亀山市"), ("244414", "多気町"))]
    rows = []
    for at, name in enumerate(names):
        detected = datetime(2026, 10, 5 + at * 6, 10, 12)
        judged = detected + timedelta(minutes=22)
        minutes = 18.5 if at == 2 else 4.0 + at
        rows.append(
            {
                "event_no": f"S8-10{at + 1:02d}", "tenant_code": "242012", "tenant_name": name, "detected_at": detected,
                "judged_at": judged, "notified_at": judged + timedelta(minutes=minutes),
                "blocked_at": judged + timedelta(minutes=12) if at % 2 else None,
                "completed_at": None if at == 3 else judged + timedelta(hours=5), "severity": 3 if at == 1 else 2,
                "severity_name": "危険度3（Critical）" if at == 1 else "危険度2（High）", "function_name": "IDS/IPS",
                "signature": "ET MALWARE CnC Beacon", "direction_name": "内→外", "contact_means": "電話",
                "contact_minutes": minutes, "within_15": minutes <= 15,
                "signature_id": "2027250", "src_ip": f"10.24.{at}.15", "src_country": None, "dst_ip": "203.0.113.73",
                "attack_result_name": "未確認", "severity_definition": "重大なセキュリティイベント",
                "status": "対応完了",
                "endpoint": None if at == 0 else f"10.24.{at}.15",
                "finding": "団体内の端末から不審な外部サーバへの定期的な通信を検知した。"
                "通信の内容から、攻撃が成功した可能性がある。",
                "recommended_check": "被疑端末のウイルス対策ソフトの検知履歴と、同時刻のメール受信履歴を確認する。",
                "recommended_action": "被疑端末をネットワークから切り離し、完全スキャンを行う。",
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def licence_month() -> pd.DataFrame:
    used = [18360, 22020, 201, 96, 58]
    rows = []
    for row, n in zip(config_rows("licences.csv"), used, strict=True):
        capacity = float(row["capacity"])
        rows.append({"kind": row["kind"], "name": row["name"], "used": n, "capacity": capacity,
                     "used_pct": n / capacity * 100, "unit": row["unit"], "clause": row["clause"],
                     "sort_order": int(row["sort_order"])})  # fmt: skip
    return pd.DataFrame(rows)


_FEEDS = [
    ("tenant_traffic", "団体別通信量", 33),
    ("line_sample", "回線トラフィック", 10),
    ("device_sample", "機器負荷", 27),
]


def coverage_month() -> pd.DataFrame:
    rows = [("tenant_traffic", "団体別通信量", 33, 1767744, 1698210, 96.066, 3),
            ("line_sample", "回線トラフィック", 10, 89280, 83912, 93.987, 2),
            ("device_sample", "機器負荷", 27, 241056, 241056, 100.0, 0)]  # fmt: skip
    names = ["feed_table", "title", "entities", "expected", "received", "coverage_pct", "days_with_gaps"]
    return pd.DataFrame(rows, columns=names)


def loads_month() -> pd.DataFrame:
    rows = [("tenant_traffic", "団体別通信量", 1, 294612, 4, 0, datetime(2026, 11, 2, 9, 5)),
            ("ticket", "問合せ管理台帳", 1, 171, 0, 0, datetime(2026, 11, 2, 9, 6)),
            ("soc_total", "SOC全体集計", 0, NAN, NAN, 0, None)]  # fmt: skip
    names = ["feed", "title", "files", "accepted", "rejected", "refused_files", "last_loaded_at"]
    return pd.DataFrame(rows, columns=names)


def load_notes() -> pd.DataFrame:
    row = ("line_traffic", "回線トラフィック", "回線トラフィック_202610_訂正.csv", datetime(2026, 11, 4, 10, 0),
           "令和8年10月20日の値を訂正後の値に置き換えた。")  # fmt: skip
    return pd.DataFrame([row], columns=["feed", "title", "file_name", "loaded_at", "note"])


def rejects_summary() -> pd.DataFrame:
    rows = [("tenant_traffic", "団体別通信量", "数値として読めない値がある。", 3),
            ("tenant_traffic", "団体別通信量", "団体コードが団体マスタにない。", 1)]  # fmt: skip
    return pd.DataFrame(rows, columns=["feed", "title", "reason", "n"])


def traffic_trend() -> pd.DataFrame:
    rows = []
    for at, month in enumerate(MONTHS):
        for direction, base in (("in", 2.4e13), ("out", 4.1e12)):
            gone = month == "2025-11"
            rows.append({"jst_month": month, "direction": direction,
                         "bytes": NAN if gone else base * (1 + at / 40 + 0.1 * wave(at, base)),
                         "coverage_pct": 0.0 if gone else 99.0})  # fmt: skip
    return pd.DataFrame(rows)


def calendar_months() -> pd.DataFrame:
    opened = [18, 20, 19, 18, 22, 21, 18, 22, 22, 20, 19, 21]
    return pd.DataFrame(
        {"jst_month": MONTHS, "days": [30, 31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31], "open_days": opened}
    )


def ticket_ageing() -> pd.DataFrame:
    return pd.DataFrame([{"open_total": 19, "over_10_days": 6, "over_30_days": 2}])


QUERIES = {
    one.__name__: one
    for one in (
        tenants, kpi_summary, kpi_catalogue, tenant_month, line_month, line_group_month, line_day, device_month,
        service_month, service_trend, outages, ticket_trend, ticket_matrix, first_answer_month, late_answers,
        ticket_ageing, change_month, fault_trend, faults, detection_trend, soc_totals, detection_function_month,
        signature_top, serious_events, licence_month, coverage_month, loads_month, load_notes, rejects_summary,
        traffic_trend, calendar_months, open_faults, unplaced_month, fake_frames.told_months, fake_frames.kpi_results,
        fake_frames.line_hours, fake_frames.design_results, fake_frames.capacity_outlook, fake_frames.capacity_trend,
        fake_frames.filter_trend, fake_frames.patches, fake_frames.events, fake_frames.obligations,
        fake_frames.security_whole, fake_frames.detection_range, fake_frames.detection_hours,
        fake_frames.peer_positions, fake_frames.policy_changes, fake_frames.severities,
    )
}  # fmt: skip


@dataclass(frozen=True)
class FakeSnapshot:
    number: int = 12
    published_at: datetime = datetime(2026, 11, 5, 6, 30)
    data_as_of: datetime | None = datetime(2026, 10, 31, 23, 55)


@dataclass
class FakeReader:
    """Answers every named query of the report; ``replaced`` swaps single frames in a test."""

    replaced: dict[str, pd.DataFrame] = field(default_factory=dict)
    snapshot: FakeSnapshot = field(default_factory=FakeSnapshot)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def query(self, name: str, scope: Scope, **params: Any) -> pd.DataFrame:
        self.asked.append((name, params))
        frame = self.replaced[name] if name in self.replaced else QUERIES[name]()
        if "grain" in params:
            frame = frame[frame["grain"] == params["grain"]]
        if name == "events":
            frame = frame[frame["event_date"].between(params["first_date"], params["last_date"])]
        if name == "tenants" and not scope.platform:
            frame = frame[frame["tenant_code"].isin(scope.tenant_codes)]
        return frame

    def whole_scope(self) -> Scope:
        return Scope(frozenset(tenants()["tenant_code"]), platform=True)
