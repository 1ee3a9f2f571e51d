"""The deployment's own facts from ``config/*.csv``: read, typed, checked, ready for the ``dim_*`` tables.

Every row carries ``valid_from`` (inclusive) and ``valid_to`` (inclusive, empty = still valid), so that a report of
January uses January's members, lines and targets.
"""

from __future__ import annotations

import csv
import hashlib
import io
import ipaddress
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from warehouse.errors import ConfigError

FieldType = Literal["text", "integer", "decimal", "boolean", "date", "month_day", "prefix"]
Value = str | int | float | bool | date | None
Row = dict[str, Value]

FIELD_SQL: dict[FieldType, str] = {
    "text": "VARCHAR", "integer": "BIGINT", "decimal": "DECIMAL(18,4)", "boolean": "BOOLEAN", "date": "DATE",
    "month_day": "VARCHAR", "prefix": "VARCHAR",
}
FOREVER = date(9999, 12, 31)


@dataclass(frozen=True)
class Field:
    name: str
    type: FieldType = "text"
    required: bool = True
    references: str = ""


@dataclass(frozen=True)
class Dimension:
    """One configuration file and the ``dim_<name>`` table it becomes; ``grain`` ends "one row per …"."""

    name: str
    file: str
    title: str
    grain: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    validity: bool = True

    @property
    def all_fields(self) -> tuple[Field, ...]:
        if not self.validity:
            return self.fields
        return (*self.fields, Field("valid_from", "date"), Field("valid_to", "date", required=False))


def _number(name: str, *, required: bool = True) -> Field:
    return Field(name, "integer", required)


_NAME, _ORDER = Field("name"), _number("sort_order")
_CLAUSE = Field("clause", required=False)

DIMENSIONS: tuple[Dimension, ...] = (
    Dimension("tenant", "tenants.csv", "接続団体", "connected body and validity period",
              (Field("tenant_code"), _NAME, Field("kind"), _number("users"), _number("terminals"),
               _number("population", required=False), _number("cap_bps", required=False), _ORDER), ("tenant_code",)),
    Dimension("route", "routes.csv", "経路", "route of tenant traffic",
              (Field("route"), _NAME, _ORDER), ("route",)),
    Dimension("line_group", "line_groups.csv", "回線群", "group of lines that share one capacity",
              (Field("group_id"), _NAME, _number("total_bps"), _ORDER, _CLAUSE), ("group_id",)),
    Dimension("line", "lines.csv", "回線", "line",
              (Field("line_id"), _NAME, Field("role"), Field("group_id", required=False, references="line_group"),
               _number("guaranteed_bps", required=False), _number("total_bps", required=False),
               _ORDER, _CLAUSE), ("line_id",)),
    Dimension("service", "services.csv", "サービス", "service of the specification",
              (Field("service_id"), _NAME, _ORDER, _CLAUSE), ("service_id",)),
    Dimension("device", "devices.csv", "機器", "device",
              (Field("device_id"), _NAME, Field("kind"), Field("service_id", required=False, references="service"),
               _ORDER), ("device_id",)),
    Dimension("device_metric", "device_metrics.csv", "機器の監視項目", "device and metric",
              (Field("device_id", references="device"), Field("metric"), _NAME, Field("unit"),
               Field("design_limit", "decimal", False), _ORDER), ("device_id", "metric")),
    Dimension("severity", "severities.csv", "危険度", "severity level",
              (_number("severity"), Field("code_name"), _NAME, Field("serious", "boolean"),
               Field("block_required", "boolean"), Field("definition"),
               _ORDER), ("severity",)),
    Dimension("ticket_kind", "ticket_kinds.csv", "問合せ区分", "kind of ticket",
              (Field("ticket_kind"), _NAME, _ORDER), ("ticket_kind",)),
    Dimension("ticket_channel", "ticket_channels.csv", "受付経路", "channel of tickets",
              (Field("channel"), _NAME, _ORDER), ("channel",)),
    Dimension("change_kind", "change_kinds.csv", "設定変更区分", "kind of change request",
              (Field("change_kind"), _NAME, _ORDER, _CLAUSE), ("change_kind",)),
    Dimension("function", "functions.csv", "検知機能", "security function",
              (Field("function"), _NAME, Field("filtering", "boolean"), _ORDER), ("function",)),
    Dimension("licence", "licences.csv", "ライセンス", "kind of licensed capacity",
              (Field("kind"), _NAME, _number("capacity"), Field("unit"), _CLAUSE, _ORDER), ("kind",)),
    Dimension("target", "targets.csv", "目標値", "KPI, grain or entity it is for, and validity period",
              (Field("kpi_id"), Field("grain", required=False), Field("entity", required=False), Field("operator"),
               Field("target", "decimal", False), Field("caution", "decimal", False), _CLAUSE,
               Field("reason", required=False)), ("kpi_id", "grain", "entity")),
    Dimension("obligation", "obligations.csv", "報告義務", "duty to report, to brief, to train or to drill",
              (Field("obligation_id"), _NAME, Field("event_kind", references="event_kind"),
               Field("title_pattern", required=False), Field("every"), Field("each_tenant", "boolean"),
               _number("required"), _number("maximum", required=False), _ORDER, _CLAUSE), ("obligation_id",)),
    Dimension("size_band", "size_bands.csv", "規模区分", "band of bodies of like size",
              (Field("band_id"), _NAME, _number("min_users"), _number("max_users", required=False), _ORDER),
              ("band_id",)),
    Dimension("event_kind", "event_kinds.csv", "行事の種別", "kind of calendar event",
              (Field("event_kind"), _NAME, _ORDER, _CLAUSE), ("event_kind",)),
    Dimension("noted_event", "noted_events.csv", "注記する事象", "event that time axes are annotated with, its days",
              (Field("event_id"), _NAME, Field("kind"), Field("source", required=False)), ("event_id",)),
    Dimension("contract", "contracts.csv", "契約", "contract, valid while it runs",
              (Field("contract_id"), _NAME, Field("contractor"), _ORDER), ("contract_id",)),
    Dimension("address_range", "address_ranges.csv", "アドレス範囲", "address prefix of a tenant",
              (Field("prefix", "prefix"), Field("tenant_code", references="tenant")), ("prefix",)),
    Dimension("device_address", "device_addresses.csv", "機器のアドレス", "address prefix of a device",
              (Field("prefix", "prefix"), Field("device_id", references="device")), ("prefix",)),
    Dimension("alias", "aliases.csv", "別名", "name variant that files use",
              (Field("dimension"), Field("alias"), Field("code")), ("dimension", "alias"), validity=False),
    Dimension("holiday", "holidays.csv", "国民の祝日", "national holiday",
              (Field("date", "date"), _NAME), ("date",), validity=False),
    Dimension("closed_day", "closed_days.csv", "毎年の閉庁日", "yearly run of closed days",
              (Field("month_day_from", "month_day"), Field("month_day_to", "month_day"), _NAME,
               Field("source", required=False)),
              ("month_day_from",), validity=False),
    Dimension("budget_request", "budget_requests.csv", "予算要求の締切", "yearly deadline for the next year's budget",
              (Field("month_day", "month_day"), _NAME, Field("source", required=False)), ("month_day",),
              validity=False),
    Dimension("extra_closed_day", "extra_closed_days.csv", "臨時の閉庁日", "extra closed day",
              (Field("date", "date"), _NAME, Field("source", required=False)), ("date",), validity=False),
)

