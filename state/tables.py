"""The tables as queries name them; ``state/migrations`` makes them, and a test compares both."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, MetaData, String, Table, Text

METADATA = MetaData()


def _of_document() -> tuple[Column[str], Column[str], Column[str]]:
    return Column("report", String), Column("period", String), Column("tenant", String)


commentary = Table(
    "commentary", METADATA, *_of_document(), Column("place", String), Column("version", Integer),
    Column("based_on", Integer), Column("aside", Boolean), Column("text", Text), Column("author", String),
    Column("written_at", DateTime))

approval = Table(
    "approval", METADATA, *_of_document(), Column("number", Integer), Column("step", String),
    Column("status", String), Column("snapshot", Integer), Column("note", Text), Column("taken_by", String),
    Column("taken_at", DateTime))

issue = Table(
    "issue", METADATA, Column("number", Integer), *_of_document(), Column("title", String),
    Column("document_number", String), Column("version", String), Column("corrects", Integer), Column("reason", Text),
    Column("snapshot", Integer), Column("template_sha256", String), Column("program_sha256", String),
    Column("issued_on", Date), Column("issued_by", String), Column("issued_at", DateTime))

issue_file = Table(
    "issue_file", METADATA, Column("number", Integer), Column("name", String), Column("bytes", Integer),
    Column("sha256", String))

issue_commentary = Table(
    "issue_commentary", METADATA, Column("number", Integer), Column("place", String), Column("version", Integer))

job = Table(
    "job", METADATA, Column("number", Integer), Column("kind", String), *_of_document(), Column("status", String),
    Column("ordered_by", String), Column("ordered_at", DateTime), Column("tries", Integer), Column("worker", String),
    Column("started_at", DateTime), Column("heartbeat_at", DateTime), Column("finished_at", DateTime),
    Column("step", String), Column("done", Integer), Column("total", Integer), Column("reason", Text))

closing = Table(
    "closing", METADATA, Column("period", String), Column("step", String), Column("done_on", Date),
    Column("note", Text), Column("noted_by", String), Column("noted_at", DateTime))
