"""A stand-in for ``warehouse.reader.Reader``: canned frames for the queries the screens use, filtered by scope.

Holds what real data hold: missing values, real zeros, a low coverage, a body that joined late, a month without
serious events.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import pi, sin
from typing import Any

import pandas as pd

from tests.dashboards.fake_bodies import CODES, LATE_JOINER, bodies
from tests.support import CONFIG
from warehouse.kpi import KpiCatalogue
from warehouse.period import Period
from warehouse.scope import Scope

FIRST, LAST = "2025-04", "2026-10"
_GB = 10**9
_OPEN_DAYS = {
    "04": 21,
    "05": 18,
    "06": 22,
    "07": 22,
    "08": 20,
    "09": 19,
    "10": 21,
    "11": 18,
    "12": 20,
    "01": 19,
    "02": 18,
    "03": 21,
}
_KINDS = (
    ("inquiry", "問合せ", 0.55),
    ("request", "作業依頼", 0.3),
    ("fault", "障害申告", 0.1),
    ("incident", "インシデント", 0.05),
)
_SEVERITIES = (
    (0, "危険度0（Low）", 0.78),
    (1, "危険度1（Medium）", 0.21),
    (2, "危険度2（High）", 0.0006),
    (3, "危険度3（Critical）", 0.0002),
    (None, "未判断", 0.01),
)


@dataclass(frozen=True)
class FakeSnapshot:
    number: int = 12
    published_at: datetime = datetime(2026, 11, 5, 9, 0)
    data_as_of: datetime | None = datetime(2026, 10, 31, 23, 55)


def months(first: str, last: str) -> list[str]:
    """The months of the window that hold data."""
    begin, end = Period.parse(max(first, FIRST)), Period.parse(min(last, LAST))
    return [str(begin.shift(step)) for step in range(end.index - begin.index + 1)]


def _growth(month: str) -> float:
    place = Period.parse(month).index - Period.parse(FIRST).index
    return (1 + 0.012 * place) * (1 + 0.06 * sin(place * 2 * pi / 7)) * _OPEN_DAYS[month[5:]] / 20


def _has_data(code: str, month: str) -> bool:
    return code != LATE_JOINER or month >= "2025-07"


def _bytes(body: dict[str, Any], month: str, direction: str) -> int:
    return int(body["users"] * 3.1 * _growth(month) * _GB * (1 if direction == "in" else 0.24))


def _p95(body: dict[str, Any], month: str, direction: str) -> int:
    return int(_bytes(body, month, direction) * 8 / 2_600_000 * 2.9)


def _coverage(code: str, month: str) -> float:
    return {"244708": 91.4, "242098": 97.2}.get(code, 99.9) if month == LAST else 99.8


@dataclass
class FakeReader:
    """Counts its queries; ``broken`` names queries that raise."""

    snapshot: FakeSnapshot = FakeSnapshot()
    broken: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.asked: list[str] = []

    def query(self, name: str, scope: Scope, /, **params: Any) -> pd.DataFrame:
        self.asked.append(name)
        if name in self.broken:
            raise RuntimeError(f"query {name} is broken on purpose")
        frame = _QUERIES[name](**params)
        if "tenant_code" in frame.columns:
            return frame[frame["tenant_code"].isin(scope.tenant_codes)].reset_index(drop=True)
        if name in _SUMMED:
            return frame if scope.platform else _share_of(frame, scope)
        return frame if scope.platform or name == "calendar_months" else frame.iloc[0:0]

    def whole_scope(self) -> Scope:
        return Scope(CODES, platform=True)


_SUMMED = ("ticket_trend", "detection_trend")


def _share_of(frame: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    share = len(scope.tenant_codes) / len(CODES)
    counts = [int(n * share) if n == n else n for n in frame["n"]]
    return frame.assign(n=counts) if scope.tenant_codes else frame.iloc[0:0]


def _tenants(first_date: date, last_date: date) -> pd.DataFrame:
    rows = [body | {"valid_from": date(2022, 4, 1), "valid_to": None} for body in bodies()]
    rows = [row for row in rows if row["tenant_code"] != LATE_JOINER or last_date >= date(2025, 7, 1)]
    return pd.DataFrame(rows)


_KPI_ROWS: tuple[tuple[Any, ...], ...] = (
    # id, entity, its name where there are several, value, target, target_text, judgement, previous, last year
    ("K01", "", "", 99.98412, None, None, "目標未設定", 100.0, 99.99712),
    ("K02", "", "", 42.0, None, None, "目標未設定", 0.0, 12.0),
    ("K06", "", "", 38.0, None, None, "目標未設定", None, 55.0),
    ("K10", "internet", "インターネット接続回線", 74.31, 90.0, "以下", "注意", 70.9, 61.2),
    ("K10", "breakout", "ブレイクアウト接続回線", 52.6, None, None, "目標未設定", 50.7, 44.0),
    ("K11", "internet_breakout", "", 31.4, None, None, "目標未設定", 30.2, 26.8),
    ("K13", "web", "", 49.36, 100.0, "以下", "達成", 46.2, 40.1),
    ("K21", "", "", 51.34, 100.0, "以下", "達成", 51.2, 49.7),
    ("K22", "", "", None, 100.0, "以下", "データなし", 57.9, 55.2),
    ("K26", "", "", 118.0, None, None, None, 104.0, 121.0),
    ("K27", "", "", 98.2, 100.0, "以上", "未達", 100.0, 99.1),
    ("K29", "", "", 3.0, None, None, "目標未設定", 2.0, 0.0),
    ("K34", "", "", 3.0, None, None, "目標未設定", 0.0, 4.0),
    ("K35", "", "", 100.0, 100.0, "以上", "達成", None, 75.0),
)
_KPI_KEYS = ("kpi_id", "entity", "name", "value", "target", "target_text", "judgement", "previous_value",
             "last_year_value")  # fmt: skip


def _kpi_summary(period: str) -> pd.DataFrame:
    """Names, units, rounding and direction are those of the configuration."""
    catalogue = KpiCatalogue.read(CONFIG)
    rows = [dict(zip(_KPI_KEYS, row, strict=True)) for row in _KPI_ROWS]
    for order, row in enumerate(rows):
        kpi = catalogue.find(row["kpi_id"])
        row |= {
            "grain": "line" if row["entity"] else "all",
            "entity_name": row["name"],
            "name": f"{kpi.name}（{row['name']}）" if row["name"] else kpi.name,
            "unit": kpi.unit,
            "decimals": kpi.decimals,
            "rounding": kpi.rounding,
            "direction": kpi.direction,
            "numerator": None,
            "denominator": None,
            "n": None,
            "sort_order": order,
            "description": kpi.formula,
            "clause": kpi.clause,
            "coverage_pct": 92.3 if row["entity"] == "breakout" else 99.9 if row["entity"] else None,
        }
        if row["kpi_id"] == "K35" and period == "2026-09":
            row |= {"value": None, "judgement": "対象なし"}
    frame = pd.DataFrame(rows)
    return frame if FIRST <= period <= LAST else frame.iloc[0:0]


def _traffic_trend(from_month: str, to_month: str) -> pd.DataFrame:
    rows = []
    for month in months(from_month, to_month):
        for direction in ("in", "out"):
            amount = sum(
                _bytes(body, month, direction) for body in bodies() if _has_data(str(body["tenant_code"]), month)
            )
            gap = month == "2025-12"
            rows.append(
                {
                    "jst_month": month,
                    "direction": direction,
                    "bytes": None if gap else amount,
                    "coverage_pct": 0.0 if gap else 93.0 if month == "2026-03" else 99.8,
                }
            )
    return pd.DataFrame(rows, columns=["jst_month", "direction", "bytes", "coverage_pct"])


_HOLIDAYS = frozenset({date(2026, 10, 12), date(2026, 9, 21), date(2026, 9, 22), date(2026, 9, 23)})


def _day_weight(day: date) -> float:
    closed = day.weekday() >= 5 or day in _HOLIDAYS
    return 0.006 if closed else 0.045 * (1 + 0.1 * sin(day.day))


def _days(first: date, last: date) -> list[date]:
    every = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    return [day for day in every if FIRST <= day.isoformat()[:7] <= LAST]


def _traffic_day(first_date: date, last_date: date) -> pd.DataFrame:
    rows = []
    for day in _days(first_date, last_date):
        for direction in ("in", "out"):
            whole = sum(_bytes(body, f"{day:%Y-%m}", direction) for body in bodies())
            low = day.day == 14
            rows.append(
                {
                    "jst_date": day,
                    "direction": direction,
                    "bytes": int(whole * _day_weight(day) * (0.8 if low else 1)),
                    "expected": 9504,
                    "received": 8100 if low else 9504,
                    "coverage_pct": 85.2 if low else 100.0,
                    "is_open_day": day.weekday() < 5 and day not in _HOLIDAYS,
                }
            )
    columns = ["jst_date", "direction", "bytes", "expected", "received", "coverage_pct", "is_open_day"]
    return pd.DataFrame(rows, columns=columns)


def _tenant_traffic_day(first_date: date, last_date: date) -> pd.DataFrame:
    rows = []
    for body in bodies():
        for day in _days(first_date, last_date):
            for direction in ("in", "out"):
                gap = body["tenant_code"] == "244708" and day.day in (9, 10)
                amount = int(_bytes(body, f"{day:%Y-%m}", direction) * _day_weight(day))
                rows.append(
                    {
                        "jst_date": day,
                        "tenant_code": body["tenant_code"],
                        "direction": direction,
                        "bytes": None if gap else amount,
                        "max_bps": None if gap else amount / 3000,
                        "expected": 288,
                        "received": 0 if gap else 288,
                        "coverage_pct": 0.0 if gap else 100.0,
                        "is_open_day": day.weekday() < 5 and day not in _HOLIDAYS,
                    }
                )
    columns = [
        "jst_date",
        "tenant_code",
        "direction",
        "bytes",
        "max_bps",
        "expected",
        "received",
        "coverage_pct",
        "is_open_day",
    ]
    return pd.DataFrame(rows, columns=columns)


def _tenant_traffic_trend(from_month: str, to_month: str) -> pd.DataFrame:
    rows = [
        {
            "jst_month": month,
            "tenant_code": body["tenant_code"],
            "direction": direction,
            "bytes": _bytes(body, month, direction),
            "p95_bps": _p95(body, month, direction),
            "max_bps": _p95(body, month, direction) * 2.1,
            "coverage_pct": _coverage(str(body["tenant_code"]), month),
        }
        for body in bodies()
        for month in months(from_month, to_month)
        for direction in ("in", "out")
        if _has_data(str(body["tenant_code"]), month)
    ]
    columns = ["jst_month", "tenant_code", "direction", "bytes", "p95_bps", "max_bps", "coverage_pct"]
    return pd.DataFrame(rows, columns=columns)


def _tenant_route_month(month: str) -> pd.DataFrame:
    routes = (
        ("internet", "インターネット", 0.56),
        ("breakout", "ブレイクアウト", 0.4),
        ("web", "Web公開", 0.04),
    )
    rows = [
        {
            "tenant_code": body["tenant_code"],
            "route": route,
            "route_name": name,
            "direction": direction,
            "bytes": int(_bytes(body, month, direction) * share),
            "p95_bps": _p95(body, month, direction) * share,
            "max_bps": _p95(body, month, direction) * share * 2,
            "expected": 8928,
            "received": 8900,
            "coverage_pct": 99.7,
        }
        for body in bodies()
        for route, name, share in routes
        for direction in ("in", "out")
        if FIRST <= month <= LAST
    ]
    columns = [
        "tenant_code",
        "route",
        "route_name",
        "direction",
        "bytes",
        "p95_bps",
        "max_bps",
        "expected",
        "received",
        "coverage_pct",
    ]
    return pd.DataFrame(rows, columns=columns)


def _tenant_month(month: str, previous_month: str, last_year_month: str) -> pd.DataFrame:
    if not FIRST <= month <= LAST:
        return pd.DataFrame([_tenant_row(bodies()[0], LAST, LAST, LAST)]).iloc[0:0]
    return pd.DataFrame([_tenant_row(body, month, previous_month, last_year_month) for body in bodies()])


def _total(body: dict[str, Any], month: str) -> int | None:
    if not (FIRST <= month <= LAST and _has_data(str(body["tenant_code"]), month)):
        return None
    return _bytes(body, month, "in") + _bytes(body, month, "out")


def _tenant_row(body: dict[str, Any], month: str, previous_month: str, last_year_month: str) -> dict[str, Any]:
    code, users = str(body["tenant_code"]), int(body["users"])
    whole = sum(_total(other, month) or 0 for other in bodies())
    traffic, unknown = _total(body, month), code == "24A003"
    known = traffic is not None and not unknown
    tickets = users // 90
    in_time = max(tickets - (1 if code == "242012" else 0), 0)
    coverage = _coverage(code, month)
    return body | {
        "bytes_in": _bytes(body, month, "in") if known else None,
        "bytes_out": _bytes(body, month, "out") if known else None,
        "bytes_total": traffic if known else None,
        "share_pct": traffic / whole * 100 if known and traffic is not None else None,
        "p95_in_bps": _p95(body, month, "in") if known else None,
        "p95_out_bps": _p95(body, month, "out") if known else None,
        "max_in_bps": _p95(body, month, "in") * 2 if known else None,
        "max_out_bps": _p95(body, month, "out") * 2 if known else None,
        "expected": 8928,
        "received": int(89.28 * coverage) if known else 0,
        "coverage_pct": coverage if known else None,
        "previous_bytes_total": _total(body, previous_month),
        "last_year_bytes_total": _total(body, last_year_month),
        "bytes_per_user_day": traffic / users / 21 if known and traffic is not None else None,
        "tickets": tickets,
        "answers_due": tickets,
        "answers_in_time": in_time,
        "in_time_pct": in_time / tickets * 100 if tickets else None,
        "open_tickets": tickets // 5,
        "detections": None if unknown else users // 4,
        "serious": 2 if code == "242012" else 0,
    }


_JUDGED_LINES: dict[str, tuple[Any, ...]] = {
    # kpi, its name, judged value, judgement
    "internet": ("K10", "対確保帯域使用率", 74.31, "注意"),
    "breakout": ("K10", "対確保帯域使用率", 52.6, "目標未設定"),
    "cloud_active": ("K14", "クラウド接続回線使用率", 103.8, "未達"),
    "cloud_standby": (None, None, None, "データなし"),
    "web": ("K13", "Web公開アクセスの最大使用率", 49.36, "達成"),
}


def _line_month(month: str) -> pd.DataFrame:
    lines = (
        ("internet", "インターネット接続回線", "active", "主系", 1e9, 4e9, 743.1e6),
        ("breakout", "ブレイクアウト回線", "active", "主系", 1e9, 4e9, 526e6),
        ("cloud_active", "クラウド接続回線（主系）", "active", "主系", 1e9, 1e9, 1038e6),
        ("cloud_standby", "クラウド接続回線（待機系）", "standby", "待機系", None, 1e9, None),
        ("web", "Web公開アクセス回線", "access", "公開", 2e8, None, 61.7e6),
    )
    rows = []
    for order, (line, name, role, role_name, guaranteed, whole, p95) in enumerate(lines):
        for direction, direction_name, share in (("in", "受信", 1.0), ("out", "送信", 0.3)):
            rate = p95 * share if p95 else None
            pct = rate / guaranteed * 100 if rate and guaranteed else None
            kpi_id, kpi_name, judged_pct, judgement = _JUDGED_LINES[line]
            rows.append(
                {
                    "line_id": line,
                    "name": name,
                    "role": role,
                    "role_name": role_name,
                    "direction": direction,
                    "direction_name": direction_name,
                    "avg_bps": rate * 0.4 if rate else None,
                    "p95_bps": rate,
                    "max_bps": rate * 1.6 if rate else None,
                    "guaranteed_bps": guaranteed,
                    "total_bps": whole,
                    "p95_guaranteed_pct": pct,
                    "p95_total_pct": rate / whole * 100 if rate and whole else None,
                    "exceeded_minutes": 35 if line == "internet" and direction == "in" else 0 if rate else None,
                    "expected": 8928,
                    "received": 8800 if rate else 0,
                    "coverage_pct": 98.6 if rate else 0.0,
                    "kpi_id": kpi_id,
                    "kpi_name": kpi_name,
                    "judged_pct": judged_pct,
                    "judgement": judgement,
                    "sort_order": order,
                }
            )
    frame = pd.DataFrame(rows)
    return frame if FIRST <= month <= LAST else frame.iloc[0:0]


def _counts(from_month: str, to_month: str, whole: int, parts: Any) -> list[dict[str, Any]]:
    return [
        {"jst_month": month, "key": key, "label": label, "n": round(whole * _growth(month) * share)}
        for month in months(from_month, to_month)
        for key, label, share in parts
    ]


def _detection_trend(from_month: str, to_month: str) -> pd.DataFrame:
    frame = pd.DataFrame(_counts(from_month, to_month, 4600, _SEVERITIES), columns=["jst_month", "key", "label", "n"])
    quiet = (frame["jst_month"] == "2026-05") & (frame["key"] >= 2)
    early = frame["key"].isna() & (frame["jst_month"] < LAST)
    frame = frame[~quiet & ~early].rename(columns={"key": "severity", "label": "severity_name"})
    return frame.assign(blocked=(frame["n"] * 0.6).round())


def _ticket_trend(from_month: str, to_month: str) -> pd.DataFrame:
    frame = pd.DataFrame(_counts(from_month, to_month, 110, _KINDS), columns=["jst_month", "key", "label", "n"])
    return frame.rename(columns={"key": "ticket_kind", "label": "kind_name"})


def _calendar_months(from_month: str, to_month: str) -> pd.DataFrame:
    first, last = Period.parse(from_month), Period.parse(to_month)
    every = [str(first.shift(step)) for step in range(last.index - first.index + 1)]
    return pd.DataFrame([{"jst_month": month, "days": 30, "open_days": _OPEN_DAYS[month[5:]]} for month in every])


def _late_answers(first_date: date, last_date: date) -> pd.DataFrame:
    row = {
        "ticket_no": "R8-1043",
        "tenant_code": "242012",
        "tenant_name": "津市",
        "received_at": datetime(2026, 10, 7, 15, 2),
        "due_at": datetime(2026, 10, 8, 17, 15),
        "first_response_at": datetime(2026, 10, 9, 10, 30),
        "kind_name": "問合せ",
        "summary": "メールの添付ファイルが届かない",
    }
    frame = pd.DataFrame([row, row | {"ticket_no": "R8-1061", "tenant_code": "242101", "tenant_name": "鳥羽市"}])
    return frame if first_date <= date(2026, 10, 7) <= last_date else frame.iloc[0:0]


_TITLES = (
    "メールの添付ファイルが届かない",
    "URLフィルタの一時解除依頼（住民向け講座）",
    '=HYPERLINK("http://example.invalid","至急")',
    "Web会議の音声が途切れる",
    "ファイアウォールの通信許可追加",
    "不審メールの確認依頼",
    "端末入替えに伴うアドレス登録",
)


def _tenant_tickets(first_date: date, last_date: date) -> pd.DataFrame:
    rows = []
    for place, title in enumerate(_TITLES):
        received = datetime(2026, 10, 2, 9, 12) + timedelta(days=4 * place, minutes=37 * place)
        answered = None if place == 6 else received + timedelta(days=2 if place == 1 else 0, hours=3)
        rows.append(
            {
                "ticket_no": f"R8-10{place + 41}",
                "tenant_code": "242012",
                "received_at": received,
                "kind_name": _KINDS[place % 3][1],
                "channel_name": ("メール", "電話", "ポータル")[place % 3],
                "summary": title,
                "first_response_at": answered,
                "due_at": (received + timedelta(days=1)).replace(hour=17, minute=15),
                "completed_at": None if place > 4 else received + timedelta(days=3),
                "status_name": "受付" if place == 6 else "対応中" if place == 5 else "完了",
                "answer_judgement": "回答待ち" if place == 6 else "期限超過" if place == 1 else "期限内",
            }
        )
    frame = pd.DataFrame(rows)
    return frame if first_date <= date(2026, 10, 2) <= last_date else frame.iloc[0:0]


def _serious_events(first_date: date, last_date: date) -> pd.DataFrame:
    seen = datetime(2026, 10, 6, 10, 41)
    first = {
        "event_no": "S-202610-0007",
        "tenant_code": "242012",
        "tenant_name": "津市",
        "detected_at": seen,
        "judged_at": seen + timedelta(minutes=18),
        "notified_at": seen + timedelta(minutes=27),
        "blocked_at": seen + timedelta(minutes=31),
        "completed_at": seen + timedelta(days=1, hours=4),
        "severity": 3,
        "severity_name": "危険度3（Critical）",
        "function_name": "IDS/IPS",
        "signature": "ET TROJAN Emotet CnC Beacon",
        "direction_name": "内→外",
        "contact_means": "電話",
        "contact_minutes": 9.0,
        "within_15": True,
        "endpoint": "庁内端末 10.24.12.87",
        "finding": "庁内端末から指令サーバと見られる宛先への通信を検知し、遮断しました。",
        "recommended_check": "当該端末のプロセスとメール受信履歴を確認してください。",
        "recommended_action": "端末をネットワークから切り離し、ウイルス対策ソフトで全体検査を行ってください。",
    }
    second = first | {
        "event_no": "S-202610-0019",
        "detected_at": datetime(2026, 10, 21, 22, 5),
        "judged_at": datetime(2026, 10, 21, 22, 30),
        "notified_at": datetime(2026, 10, 21, 22, 52),
        "blocked_at": None,
        "completed_at": None,
        "severity": 2,
        "severity_name": "危険度2（High）",
        "function_name": "WAF",
        "signature": "SQL Injection Attempt",
        "direction_name": "外→内",
        "contact_minutes": 22.0,
        "within_15": False,
        "endpoint": None,
        "finding": "公開Webサーバへの攻撃とみられる要求が短時間に集中しました。",
    }
    frame = pd.DataFrame([first, second])
    return frame if first_date <= date(2026, 10, 6) <= last_date else frame.iloc[0:0]


def _time_events(first_date: date, last_date: date) -> pd.DataFrame:
    return pd.DataFrame({
        "first_date": [date(2026, 10, 14)], "last_date": [date(2026, 10, 14)], "kind_name": ["計画外停止"],
        "name": ["インターネット接続"],
    })


_KPI_COLUMNS = ["kpi_id", "kpi_no", "name", "grain", "entity", "entity_name", "unit", "decimals", "rounding",
                "direction", "value", "numerator", "denominator", "coverage_pct", "operator", "target", "judgement",
                "previous_value", "last_year_value"]


def _kpi_results(period: str, grain: str) -> pd.DataFrame:
    """No figures of bodies: the demo's warehouse has them."""
    return pd.DataFrame(columns=_KPI_COLUMNS)


