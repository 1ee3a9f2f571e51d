"""The KPI catalogue ``config/kpi.toml``: the one definition of each KPI's meaning, arithmetic in words and rounding.

Marts, screens, documents, targets and the data catalogue read it.  A table ``[K02]`` is a KPI, ``[K02.count]`` another
measure of it that inherits what it does not say itself; their ids are ``K02`` and ``K02.count``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa

from warehouse.errors import ConfigError

GRAINS = ("all", "tenant", "line", "line_group", "service", "device", "route", "channel", "ticket_kind", "change_kind",
          "severity", "function", "licence", "obligation")
REPORTS = ("monthly-operations", "monthly-security", "half-year", "yearly", "tenant-annual")
_CHOICES: dict[str, tuple[str, ...]] = {
    "direction": ("up", "down", "none"), "rounding": ("half_up", "truncate"), "grains": GRAINS, "reports": REPORTS,
}
_TYPES: dict[str, tuple[Any, str]] = {
    "int": (int, "整数"), "float": ((int, float), "数"), "str": (str, "文字列"), "bool": (bool, "true か false"),
}
_ID = re.compile(r"K\d\d")
_OWN = ("name", "formula")


@dataclass(frozen=True)
class Kpi:
    """One measure of one KPI: ``value = numerator / denominator * factor`` in ``unit``; judged before rounding.

    ``kpi_id`` is ``K02`` or, for a further measure, ``K02.count``; ``kpi_no`` is ``K02`` for both.
    ``model`` is the file of ``warehouse/models`` that computes it, ``grains`` what it is computed for, and ``proof``
    the query ``proof_…`` that lists the rows behind a value.  A ``headline`` stands among the main figures of the
    first page and screen.
    """

    kpi_id: str
    kpi_no: str
    name: str
    purpose: str
    formula: str
    numerator: str
    denominator: str
    exclusions: str
    unit: str
    factor: float
    decimals: int
    rounding: str
    direction: str
    grains: tuple[str, ...]
    reports: tuple[str, ...]
    clause: str
    model: str
    proof: str
    headline: bool
    sort_order: int


_KEYS = {field.name: field.type for field in fields(Kpi) if field.name not in ("kpi_id", "kpi_no", "sort_order")}


@dataclass(frozen=True)
class KpiCatalogue:
    """All measures in the order of the file."""

    kpis: tuple[Kpi, ...]

    @classmethod
    def read(cls, config: Path) -> KpiCatalogue:
        """Read and check ``kpi.toml``; raises :class:`ConfigError` naming the KPI and the key."""
        path = config / "kpi.toml"
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise _wrong(path, str(error)) from error
        entries = [entry for kpi_no, table in raw.items() for entry in _measures(path, kpi_no, table)]
        return cls(tuple(_kpi(path, kpi_id, entry, order) for order, (kpi_id, entry) in enumerate(entries, 1)))

    def find(self, kpi_id: str) -> Kpi:
        """The measure of that id; raises :class:`ConfigError` listing those there are."""
        for kpi in self.kpis:
            if kpi.kpi_id == kpi_id:
                return kpi
        raise ConfigError("指標が見つかりません", f"「{kpi_id}」という指標はありません。",
                          f"使える指標: {'、'.join(kpi.kpi_id for kpi in self.kpis)}")

    def to_arrow(self) -> pa.Table:
        """One row per measure for ``dim_kpi``; grains and reports joined by commas."""
        rows = [{**vars(kpi), "grains": ",".join(kpi.grains), "reports": ",".join(kpi.reports)} for kpi in self.kpis]
        return pa.Table.from_pylist(rows)


def _measures(path: Path, kpi_no: str, table: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """The KPI itself, then its further measures with what they inherit."""
    if not _ID.fullmatch(kpi_no) or not isinstance(table, dict):
        raise _wrong(path, f"[{kpi_no}] は使えません。指標の番号は K01 の形にします")
    own = {key: value for key, value in table.items() if not isinstance(value, dict)}
    defaults = {"headline": False, "proof": str(own.get("model", "")).removeprefix("kpi_")}
    yield kpi_no, {**defaults, **own}
    for name, further in table.items():
        if isinstance(further, dict):
            lacking = [key for key in _OWN if key not in further]
            if lacking:
                raise _wrong(path, f"[{kpi_no}.{name}] の項目 {'、'.join(lacking)} がありません")
            yield f"{kpi_no}.{name}", {**defaults, **own, "headline": False, **further}


def _kpi(path: Path, kpi_id: str, entry: dict[str, Any], order: int) -> Kpi:
    missing, unknown = [key for key in _KEYS if key not in entry], sorted(entry.keys() - _KEYS.keys())
    if missing or unknown:
        keys = "、".join(missing or unknown)
        raise _wrong(path, f"[{kpi_id}] の項目 {keys} {'がありません' if missing else 'は使えません'}")
    for key, value in entry.items():
        _check(path, kpi_id, key, value)
    lists = {key: tuple(entry[key]) for key in ("grains", "reports")}
    return Kpi(**{**entry, **lists, "factor": float(entry["factor"])}, kpi_id=kpi_id, kpi_no=kpi_id[:3],
               sort_order=order)


def _check(path: Path, kpi_id: str, key: str, value: object) -> None:
    kind, told = _TYPES.get(str(_KEYS[key]), (list, "一覧"))
    if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool):
        raise _wrong(path, f"[{kpi_id}] {key}={value} は{told}にします")
    allowed = _CHOICES.get(key)
    chosen = value if isinstance(value, list) else [value]
    for choice in chosen if allowed else ():
        if choice not in allowed:  # type: ignore[operator]
            raise _wrong(path, f"[{kpi_id}] {key}={choice} は {', '.join(allowed or ())} のいずれかにします")
    if value in ("", []):
        raise _wrong(path, f"[{kpi_id}] {key} が空です")


def _wrong(path: Path, problem: str) -> ConfigError:
    return ConfigError("指標の定義に誤りがあります", f"{path.name}: {problem}",
                       f"{path} を直してから、もう一度実行してください。")
