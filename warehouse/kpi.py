"""The KPI catalogue ``config/kpi.toml``: the one definition of each KPI's name, unit, rounding and direction."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from warehouse.errors import ConfigError

_REQUIRED = {"name", "unit", "decimals", "direction", "description", "clause"}
_OPTIONAL = {"rounding"}
_CHOICES = {"direction": {"up", "down", "none"}, "rounding": {"half_up", "truncate"}}


@dataclass(frozen=True)
class Kpi:
    """One KPI; ``sort_order`` follows the file."""

    kpi_id: str
    name: str
    unit: str
    decimals: int
    rounding: str
    direction: str
    description: str
    clause: str
    sort_order: int


@dataclass(frozen=True)
class KpiCatalogue:
    kpis: tuple[Kpi, ...]

    @classmethod
    def read(cls, config: Path) -> KpiCatalogue:
        """Read and check ``kpi.toml``; raises :class:`ConfigError` naming the KPI and the key."""
        path = config / "kpi.toml"
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise _wrong(path, str(error)) from error
        return cls(tuple(_kpi(path, name, entry, order) for order, (name, entry) in enumerate(raw.items(), 1)))

    def to_arrow(self) -> pa.Table:
        """All KPIs for ``dim_kpi``, one row per KPI."""
        return pa.Table.from_pylist([vars(kpi) for kpi in self.kpis])


def _kpi(path: Path, kpi_id: str, entry: dict[str, Any], order: int) -> Kpi:
    missing, unknown = _REQUIRED - entry.keys(), entry.keys() - _REQUIRED - _OPTIONAL
    if missing or unknown:
        keys = "、".join(sorted(missing or unknown))
        problem = f"{keys} {'がありません' if missing else 'は使えません'}"
        raise _wrong(path, f"[{kpi_id}] の項目 {problem}")
    values = {"rounding": "half_up", **entry}
    for key, allowed in _CHOICES.items():
        if values[key] not in allowed:
            raise _wrong(path, f"[{kpi_id}] {key}={values[key]} は {', '.join(sorted(allowed))} のいずれかにします")
    return Kpi(kpi_id=kpi_id, sort_order=order, **values)


def _wrong(path: Path, problem: str) -> ConfigError:
    return ConfigError("指標の定義に誤りがあります", f"{path.name}: {problem}",
                       f"{path} を直してから、もう一度実行してください。")