def _peer_positions(period: str, tenant: str) -> pd.DataFrame:
    """Nothing: likewise."""
    return pd.DataFrame(columns=["kpi_id", "name", "unit", "decimals", "rounding", "peer_group", "group_name", "value",
                                 "bodies", "place", "first_quartile", "median", "third_quartile", "is_suppressed"])


def _reporting_periods() -> pd.DataFrame:
    return pd.DataFrame({"period_id": months(FIRST, LAST), "kind": "month"})


_QUERIES: dict[str, Callable[..., pd.DataFrame]] = {
    "tenants": _tenants,
    "kpi_summary": _kpi_summary,
    "traffic_trend": _traffic_trend,
    "traffic_day": _traffic_day,
    "tenant_month": _tenant_month,
    "tenant_route_month": _tenant_route_month,
    "tenant_traffic_day": _tenant_traffic_day,
    "tenant_traffic_trend": _tenant_traffic_trend,
    "line_month": _line_month,
    "detection_trend": _detection_trend,
    "ticket_trend": _ticket_trend,
    "calendar_months": _calendar_months,
    "late_answers": _late_answers,
    "tenant_tickets": _tenant_tickets,
    "serious_events": _serious_events,
    "time_events": _time_events,
    "kpi_results": _kpi_results,
    "reporting_periods": _reporting_periods,
    "peer_positions": _peer_positions,
}
