"""The inputs of a document, frozen: template, period, scope, contract, commentary, clock, and every frame it read.

From the frozen inputs and the same program the same bytes come out, without the warehouse: what retention, pruning or
a newer release do to the snapshot does not matter.  The file is a ZIP: ``inputs.json``, ``template.yaml`` and one
Parquet file per frame.  It holds nothing that the document's scope could not read.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from exports.assemble import assemble_report
from exports.contract import ContractInfo
from exports.correction import Change, with_corrections
from exports.errors import ExportError
from exports.model import Report, Revision
from exports.template import Template, load_template, template_path
from exports.zipping import zip_bytes
from warehouse.period import Period
from warehouse.reading import FrameReader, SnapshotFacts
from warehouse.scope import Scope

SCHEMA = 1


class NotFrozen(ExportError):
    """A document made anew asks for something that was not read when it was issued."""

    def __init__(self, what: str) -> None:
        super().__init__(
            "凍結した入力から作り直せません",
            f"発行時に読まれなかった「{what}」が必要です。帳票のプログラムが発行時と違います。",
            "発行時の版のプログラムで作り直してください。版は発行台帳の program_sha256 で確かめられます。",
        )


@dataclass(frozen=True)
class Inputs:
    """All that a document follows from besides the answers of its reader and the program.

    ``commentary`` is text by place, ``corrections`` what a corrected edition changes, ``reason`` why.
    """

    report: str
    template: str
    period: Period
    scope: Scope
    contract: ContractInfo
    created_at: datetime
    submitted_on: date | None
    formats: tuple[str, ...]
    version: str = "1.0"
    revisions: tuple[Revision, ...] = ()
    commentary: Mapping[str, str] = field(default_factory=dict)
    corrections: tuple[Change, ...] = ()
    reason: str = ""

    def assemble(self, reader: FrameReader) -> Report:
        """The document; raises what :func:`exports.assemble.assemble_report` raises."""
        report = assemble_report(
            _template(self.report, self.template), self.period, self.scope, reader, self.contract, self.created_at,
            version=self.version, submitted_on=self.submitted_on, revisions=self.revisions, commentary=self.commentary)
        return with_corrections(report, self.corrections, self.reason) if self.corrections else report


@cache
def _template(report: str, text: str) -> Template:
    """The checked template of a text; reading one takes half a second."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"{report}.yaml").write_text(text, encoding="utf-8")
        return load_template(report, Path(folder))


def template_text(report: str) -> str:
    """The template of a report as it is now."""
    return template_path(report).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Asked:
    """One read: a named query, its parameters and the scope it was asked under."""

    query: str
    parameters: tuple[tuple[str, Any], ...]
    codes: tuple[str, ...]
    platform: bool

    @classmethod
    def of(cls, name: str, scope: Scope, parameters: Mapping[str, Any]) -> Asked:
        return cls(name, tuple(sorted(parameters.items())), tuple(sorted(scope.tenant_codes)), scope.platform)


class Recording:
    """A reader that remembers every answer it gives."""

    def __init__(self, reader: FrameReader) -> None:
        self._reader = reader
        self.frames: dict[Asked, pd.DataFrame] = {}

    @property
    def snapshot(self) -> SnapshotFacts:
        return self._reader.snapshot

    def query(self, name: str, scope: Scope, **params: Any) -> pd.DataFrame:
        frame = self._reader.query(name, scope, **params)
        self.frames[Asked.of(name, scope, params)] = frame
        return frame

    def rows_by_load(self, table: str, scope: Scope, first: date, last: date, column: str = "",
                     value: str = "") -> pd.DataFrame:
        raise NotFrozen(table)


@dataclass(frozen=True)
class FrozenSnapshot:
    """What the documents print of the snapshot they were made from."""

    number: int
    published_at: datetime
    data_as_of: datetime | None


