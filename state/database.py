"""The state database: ``data/state.sqlite``, or what ``MIHARASHI_STATE_URL`` names.

Numbers of the warehouse can be rebuilt from the originals; what people wrote and signed can not, so it lies apart.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text

from state.errors import StateTooNew

MIGRATIONS = Path(__file__).with_name("migrations")
URL_SETTING = "MIHARASHI_STATE_URL"
_FILE = "state.sqlite"
_WAIT_MS = 10_000


class StateDatabase:
    """Transactions on the state database.  Safe to share between threads; open it after a fork."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, data: Path, applied_at: datetime) -> StateDatabase:
        """The database of a data folder, made or brought up to date; raises :class:`StateTooNew`."""
        database = cls(_engine(data))
        database._migrate(applied_at)
        return database

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that changes something: all of it or nothing; on SQLite one at a time."""
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self._engine.dispose()

    def _migrate(self, applied_at: datetime) -> None:
        """Run the numbered migrations that the database has not seen."""
        steps = _migrations()
        with self.reading() as connection:
            if _tables_made(connection) and _version(connection) == max(steps):
                return
        with self.writing() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS schema_version "
                                    "(number INTEGER PRIMARY KEY, applied_at TIMESTAMP NOT NULL)"))
            found = _version(connection)
            if found > max(steps):
                raise StateTooNew(found, max(steps))
            for number in sorted(step for step in steps if step > found):
                for statement in _statements(steps[number]):
                    connection.exec_driver_sql(statement)
                connection.execute(text("INSERT INTO schema_version VALUES (:number, :at)"),
                                   {"number": number, "at": applied_at.isoformat(sep=" ")})


def state_exists(data: Path) -> bool:
    """Whether anybody has written or signed anything yet: who only reads need not make a database for it."""
    return bool(os.environ.get(URL_SETTING)) or (data / _FILE).is_file()


def _engine(data: Path) -> Engine:
    url = os.environ.get(URL_SETTING)
    if url:
        return create_engine(url)
    data.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{data / _FILE}")
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _: Any) -> None:
    """The driver begins no transactions of its own; readers and the one writer do not wait for each other."""
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: Connection) -> None:
    """Who will write takes the lock at once: a reader that turns writer would fail instead of waiting."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrations() -> dict[int, str]:
    return {int(path.name[:4]): path.read_text(encoding="utf-8") for path in sorted(MIGRATIONS.glob("*.sql"))}


def _statements(sql: str) -> list[str]:
    lines = [line for line in sql.splitlines() if not line.startswith("--")]
    return [part.strip() for part in "\n".join(lines).split(";") if part.strip()]


def _tables_made(connection: Connection) -> bool:
    return bool(connection.dialect.has_table(connection, "schema_version"))


def _version(connection: Connection) -> int:
    return int(connection.execute(text("SELECT coalesce(max(number), 0) FROM schema_version")).scalar_one())