_NO_NUMBERS = {"retention.toml", "watch.toml"}
_CODES = {
    ("tenant", "kind"): {"prefecture", "city", "town", "union"},
    ("line", "role"): {"active", "standby", "access"},
    ("target", "operator"): {">=", "<="},
    ("noted_event", "kind"): {"disaster", "update", "work", "other"},
    ("obligation", "every"): {"month", "quarter", "half", "year"},
}


def read_dimension(config: Path, dimension: Dimension) -> list[Row]:
    """Rows of one configuration file, typed and checked; raises :class:`ConfigError` naming file, line and value."""
    path = config / dimension.file
    if not path.is_file():
        raise ConfigError("設定ファイルがありません", f"{path} が見つかりません（{dimension.title}の定義）。",
                          "設定フォルダ（MIHARASHI_CONFIG）を確かめ、ファイルを置いてください。")
    rows = list(_typed_rows(path, dimension))
    if dimension.validity:
        _check_validity(path, dimension, rows)
    else:
        _check_unique(path, dimension, rows)
    return rows


def read_all(config: Path) -> dict[str, list[Row]]:
    """Every dimension by name; references between files are checked too."""
    tables = {dimension.name: read_dimension(config, dimension) for dimension in DIMENSIONS}
    for dimension in DIMENSIONS:
        _check_references(config, dimension, tables)
    _check_aliases(config, tables)
    return tables