class FrozenReader:
    """Answers what was asked when the document was issued, and nothing else."""

    def __init__(self, snapshot: FrozenSnapshot, frames: Mapping[Asked, pd.DataFrame]) -> None:
        self.snapshot, self._frames = snapshot, frames

    def query(self, name: str, scope: Scope, **params: Any) -> pd.DataFrame:
        """Raises :class:`NotFrozen`."""
        asked = Asked.of(name, scope, params)
        if asked not in self._frames:
            raise NotFrozen(name)
        return self._frames[asked]

    def rows_by_load(self, table: str, scope: Scope, first: date, last: date, column: str = "",
                     value: str = "") -> pd.DataFrame:
        raise NotFrozen(table)


def freeze(inputs: Inputs, recording: Recording) -> bytes:
    """The ZIP; the same inputs and answers give the same bytes."""
    snapshot = recording.snapshot
    told = {
        "schema": SCHEMA,
        **{name: _plain(value) for name, value in vars(inputs).items() if name != "template"},
        "snapshot": {"number": snapshot.number, "published_at": _plain(snapshot.published_at),
                     "data_as_of": _plain(snapshot.data_as_of)},
        "frames": [{"query": asked.query, "parameters": {name: _typed(value) for name, value in asked.parameters},
                    "scope": {"tenant_codes": list(asked.codes), "platform": asked.platform}}
                   for asked in recording.frames],
    }
    files = {"inputs.json": json.dumps(told, ensure_ascii=False, indent=1).encode(),
             "template.yaml": inputs.template.encode()}
    for number, frame in enumerate(recording.frames.values(), 1):
        files[_frame_name(number)] = _parquet(frame)
    return zip_bytes(files)


def thaw(content: bytes) -> tuple[Inputs, FrozenReader]:
    """Inputs and reader of a frozen document."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = json.loads(archive.read("inputs.json"))
        template = archive.read("template.yaml").decode()
        frames = {_asked(entry): pd.read_parquet(io.BytesIO(archive.read(_frame_name(number))))
                  for number, entry in enumerate(told["frames"], 1)}
    snapshot, scope = told["snapshot"], told["scope"]
    as_of = snapshot["data_as_of"]
    inputs = Inputs(
        report=told["report"], template=template, period=Period.parse(told["period"]),
        scope=Scope(frozenset(scope["tenant_codes"]), scope["platform"]),
        contract=ContractInfo.from_mapping(told["contract"]), created_at=datetime.fromisoformat(told["created_at"]),
        submitted_on=date.fromisoformat(told["submitted_on"]) if told["submitted_on"] else None,
        formats=tuple(told["formats"]), version=told["version"],
        revisions=tuple(Revision(**(one | {"on": date.fromisoformat(one["on"])})) for one in told["revisions"]),
        commentary=told["commentary"], corrections=tuple(Change(**one) for one in told["corrections"]),
        reason=told["reason"])
    facts = FrozenSnapshot(snapshot["number"], datetime.fromisoformat(snapshot["published_at"]),
                           datetime.fromisoformat(as_of) if as_of else None)
    return inputs, FrozenReader(facts, frames)


def _frame_name(number: int) -> str:
    return f"frames/{number:04d}.parquet"


def _parquet(frame: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.to_parquet(out, engine="pyarrow", compression="zstd")
    return out.getvalue()


def _plain(value: Any) -> Any:
    """A value of the inputs as JSON has it."""
    if isinstance(value, Period):
        return str(value)
    if isinstance(value, Scope):
        return {"tenant_codes": sorted(value.tenant_codes), "platform": value.platform}
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, (ContractInfo, Revision, Change)):
        return {name: _plain(one) for name, one in asdict(value).items()}
    return dict(value) if isinstance(value, Mapping) else value


def _typed(value: Any) -> Any:
    """A parameter: dates are marked, for they look like text in JSON."""
    return {"date": value.isoformat()} if isinstance(value, date) else value


def _asked(entry: dict[str, Any]) -> Asked:
    parameters = {name: date.fromisoformat(value["date"]) if isinstance(value, dict) else value
                  for name, value in entry["parameters"].items()}
    scope = entry["scope"]
    return Asked.of(entry["query"], Scope(frozenset(scope["tenant_codes"]), scope["platform"]), parameters)
