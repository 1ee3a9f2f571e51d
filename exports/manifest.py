"""What a set of documents was made from, and the fingerprints of what came out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from exports.model import Report

SCHEMA = 1


def manifest_bytes(report: Report, files: Mapping[str, bytes], issued_on: date | None = None, *,
                   issue_number: int | None = None, commentary: Mapping[str, int] | None = None) -> bytes:
    """``manifest.json``: the same report and files always give the same text.

    ``issued_on`` is the day of issue and ``issue_number`` the entry of the register; a draft has none.
    ``commentary`` is the version of the text that is printed, by place.
    """
    made = report.provenance
    content = {
        "schema": SCHEMA,
        "report": made.template,
        "title": report.header_text,
        "addressee": report.cover.addressee,
        "document_number": report.cover.document_number,
        "version": report.cover.version,
        "period": made.period,
        "snapshot": made.snapshot,
        "snapshot_published_at": _stamp(made.published_at),
        "data_as_of": _stamp(made.data_as_of) if made.data_as_of else None,
        "created_at": _stamp(made.created_at),
        "issued_on": issued_on.isoformat() if issued_on else None,
        "issue_number": issue_number,
        "commentary": dict(sorted((commentary or {}).items())),
        "template_sha256": made.template_sha256,
        "scope": {"tenant_codes": list(made.tenant_codes), "platform": made.platform},
        "files": [
            {"name": name, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
            for name, body in sorted(files.items())
        ],
    }
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def made_files(folder: Path, snapshot: int, template_sha256: str, period: str) -> list[Path]:
    """The files of ``folder`` when they are whole and were made from just this; otherwise an empty list."""
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        return []
    content = json.loads(manifest.read_text(encoding="utf-8"))
    if (content["snapshot"], content["template_sha256"], content["period"]) != (snapshot, template_sha256, period):
        return []
    paths = [folder / file["name"] for file in content["files"]]
    whole = all(
        path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == file["sha256"]
        for path, file in zip(paths, content["files"], strict=True)
    )
    return [*paths, manifest] if whole else []


def listed_files(folder: Path) -> set[str]:
    """Names of the files that the manifest in ``folder`` lists; none when there is no readable manifest."""
    try:
        content = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        names = {str(file["name"]) for file in content["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {name for name in names if name not in ("", ".", "..") and Path(name).name == name}


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+09:00")
