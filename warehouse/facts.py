"""The fact tables of the lake: what one row is, its columns, its key, and what a reload replaces.

Times are naive UTC.  Every row also carries ``jst_date``, ``jst_month``, ``jst_minute_of_week`` (computed when it
lands) and its provenance ``feed`` and ``load_id``; which of two loads wins is told by :mod:`warehouse.superseding`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

ColumnType = Literal["text", "timestamp", "integer", "decimal", "boolean"]
Replaces = Literal["span", "key"]

SQL_TYPES: dict[ColumnType, str] = {
    "text": "VARCHAR",
    "timestamp": "TIMESTAMP",
    "integer": "BIGINT",
    "decimal": "DECIMAL(18,6)",
    "boolean": "BOOLEAN",
}


UNATTRIBUTED = "unattributed"
"""Column of facts whose rows may be kept under an unknown key: what the file said instead, as ``列=値``."""


@dataclass(frozen=True)
class Column:
    """One column of a fact table; ``minimum``/``maximum`` bound numbers, ``allowed`` lists codes.

    ``dimension`` says whose code the column holds; with ``many`` it holds several, joined by commas (``*`` = all).
    ``excused_by`` names the column that, being false, says why a required value is absent.
    """

    name: str
    type: ColumnType
    title: str
    required: bool = False
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    dimension: str = ""
    allowed: tuple[str, ...] = ()
    many: bool = False
    excused_by: str = ""


@dataclass(frozen=True)
class FactTable:
    """``grain`` is the end of the sentence "one row per …".

    ``replaces`` says which older rows a later load supersedes: ``span`` = same feed, entity and JST day, between the
    first and the last time that the later load has for them; ``key`` = same key columns.
    ``interval_seconds`` is set for regular samples only.
    ``ordered`` lists pairs of times whose first may not be later than its second.
    ``planned`` is set where the time may lie ahead.
    """

    name: str
    title: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    entity: str
    time: str
    replaces: Replaces
    interval_seconds: int | None = None
    ordered: tuple[tuple[str, str], ...] = ()
    planned: bool = False

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when the table has none."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def replace_columns(self) -> tuple[str, ...]:
        """Columns that identify what a later load supersedes (for ``span`` together with its times)."""
        return ("feed", self.entity, "jst_date") if self.replaces == "span" else self.key


TICKET_STATES = ("received", "working", "answered", "completed")
_DIRECTION = Column("direction", "text", "方向", required=True, allowed=("in", "out"))
_TENANT = Column("tenant_code", "text", "団体コード", required=True, dimension="tenant")
_UNATTRIBUTED = Column(UNATTRIBUTED, "text", "引けなかった元の表記")


def _text(name: str, title: str, *, required: bool = False, dimension: str = "") -> Column:
    return Column(name, "text", title, required=required, dimension=dimension)


def _time(name: str, title: str, *, required: bool = False) -> Column:
    return Column(name, "timestamp", title, required=required)


FACT_TABLES: dict[str, FactTable] = {
    table.name: table
    for table in (
        FactTable(
            "tenant_traffic",
            "接続団体別通信量",
            "tenant, route, direction and 5 minutes",
            (
                _time("ts", "時刻", required=True),
                _TENANT,
                _text("route", "経路", required=True, dimension="route"),
                _DIRECTION,
                Column("bytes", "integer", "通信量", required=True, unit="byte", minimum=0),
                Column("sessions", "integer", "セッション数", unit="セッション", minimum=0),
            ),
            key=("tenant_code", "route", "direction", "ts"),
            entity="tenant_code",
            time="ts",
            replaces="span",
            interval_seconds=300,
        ),
        FactTable(
            "line_sample",
            "回線トラフィック",
            "line, direction and 5 minutes",
            (
                _time("ts", "時刻", required=True),
                _text("line_id", "回線", required=True, dimension="line"),
                _DIRECTION,
                Column("avg_bps", "integer", "平均", required=True, unit="bit/s", minimum=0, excused_by="available"),
                Column("max_bps", "integer", "最大", unit="bit/s", minimum=0),
                Column("available", "boolean", "取得可否"),
            ),
            key=("line_id", "direction", "ts"),
            entity="line_id",
            time="ts",
            replaces="span",
            interval_seconds=300,
        ),
        FactTable(
            "device_sample",
            "機器負荷",
            "device, metric and 5 minutes",
            (
                _time("ts", "時刻", required=True),
                _text("device_id", "機器", required=True, dimension="device"),
                _text("metric", "項目", required=True),
                Column("value", "decimal", "値", required=True, minimum=0),
            ),
            key=("device_id", "metric", "ts"),
            entity="device_id",
            time="ts",
            replaces="span",
            interval_seconds=300,
        ),
        FactTable(
            "service_outage",
            "サービス停止",
            "outage of a service",
            (
                _text("service_id", "サービス", required=True, dimension="service"),
                Column("outage_kind", "text", "区分", required=True,
                       allowed=("planned", "unplanned", "degraded", "switchover")),
                _time("started_at", "停止開始", required=True),
                _time("ended_at", "復旧"),
                Column("affected", "text", "影響団体", dimension="tenant", many=True),
                _text("cause", "原因"),
                _text("exclusion", "除外事由"),
                _UNATTRIBUTED,
            ),
            key=("service_id", "outage_kind", "started_at"),
            entity="service_id",
            time="started_at",
            replaces="key",
            ordered=(("started_at", "ended_at"),),
        ),
        FactTable(
            "ticket",
            "問合せ・依頼",
            "ticket of the help desk",
            (
                _text("ticket_no", "管理番号", required=True),
                _TENANT,
                _text("channel", "受付経路", required=True, dimension="ticket_channel"),
                _text("ticket_kind", "区分", required=True, dimension="ticket_kind"),
                _time("received_at", "受付日時", required=True),
                _time("first_response_at", "一次回答日時"),
                _time("completed_at", "完了日時"),
                Column("status", "text", "状態", required=True, allowed=TICKET_STATES),
                Column("reopen_count", "integer", "再オープン回数", unit="回", minimum=0),
                Column("update_count", "integer", "更新回数", unit="回", minimum=0),
                _text("summary", "件名"),
                _UNATTRIBUTED,
            ),
            key=("ticket_no",),
            entity="tenant_code",
            time="received_at",
            replaces="key",
            ordered=(("received_at", "first_response_at"), ("received_at", "completed_at")),
        ),
        FactTable(
            "ticket_event",
            "問合せ・依頼の更新",
            "update of a ticket",
            (
                _text("ticket_no", "管理番号", required=True),
                Column("update_no", "integer", "更新連番", required=True, minimum=0),
                _time("updated_at", "更新日時", required=True),
                _TENANT,
                Column("status", "text", "更新後の状態", required=True, allowed=TICKET_STATES),
                _text("action", "操作"),
                _text("assigned_to", "担当部署"),
                _UNATTRIBUTED,
            ),
            key=("ticket_no", "update_no"),
            entity="tenant_code",
            time="updated_at",
            replaces="key",
        ),
        FactTable(
            "change_request",
            "設定変更",
            "change request",
            (
                _text("request_no", "受付番号", required=True),
                _TENANT,
                _text("change_kind", "変更区分", required=True, dimension="change_kind"),
                Column("minor", "boolean", "軽微", required=True),
                _time("received_at", "受付日", required=True),
                _time("approved_at", "県承認日時"),
                _time("executed_at", "実施日時"),
                _time("completed_at", "完了日時"),
                _text("device", "対象機器"),
                _time("backup_at", "バックアップ日時"),
                Column("backup_generations", "integer", "バックアップ世代数", unit="世代", minimum=0),
                _text("status", "状態"),
                _UNATTRIBUTED,
            ),
            key=("request_no",),
            entity="tenant_code",
            time="received_at",
            replaces="key",
            ordered=(("received_at", "executed_at"), ("executed_at", "completed_at")),
        ),
        FactTable(
            "fault",
            "障害",
            "fault",
            (
                _text("fault_no", "障害番号", required=True),
                _text("title", "件名", required=True),
                _text("service_id", "サービス", required=True, dimension="service"),
                _time("occurred_at", "発生日時"),
                _time("detected_at", "検知日時", required=True),
                _time("started_at", "着手日時"),
                _time("temporary_restored_at", "暫定復旧日時"),
                _time("restored_at", "完全復旧日時"),
                _text("cause_kind", "原因区分"),
                Column("boundary", "text", "責任分界", required=True, allowed=("inside", "outside")),
                Column("affected", "text", "影響団体", dimension="tenant", many=True),
                Column("affected_users", "integer", "影響利用者数", unit="人", minimum=0),
                _text("measures", "再発防止策"),
                Column("status", "text", "状態", required=True, allowed=("open", "restored", "completed")),
                _UNATTRIBUTED,
            ),
            key=("fault_no",),
            entity="service_id",
            time="detected_at",
            replaces="key",
            ordered=(("occurred_at", "detected_at"), ("detected_at", "started_at"), ("detected_at", "restored_at")),
        ),
        FactTable(
            "detection",
            "センサー検知",
            "alert of a sensor (before the SOC's judgement)",
            (
                _text("event_id", "イベントID", required=True),
                _time("detected_at", "検知時刻", required=True),
                _TENANT,
                _text("function", "検知機能", required=True, dimension="function"),
                _text("signature_id", "シグネチャID"),
                _text("signature", "シグネチャ", required=True),
                _text("category", "分類"),
                Column("direction", "text", "方向", allowed=("in", "out")),
                _text("src_ip", "送信元IP"),
                _text("dst_ip", "宛先IP"),
                _text("protocol", "プロトコル"),
                Column("signature_severity", "integer", "シグネチャ優先度", minimum=0, maximum=255),
                Column("blocked", "boolean", "遮断"),
                _UNATTRIBUTED,
            ),
            key=("event_id", "detected_at"),
            entity="tenant_code",
            time="detected_at",
            replaces="key",
        ),
        FactTable(
            "judgement",
            "SOC判定",
            "security event judged by the SOC",
            (
                _text("event_no", "判定番号", required=True),
                _text("sensor_event_id", "センサーイベントID"),
                _time("detected_at", "検知時刻", required=True),
                _time("judged_at", "判断時刻", required=True),
                _time("notified_at", "緊急連絡時刻"),
                _text("contact_means", "連絡手段"),
                _time("blocked_at", "遮断時刻"),
                _time("completed_at", "対応完了時刻"),
                _TENANT,
                _text("function", "検知機能", required=True, dimension="function"),
                _text("signature_id", "シグネチャID"),
                _text("signature", "シグネチャ", required=True),
                Column("direction", "text", "方向", allowed=("in", "out")),
                _text("src_ip", "送信元IP"),
                _text("dst_ip", "宛先IP"),
                _text("src_country", "送信元国"),
                Column("severity", "integer", "危険度", required=True, dimension="severity"),
                Column("blocked", "boolean", "遮断"),
                Column("attack_result", "text", "攻撃の成否", allowed=("succeeded", "failed", "unconfirmed")),
                _text("endpoint", "端末"),
                _text("status", "対応状況"),
                _text("finding", "検知内容"),
                _text("recommended_check", "推奨確認方法"),
                _text("recommended_action", "推奨対処方法"),
                _UNATTRIBUTED,
            ),
            key=("event_no",),
            entity="tenant_code",
            time="detected_at",
            replaces="key",
            ordered=(("detected_at", "judged_at"), ("judged_at", "notified_at")),
        ),
        FactTable(
            "soc_total",
            "SOC全体値",
            "month and severity, over all customers of the SOC",
            (
                _time("month_start", "年月", required=True),
                Column("severity", "integer", "危険度", required=True, dimension="severity"),
                Column("n", "integer", "件数", required=True, unit="件", minimum=0),
            ),
            key=("month_start", "severity"),
            entity="severity",
            time="month_start",
            replaces="key",
        ),
        FactTable(
            "licence_usage",
            "利用数",
            "month end and kind of licence",
            (
                _time("month_start", "年月", required=True),
                _text("kind", "種別", required=True, dimension="licence"),
                Column("used", "integer", "利用数", required=True, minimum=0),
            ),
            key=("month_start", "kind"),
            entity="kind",
            time="month_start",
            replaces="key",
        ),
        FactTable(
            "patch",
            "脆弱性・パッチ",
            "vulnerability and device that it concerns",
            (
                _text("patch_id", "識別子", required=True),
                _text("device_id", "対象機器", required=True, dimension="device"),
                _time("published_at", "公開日", required=True),
                _text("title", "件名"),
                Column("impact", "text", "影響", required=True, allowed=("critical", "high", "medium", "low", "none")),
                _time("planned_at", "適用予定日"),
                _time("applied_at", "適用日"),
                Column("time_band", "text", "適用時間帯", allowed=("office_hours", "after_hours", "closed_day")),
                Column("status", "text", "状態", required=True, allowed=("open", "planned", "applied", "not_needed")),
                _text("reason", "見送り理由"),
            ),
            key=("patch_id", "device_id"),
            entity="device_id",
            time="published_at",
            replaces="key",
            ordered=(("published_at", "applied_at"),),
        ),
        FactTable(
            "calendar_event",
            "行事",
            "briefing, training, drill or report handed in",
            (
                _text("event_no", "行事番号", required=True),
                _text("event_kind", "種別", required=True, dimension="event_kind"),
                _text("title", "件名", required=True),
                _time("starts_at", "開催日時", required=True),
                _time("ends_at", "終了日時"),
                _text("place", "会場・方法"),
                Column("attendees", "text", "出席団体", dimension="tenant", many=True),
                Column("participants", "integer", "参加者数", unit="人", minimum=0),
                _time("minutes_at", "議事録提出日"),
                Column("status", "text", "状態", required=True, allowed=("planned", "held", "cancelled")),
                _text("summary", "概要"),
                _UNATTRIBUTED,
            ),
            key=("event_no",),
            entity="event_kind",
            time="starts_at",
            replaces="key",
            planned=True,
            ordered=(("starts_at", "ends_at"), ("starts_at", "minutes_at")),
        ),
    )
}
