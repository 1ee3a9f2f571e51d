"""The yearly briefing of one body, made from the small demo: what its tests share."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from exports.assemble import assemble_report
from exports.leaks import Member
from exports.model import Report
from exports.template import load_template
from tests.exports.conftest import CLOCK, CONTRACT
from tests.support import CONFIG, read_rows
from warehouse.period import Period
from warehouse.reader import Reader
from warehouse.scope import Scope

OWN, OTHER = "242012", "242021"
YEAR = Period.parse("R8")
MEMBERS = [
    Member(row["tenant_code"], row["name"], row["kind"] == "prefecture") for row in read_rows(CONFIG / "tenants.csv")
]


def make_briefing(reader: Any, code: str = OWN) -> Report:
    return assemble_report(load_template("tenant-annual"), YEAR, Scope.of(code), reader, CONTRACT, CLOCK)


@dataclass
class Changed:
    """The real reader, with some of its answers changed."""

    reader: Reader
    changes: dict[str, Callable[[pd.DataFrame], pd.DataFrame]]

    @property
    def snapshot(self) -> Any:
        return self.reader.snapshot

    def query(self, name: str, scope: Scope, **params: Any) -> pd.DataFrame:
        frame = self.reader.query(name, scope, **params)
        return self.changes[name](frame) if name in self.changes else frame


def edited(package: bytes, part: str, old: str, new: str) -> bytes:
    """An office file with a text replaced in one of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert old.encode() in content, f"{part} lacks {old}"
                content = content.replace(old.encode(), new.encode(), 1)
            target.writestr(name, content)
    return out.getvalue()


def signed(folder: Path) -> None:
    """Bring the manifest's fingerprints up to date, as if the files had been made like that."""
    path = folder / "manifest.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    for file in told["files"]:
        file["sha256"] = hashlib.sha256((folder / file["name"]).read_bytes()).hexdigest()
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