def config_hash(config: Path) -> str:
    """SHA-256 over names and bytes of everything under the configuration folder that shapes the numbers."""
    digest = hashlib.sha256()
    paths = (path for path in config.rglob("*") if path.suffix in {".csv", ".toml"} and path.name not in _NO_NUMBERS)
    for path in sorted(paths):
        digest.update(path.relative_to(config).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[:error.start].count(b"\n") + 1
        raise _wrong(path, line, "UTF-8で読めません", "CSV UTF-8（コンマ区切り）の形式で保存し直してください") from None


def _typed_rows(path: Path, dimension: Dimension) -> Iterator[Row]:
    with io.StringIO(_text(path), newline="") as stream:
        reader = csv.DictReader(stream)
        header = reader.fieldnames or []
        expected = [field.name for field in dimension.all_fields]
        if sorted(header) != sorted(expected):
            raise _wrong(path, 1, ",".join(header), f"列は {', '.join(expected)} の{len(expected)}個です")
        for raw in reader:
            if None in raw or None in raw.values():
                raise _wrong(path, reader.line_num, "列の数が見出しと違います", f"{len(expected)}列にしてください")
            yield {f.name: _typed(path, reader.line_num, dimension, f, raw[f.name]) for f in dimension.all_fields}


def _typed(path: Path, line: int, dimension: Dimension, field: Field, text: str | None) -> Value:
    text = (text or "").strip()
    if not text:
        if field.required:
            raise _wrong(path, line, f"{field.name} が空欄", "この列は必須です")
        return None
    allowed = _CODES.get((dimension.name, field.name))
    if allowed and text not in allowed:
        raise _wrong(path, line, f"{field.name}={text}", f"使える値は {', '.join(sorted(allowed))} です")
    try:
        return _convert(field.type, text)
    except ValueError:
        wanted = {"integer": "整数", "decimal": "数値", "boolean": "true または false", "date": "2026-04-01 の形の日付",
                  "month_day": "12-29 の形の月日", "prefix": "10.1.0.0/16 の形のアドレス範囲"}
        raise _wrong(path, line, f"{field.name}={text}", f"{wanted[field.type]}で書いてください") from None


def _convert(kind: FieldType, text: str) -> Value:
    if kind == "integer":
        return int(text)
    if kind == "decimal":
        return _finite(text)
    if kind == "date":
        return date.fromisoformat(text)
    if kind == "boolean":
        return _boolean(text)
    if kind == "month_day":
        return f"{datetime.strptime(f'2024-{text}', '%Y-%m-%d'):%m-%d}"
    if kind == "prefix":
        return str(ipaddress.ip_network(text))
    return text


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _boolean(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError(text)
    return text == "true"


def _check_validity(path: Path, dimension: Dimension, rows: list[Row]) -> None:
    periods: dict[tuple[Value, ...], list[tuple[date, date]]] = defaultdict(list)
    for row in rows:
        valid = Validity.of(row)
        if valid.end < valid.start:
            raise _wrong(path, None, f"{_key_text(dimension, row)} {valid.start}〜{valid.end}",
                         "終了日が開始日より前です")
        periods[tuple(row[name] for name in dimension.key)].append((valid.start, valid.end))
    for key, spans in periods.items():
        spans.sort()
        for (_, end), (start, _) in zip(spans, spans[1:], strict=False):
            name = "・".join(str(part) for part in key)
            if start <= end:
                raise _wrong(path, None, f"{name} の有効期間が {start} に重なっています", "期間を重ねないでください")
            if start > end + timedelta(days=1):
                raise _wrong(path, None, f"{name} の有効期間が {end} から {start} まで途切れています",
                             "前の期間の valid_to の翌日を次の期間の valid_from にしてください")


def _check_unique(path: Path, dimension: Dimension, rows: list[Row]) -> None:
    seen: set[tuple[Value, ...]] = set()
    for row in rows:
        key = tuple(row[name] for name in dimension.key)
        if key in seen:
            raise _wrong(path, None, _key_text(dimension, row), "同じ項目が二度書かれています。一つにしてください")
        seen.add(key)


def _check_references(config: Path, dimension: Dimension, tables: dict[str, list[Row]]) -> None:
    for field in dimension.fields:
        if not field.references:
            continue
        target = next(d for d in DIMENSIONS if d.name == field.references)
        known = {row[target.key[0]] for row in tables[target.name]}
        for row in tables[dimension.name]:
            if row[field.name] is not None and row[field.name] not in known:
                raise _wrong(config / dimension.file, None, f"{field.name}={row[field.name]}",
                             f"{target.file} に登録された{target.title}を書いてください")


def _check_aliases(config: Path, tables: dict[str, list[Row]]) -> None:
    keys = {dimension.name: dimension.key[0] for dimension in DIMENSIONS if dimension.validity}
    for row in tables["alias"]:
        name, path = str(row["dimension"]), config / "aliases.csv"
        if name not in keys:
            raise _wrong(path, None, f"dimension={name}", f"使える値は {', '.join(keys)} です")
        if row["code"] not in {str(entry[keys[name]]) for entry in tables[name]}:
            raise _wrong(path, None, f"{name} {row['alias']} の code={row['code']}", "登録されたコードを書いてください")


@dataclass(frozen=True)
class Validity:
    """An inclusive run of days in which a row of the configuration is valid."""

    start: date
    end: date

    @classmethod
    def of(cls, row: Row) -> Validity:
        start, end = row["valid_from"], row["valid_to"] or FOREVER
        if not isinstance(start, date) or not isinstance(end, date):
            raise TypeError("validity columns hold dates")
        return cls(start, end)

    def holds(self, day: date) -> bool:
        return self.start <= day <= self.end


def _key_text(dimension: Dimension, row: Row) -> str:
    return "・".join(str(row[name]) for name in dimension.key)


def _wrong(path: Path, line: int | None, value: str, allowed: str) -> ConfigError:
    where = f"{path.name} {line}行目" if line else path.name
    return ConfigError("設定ファイルに誤りがあります", f"{where}: {value}。{allowed}。",
                       f"{path} を直してから、もう一度実行してください。")
