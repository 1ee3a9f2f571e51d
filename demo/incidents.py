"""Faults and stops of services: what broke, what was planned, and what both did to the service."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from demo import defects
from demo.rhythm import Rhythm
from demo.seeds import stream
from demo.world import World, slot_time

ALL_TENANTS = "全団体"
APPROVED = "計画停止（県承認済み）"
_STOP_CHANCE = 0.4
"""Full stops are rarer than other faults, short, and hit a few bodies: the traffic of all bodies goes on."""


@dataclass(frozen=True)
class Stop:
    """One row of the ledger of stops."""

    service: str
    kind: str
    start: datetime
    end: datetime
    cause: str
    affected: str = ALL_TENANTS
    exclusion: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Fault:
    """One row of the ledger of faults; ``stop_kind`` names the stop that it caused, if any."""

    title: str
    service: str
    occurred: datetime
    detected: datetime
    started: datetime
    eased: datetime | None
    restored: datetime
    cause: str
    boundary: str
    affected: str
    measure: str
    stop_kind: str = ""
    number: str = ""


@dataclass(frozen=True)
class _Pattern:
    title: str
    service: str
    cause: str
    boundary: str
    stop_kind: str
    measure: str


# fmt: off
_PATTERNS = (
    _Pattern("プロキシサーバの応答遅延", "proxy", "容量不足", "範囲内", "縮退",
             "接続数の上限を見直し、監視を追加する"),
    _Pattern("プロキシサーバのプロセス停止", "proxy", "ソフトウェア不具合", "範囲内", "計画外停止",
             "修正版を適用する"),
    _Pattern("メール配送の遅延", "mail_relay", "容量不足", "範囲内", "縮退",
             "配送待ちの監視閾値を見直す"),
    _Pattern("メールリレーサーバのディスク障害", "mail_relay", "機器故障", "範囲内", "計画外停止",
             "部品を交換し、予備品を追加する"),
    _Pattern("外部DNSの応答不良", "external_dns", "設定誤り", "範囲内", "計画外停止",
             "登録前の検査手順を追加する"),
    _Pattern("URLフィルタ定義の配信失敗", "url_filter", "ソフトウェア不具合", "範囲内", "",
             "配信結果の確認を自動化する"),
    _Pattern("WAFの誤検知による公開サイトの表示不良", "waf", "設定誤り", "範囲内", "縮退",
             "規則の変更前に検知のみで試行する"),
    _Pattern("振る舞い検知の処理滞留", "sandbox", "容量不足", "範囲内", "",
             "検査対象の優先順位を見直す"),
    _Pattern("IDS/IPS装置の電源ユニット故障", "ids_ips", "機器故障", "範囲内", "",
             "電源ユニットを交換する"),
    _Pattern("CDNの一部拠点の応答遅延", "cdn", "外部サービス", "範囲内", "縮退",
             "事業者の再発防止策を確認する"),
    _Pattern("団体内ネットワーク機器の故障による通信断", "firewall", "団体側設備", "範囲外", "",
             "団体へ機器の更新を助言する"),
    _Pattern("三重県情報ネットワークの区間障害", "firewall", "回線事業者", "範囲外", "",
             "関係事業者の対策を確認する"),
    _Pattern("公開Webサーバへのアクセス集中", "web_server", "外部要因", "範囲内", "縮退",
             "CDNの対象を拡大する"),
)
# fmt: on
_PLANNED = (
    ("firewall", "ファームウェア更新"),
    ("proxy", "セキュリティパッチの適用"),
    ("mail_relay", "メールリレーサーバの更新"),
    ("external_dns", "DNSソフトウェアの更新"),
    ("ids_ips", "検知エンジンの更新"),
    ("waf", "WAF規則基盤の更新"),
    ("web_server", "公開Webサーバの証明書更新"),
    ("sandbox", "隔離環境の更新"),
)


def month_faults(world: World, rhythm: Rhythm, seed: int) -> list[Fault]:
    """One to four faults by chance, and the great events of the month, in order of time."""
    random = stream(seed, "faults", rhythm.month.first_month)
    chances = np.array([_STOP_CHANCE if pattern.stop_kind == "計画外停止" else 1.0 for pattern in _PATTERNS])
    picked = random.choice(
        len(_PATTERNS), int(random.integers(1, 5)), replace=False, p=chances / chances.sum()
    )
    faults = [_chance_fault(world, rhythm, _PATTERNS[place], random) for place in picked]
    faults += [
        fault for fault in _great_faults() if fault.occurred.date().replace(day=1) == rhythm.month.start
    ]
    faults.sort(key=lambda fault: fault.occurred)
    number = f"SG-{rhythm.month.start:%Y%m}"
    return [replace(fault, number=f"{number}-{place:02d}") for place, fault in enumerate(faults, 1)]


def month_stops(world: World, rhythm: Rhythm, faults: list[Fault], seed: int) -> list[Stop]:
    """Planned stops at night or on closed days, and what the faults stopped, in order of time."""
    random = stream(seed, "stops", rhythm.month.first_month)
    stops = [_planned_stop(world, rhythm, random) for _ in range(int(random.integers(1, 3)))]
    stops += [
        Stop(
            fault.service,
            fault.stop_kind,
            fault.occurred,
            fault.eased or fault.restored,
            f"{fault.title}（{fault.cause}）",
            fault.affected,
            remark=f"障害番号 {fault.number}",
        )
        for fault in faults
        if fault.stop_kind
    ]
    stops += [stop for stop in _great_stops() if stop.start.date().replace(day=1) == rhythm.month.start]
    return sorted(stops, key=lambda stop: (stop.start, stop.service))


def _chance_fault(world: World, rhythm: Rhythm, pattern: _Pattern, random: np.random.Generator) -> Fault:
    stopped = pattern.stop_kind == "計画外停止"
    weights = 0.08 + rhythm.office[:-288]
    slot = int(np.searchsorted(np.cumsum(weights), random.random() * weights.sum()))
    occurred = slot_time(rhythm.month.start, slot) + timedelta(minutes=int(random.integers(0, 5)))
    detected = occurred + timedelta(minutes=int(random.integers(1, 9)))
    started = detected + timedelta(minutes=int(random.integers(2, 16)))
    eased = started + timedelta(minutes=int(random.integers(3, 16) if stopped else random.integers(8, 75)))
    restored = eased + timedelta(minutes=int(np.exp(random.normal(4.6, 1.0))))
    members = [tenant.name for tenant in world.tenants if tenant.valid_from <= occurred.date()]
    count = min(len(members), int(random.integers(1, 4)))
    chosen = [members[place] for place in sorted(random.choice(len(members), count, replace=False))]
    local = stopped or pattern.boundary == "範囲外" or random.random() < 0.4
    return Fault(
        title=pattern.title,
        service=pattern.service,
        occurred=occurred,
        detected=detected,
        started=started,
        eased=eased if pattern.stop_kind or random.random() < 0.6 else None,
        restored=restored,
        cause=pattern.cause,
        boundary=pattern.boundary,
        affected="、".join(chosen) if local else ALL_TENANTS,
        measure=pattern.measure,
        stop_kind=pattern.stop_kind,
    )


def _great_faults() -> list[Fault]:
    cut, switch, minute = defects.OUTAGE, defects.FAILOVER, timedelta(minutes=1)
    return [
        Fault(
            title="インターネット接続回線の断",
            service="proxy",
            occurred=cut.start,
            detected=cut.start + 2 * minute,
            started=cut.start + 6 * minute,
            eased=cut.end,
            restored=cut.end + 220 * minute,
            cause="回線事業者",
            boundary="範囲内",
            affected=ALL_TENANTS,
            measure="回線経路の二重化の点検と切替手順の見直し",
            stop_kind="計画外停止",
        ),
        Fault(
            title="クラウド接続回線（Active）の断による系切替",
            service="firewall",
            occurred=switch.start,
            detected=switch.start + minute,
            started=switch.start + 3 * minute,
            eased=switch.start + 5 * minute,
            restored=switch.end,
            cause="回線事業者",
            boundary="範囲内",
            affected=ALL_TENANTS,
            measure="切替後の通信確認の項目を追加する",
        ),
    ]


def _great_stops() -> list[Stop]:
    cut, switch, restart, minute = (
        defects.OUTAGE,
        defects.FAILOVER,
        defects.COUNTER_RESTART,
        timedelta(minutes=1),
    )
    also_cut = [
        Stop(service, "計画外停止", cut.start, cut.end, "インターネット接続回線の断（回線事業者）")
        for service in ("mail_relay", "web_server")
    ]
    switched = Stop(
        "firewall",
        "系切替",
        switch.start,
        switch.start + 2 * minute,
        "クラウド接続回線のActiveからStandbyへの切替",
        remark=f"切戻し {switch.end:%Y/%m/%d %H:%M}",
    )
    updated = Stop(
        "firewall",
        "計画停止",
        restart - 10 * minute,
        restart + 20 * minute,
        "NW機器（SC）1号機のファームウェア更新",
        exclusion=APPROVED,
    )
    return [*also_cut, switched, updated]


def _planned_stop(world: World, rhythm: Rhythm, random: np.random.Generator) -> Stop:
    service, work = _PLANNED[int(random.integers(0, len(_PLANNED)))]
    day = rhythm.month.start + timedelta(days=int(random.integers(0, rhythm.days - 1)))
    hour = int(random.integers(21, 23)) if world.is_open(day) else int(random.integers(1, 5))
    start = datetime(day.year, day.month, day.day, hour, int(random.choice([0, 30])))
    length = timedelta(minutes=int(random.choice([20, 30, 45, 60, 90])))
    return Stop(service, "計画停止", start, start + length, work, exclusion=APPROVED)
