"""Canned frames of what the monthly reports read of capacity, plans, patches and the monitoring centre."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from warehouse.kpi import KpiCatalogue

NAN = math.nan
TENANT = "242012"
_MONTHS = [f"{2025 + at // 12}-{at % 12 + 1:02d}" for at in range(9, 22)]
_LEVELS = [(0, "危険度0（Low）"), (1, "危険度1（Medium）"), (2, "危険度2（High）"), (3, "危険度3（Critical）")]


def told_months() -> pd.DataFrame:
    tables = ("detection", "judgement", "soc_total", "change_request", "patch", "calendar_event", "fault")
    return pd.DataFrame([{"table_name": table, "title": table, "jst_month": "2026-10"} for table in tables])


_WHOLE = {
    "K02.count": (1.0, 0.0, 1.0), "K03": (100.0, 50.0, NAN), "K04": (0.0, 0.0, 0.0), "K04.mean": (NAN, NAN, NAN),
    "K05": (6.5, 5.0, NAN), "K05.median": (6.5, 5.0, NAN), "K05.max": (8.0, 5.0, NAN), "K07": (2.0, 0.0, 1.0),
    "K07.inside": (1.0, 0.0, 1.0), "K07.outside": (1.0, 0.0, 0.0), "K08": (50.0, 100.0, 100.0),
    "K08.open": (1.0, 0.0, 0.0), "K25.count": (8001.0, 7900.0, 7120.0), "K30": (30.0, 28.0, 31.0),
    "K30.completed": (96.6, 100.0, 100.0), "K31": (95.2, 100.0, 100.0), "K32": (100.0, 100.0, 100.0),
    "K33": (4414.0, 4320.0, 4100.0), "K34": (4.0, 0.0, 2.0), "K35": (75.0, NAN, 100.0), "K35.max": (18.5, NAN, 9.0),
    "K36": (22.0, 20.5, 21.0), "K36.max": (61.0, 44.0, 50.0), "K37": (100.0, NAN, 100.0), "K37.max": (12.0, NAN, 6.0),
    "K38": (75.0, NAN, 100.0), "K39": (80.0, 100.0, NAN), "K39.off_hours": (66.7, 50.0, NAN),
}  # fmt: skip
_BODY = {"K07": (1.0, 0.0, 0.0), "K25.count": (92.0, 98.0, 112.0), "K33": (455.0, 539.0, 481.0), "K34": (1.0, 0.0, 0.0),
         "K35": (NAN, NAN, NAN), "K35.max": (NAN, NAN, NAN)}  # fmt: skip
_TARGETS = {"K03": 100.0, "K31": 100.0, "K32": 100.0, "K35": 100.0, "K37": 100.0}


def kpi_results() -> pd.DataFrame:
    """The whole, and one body of which no serious event asked for a contact."""
    catalogue = KpiCatalogue.read(_config())
    whole = [_result(catalogue, kpi_id, "all", "", values) for kpi_id, values in _WHOLE.items()]
    body = [_result(catalogue, kpi_id, "tenant", TENANT, values) for kpi_id, values in _BODY.items()]
    return pd.DataFrame([*whole, *body])


def _config() -> Any:
    from tests.exports.fake_reader import CONFIG

    return CONFIG


def _result(catalogue: KpiCatalogue, kpi_id: str, grain: str, entity: str, values: tuple[float, ...]) -> dict[str, Any]:
    kpi, target, value = catalogue.find(kpi_id), _TARGETS.get(kpi_id, NAN), values[0]
    judged = "目標未設定" if math.isnan(target) else "達成" if value >= target else "未達"
    return {
        "kpi_id": kpi_id, "kpi_no": kpi_id[:3], "name": kpi.name, "grain": grain, "entity": entity,
        "entity_name": "津市" if entity else None, "unit": kpi.unit, "decimals": kpi.decimals,
        "rounding": kpi.rounding, "direction": kpi.direction, "value": value, "numerator": value, "denominator": 1.0,
        "operator": ">=", "target": target, "judgement": "対象なし" if math.isnan(value) else judged,
        "previous_value": values[1], "last_year_value": values[2],
    }  # fmt: skip


def line_hours() -> pd.DataFrame:
    rows = []
    for weekday in range(1, 8):
        for hour in range(24):
            gone = (weekday, hour) == (7, 3)
            busy = 550e6 if weekday < 6 and 8 <= hour < 18 else 40e6
            rows.append({"line_id": "internet", "direction": "in", "weekday": weekday, "hour": hour,
                         "avg_bps": NAN if gone else busy + hour * 1e6, "max_bps": busy * 2, "expected": 48,
                         "received": 0 if gone else 48})  # fmt: skip
    return pd.DataFrame(rows)


def design_results() -> pd.DataFrame:
    names = ["kind", "entity", "name", "item", "item_name", "unit", "design_value", "result_value"]
    rows = [
        ("line", "internet", "インターネット接続回線", "p95_guaranteed", "95パーセンタイル（対確保帯域）", "bps",
         1e9, 724e6),
        ("line_group", "internet_breakout", "インターネット・ブレイクアウト合計", "p95_total",
         "95パーセンタイル（対総帯域）", "bps", 4e9, 1124e6),
        ("device", "proxy-1", "プロキシサーバ1号機", "sessions", "同時セッション数の最大", "セッション", 120000.0,
         120546.0),
        ("device", "dns-1", "外部DNSサーバ", "cpu_pct", "CPU使用率の最大", "%", 100.0, 23.4),
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=names)
    used, margin = frame["result_value"] / frame["design_value"] * 100, frame["design_value"] - frame["result_value"]
    return frame.assign(used_pct=used, margin=margin)


def capacity_outlook() -> pd.DataFrame:
    """The line fills in five months, and the day to ask for money is October's last; the device has no rising trend."""
    rows = [("line", "internet", "インターネット接続回線", "p95_bps", "rising", 70, 0, None, None, None),
            ("line", "internet", "インターネット接続回線", "p95_bps", "rising", 90, 24, "2028-10", "2028-06",
             "2029-03"),
            ("line", "internet", "インターネット接続回線", "p95_bps", "rising", 100, 5, "2027-03", "2027-01", None),
            ("device", "proxy-1", "プロキシサーバ1号機", "sessions", "flat", 100, None, None, None, None)]  # fmt: skip
    names = ["grain", "entity", "name", "metric", "state", "threshold_pct", "months_left", "reach_month",
             "reach_earliest", "reach_latest"]  # fmt: skip
    frame = pd.DataFrame(rows, columns=names).assign(months=19, value=724e6, limit_value=1e9, used_pct=72.4,
                                                     slope_per_month=7e6, is_late=False)  # fmt: skip
    frame["reach_text"] = ["到達済み", "2028-10", "2027-03", "見込みなし"]
    return frame.assign(request_by=[None, date(2027, 10, 31), date(2026, 10, 31), None])


