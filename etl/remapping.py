"""Whether the rows in the lake were mapped with the configuration of today.

Marts follow every change of the configuration; rows keep the codes they were given when their file was loaded.  The
snapshot remembers, in ``mapped_with``, what each part of the configuration was then, until all is rebuilt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from etl.feed import Feed
from etl.setup import Setup
from warehouse.build import WarehouseBuild
from warehouse.dimensions import DIMENSIONS, Dimension, Row
from warehouse.facts import FACT_TABLES

_OTHER_LOOKUPS = {"alias", "address_range", "device_address"}
_LOOKED_UP = {"name", "alias", "code", "dimension", "prefix", "tenant_code", "device_id", "valid_from", "valid_to"}
_NOT_MAPPING = {"title", "arrival", "reject_grace", "reject_limit_pct"}


def fingerprints(setup: Setup) -> dict[str, str]:
    """Configuration file -> digest of what in it decides how a record becomes a row."""
    used = {column.dimension for table in FACT_TABLES.values() for column in table.columns} | _OTHER_LOOKUPS
    found = {dimension.file: _of_rows(dimension, setup.registry.tables[dimension.name])
             for dimension in DIMENSIONS if dimension.name in used}
    return found | {f"feeds/{feed.name}.toml": _of_feed(feed) for feed in setup.feeds.values()}


def note(build: WarehouseBuild, now: Mapping[str, str]) -> list[str]:
    """Remember with what rows are mapped; returns the files that changed since older rows were (call after loading).

    Only what rows came from counts: a feed that brought nothing before this run may change at will.
    """
    connection = build.connection
    before = {row[0] for row in connection.execute(
        "SELECT DISTINCT feed FROM load WHERE load_id <= ? AND accepted_rows > 0", [build.last_load]).fetchall()}
    known = build.mapped_with()
    kept = {name: digest for name, digest in known.items() if name in now and _concerns(name, before)}
    build.remember_mapping({**now, **kept})
    return sorted(name for name, digest in kept.items() if digest != now[name])


def told(changed: list[str]) -> str:
    """What the operator should know and can do."""
    return (f"設定 {'、'.join(changed)} が、蓄積済みの記録を取り込んだときから変わっています。\n"
            "   新しく取り込むファイルには今の設定を使いますが、蓄積済みの記録の団体・回線などの対応は前のままです。\n"
            "   すべての記録を今の設定で読み直すには、python app.py rebuild を実行してください。")


def _concerns(name: str, feeds: set[str]) -> bool:
    """Whether rows of these feeds were mapped with a configuration file."""
    return name.removeprefix("feeds/").removesuffix(".toml") in feeds if name.startswith("feeds/") else bool(feeds)


def _of_rows(dimension: Dimension, rows: list[Row]) -> str:
    names = [*dimension.key, *sorted(_LOOKED_UP & {field.name for field in dimension.all_fields} - {*dimension.key})]
    text = "\n".join(sorted(repr([row.get(name) for name in names]) for row in rows))
    return hashlib.sha256(text.encode()).hexdigest()


def _of_feed(feed: Feed) -> str:
    return hashlib.sha256(feed.model_dump_json(exclude=_NOT_MAPPING, exclude_defaults=True).encode()).hexdigest()