def capacity_trend() -> pd.DataFrame:
    rows = [{"jst_month": month, "line_id": "internet", "value": 620e6 + at * 8e6, "limit_value": 1e9,
             "state": "rising",
             "months": 13, "slope": 8e6, "slope_low": 7e6, "slope_high": 9e6, "fit_value": 716e6, "fit_low": 712e6,
             "fit_high": 719e6}
            for at, month in enumerate(_MONTHS) if month != "2026-02"]  # fmt: skip
    return pd.DataFrame(rows)


def filter_trend() -> pd.DataFrame:
    rows = [{"jst_month": month, "function": function, "function_name": name, "n": n + at,
             "blocked": NAN if month == "2026-01" else n - 2 * at, "blocked_pct": 98.0}
            for at, month in enumerate(_MONTHS[1:])
            for function, name, n in (("url_filter", "URLフィルタ", 1200), ("spam", "スパム対策", 8100))]  # fmt: skip
    return pd.DataFrame(rows)


def patches() -> pd.DataFrame:
    names = ["patch_id", "title", "device_id", "device_name", "impact_name", "published_date", "planned_date",
             "applied_date", "time_band_name", "state_name", "reason"]  # fmt: skip
    rows = [
        ("SA-202610-04", "通信処理の脆弱性", "proxy-1", "プロキシサーバ1号機", "高", date(2026, 10, 10), date(2026,
         10, 20),
         date(2026, 10, 20), "時間外", "適用済", None),
        ("SA-202609-01", "認証回避の脆弱性", "waf-1", "WAF装置", "緊急", date(2026, 9, 3), date(2026, 10, 12), None,
         None,
         "適用予定", None),
        ("SA-202610-05", "ログ処理の脆弱性", "mail-1", "メールリレーサーバ", "中", date(2026, 10, 16), date(2026,
         11, 16),
         None, None, "適用予定", None),
        ("SA-202610-03", "サービス妨害の脆弱性", "dns-1", "外部DNSサーバ", "なし", date(2026, 10, 6), None, None, None,
         "適用不要", "対象の機能を使用していないため"),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def events() -> pd.DataFrame:
    names = ["event_no", "event_date", "kind_name", "title", "place", "bodies", "participants", "minutes_date",
             "state_name", "summary"]  # fmt: skip
    rows = [
        ("EV-037", date(2026, 10, 16), "報告会（県）", "定例報告会（令和8年9月分）", "県庁会議室", 1, 13,
         date(2026, 10, 21), "実施", None),
        ("EV-039", date(2026, 10, 23), "報告書の提出", "月例監視報告書（令和8年9月分）", "電子納品", 1, NAN, None,
         "実施", None),
        ("EV-043", date(2026, 11, 16), "報告会（県）", "定例報告会（令和8年10月分）", "県庁会議室", NAN, NAN, None,
         "予定", None),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def obligations() -> pd.DataFrame:
    names = ["obligation_id", "name", "due_period_id", "due_date", "tenant_code", "tenant_name", "required", "maximum",
             "done", "done_date", "state_name", "clause"]  # fmt: skip
    rows = [
        ("monthly_security", "月例監視報告書の提出（毎月）", "2026-09", date(2026, 9, 30), None, None, 1, NAN, 1,
         date(2026, 9, 24), "履行", "11(8)オ"),
        ("monthly_security", "月例監視報告書の提出（毎月）", "2026-10", date(2026, 10, 31), None, None, 1, NAN, 0, None,
         "未履行", "11(8)オ"),
        ("training", "職員研修（年2回まで）", "FY2026", date(2027, 3, 31), None, None, 0, 2, 1, date(2026, 10, 14),
         "期限前", "11(7)サ"),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def security_whole() -> pd.DataFrame:
    rows = [{"jst_month": month, "source": source, "source_name": name, "severity": severity, "severity_name": label,
             "bodies": bodies, "n": first // 9 ** severity + at, "blocked": NAN if source == "centre" else 2}
            for at, month in enumerate(_MONTHS)
            for source, name, bodies, first in (("centre", "監視センター全体", NAN, 19000), ("cloud", "全接続団体",
                33, 3200))
            for severity, label in _LEVELS]  # fmt: skip
    return pd.DataFrame(rows)


def detection_range() -> pd.DataFrame:
    """No file tells of the last two days."""
    days = [date(2026, 10, 1) + timedelta(days=step) for step in range(29)]
    rows = [{"jst_date": pd.Timestamp(day), "severity": severity, "severity_name": label,
             "n": 20 * (severity == 0) + day.day,
             "blocked": 1}
            for day in days for severity, label in _LEVELS[:2]]  # fmt: skip
    return pd.DataFrame(rows)


def detection_hours() -> pd.DataFrame:
    rows = [{"weekday": weekday, "hour": hour, "n": 10 + hour,
             "blocked": 5} for weekday in range(5) for hour in range(8, 18)]
    return pd.DataFrame(rows)


def peer_positions() -> pd.DataFrame:
    shared = {"name": "検知件数", "unit": "件", "decimals": 0, "rounding": "half_up", "value": 455.0, "bodies": 33}
    hidden = {**shared, "kpi_id": "K35", "bodies": 4, "group_name": "全団体", "place": NAN, "first_quartile": NAN,
              "median": NAN, "third_quartile": NAN, "is_suppressed": True}  # fmt: skip
    shown = {**shared, "kpi_id": "K33", "group_name": "全団体", "place": 3, "first_quartile": 79.0, "median": 106.0,
             "third_quartile": 203.0, "is_suppressed": False}  # fmt: skip
    return pd.DataFrame([hidden, shown])


def policy_changes() -> pd.DataFrame:
    names = ["request_no", "tenant_code", "tenant_name", "kind_name", "minor", "approved_at", "executed_at", "device"]
    rows = [
        ("CH-045", TENANT, "津市", "IDSまたはIPSの検知・遮断設定", False, datetime(2026, 10, 27, 13, 34),
         datetime(2026, 10, 29, 14, 56), "IDS/IPS装置"),
        ("CH-048", TENANT, "津市", "マルウェア/スパム対策の除外設定", True, None, datetime(2026, 10, 30, 10, 5), None),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def severities() -> pd.DataFrame:
    return pd.DataFrame([{"severity": severity, "severity_name": label, "serious": severity > 1,
                          "block_required": severity == 3, "definition": "定義の文"}
                         for severity, label in _LEVELS])  # fmt: skip
