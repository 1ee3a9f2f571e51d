"""Proof that a file is the issued one, and that it can be made again byte for byte from the frozen inputs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from exports.desk import Desk
from exports.errors import ExportError
from exports.issue import INPUTS, read_file, remade
from exports.program import program_sha256
from exports.publish import FORMATS
from state.register import Issue
from warehouse.scope import Scope


class NotIssued(ExportError):
    """A file that is none of the issued ones, or was changed since."""

    def __init__(self, path: Path, sha256: str, namesakes: list[Issue]) -> None:
        told = "、".join(f"{one.title} 第{one.version}版（発行番号{one.number}）" for one in namesakes)
        also = f"同じ名前のファイルが発行されていますが、内容が違います: {told}。" if told else ""
        super().__init__(
            "発行した文書ではありません",
            f"{path.name}（SHA-256 {sha256}）は発行台帳にありません。{also}",
            "提出先から受け取ったファイルであれば、途中で書き換えられていないかを確かめてください。",
        )


class FrozenDamaged(ExportError):
    """The frozen inputs are not those that were frozen."""

    def __init__(self, number: int) -> None:
        super().__init__("凍結した入力が壊れています",
                         f"発行番号 {number} の {INPUTS} がないか、発行台帳の記録と一致しません。",
                         "data/issued をバックアップから復元してください。")


@dataclass(frozen=True)
class Proof:
    """An issued file.  ``same_program`` tells whether this program is the one that made it."""

    entry: Issue
    name: str
    sha256: str
    newest: Issue
    remade: bool
    same_program: bool

    @property
    def holds(self) -> bool:
        """The file is an issued one, and it was made again byte for byte."""
        return self.remade


def verify(desk: Desk, scope: Scope, path: Path) -> Proof:
    """Raises :class:`NotIssued`, :class:`FrozenDamaged`, and what stops a document from being made."""
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    found = desk.register.holding(scope, sha256)
    if not found:
        raise NotIssued(path, sha256, [one for one in desk.register.issues(scope)
                                       if path.name in {file.name for file in one.files}])
    entry = found[0]
    name = next(file.name for file in entry.files if file.sha256 == sha256)
    frozen, ending = _frozen(desk, entry), name.rpartition(".")[2]
    same = remade(frozen, (ending,))[name] == content if ending in FORMATS else _all_same(frozen, entry)
    newest = desk.register.last(scope, entry.key) or entry
    return Proof(entry, name, sha256, newest, same, entry.program_sha256 == program_sha256())


def _all_same(frozen: bytes, entry: Issue) -> bool:
    """Of a manifest or the frozen inputs: all documents that they tell of."""
    registered = {file.name: file.sha256 for file in entry.files}
    return all(hashlib.sha256(content).hexdigest() == registered.get(name) for name, content in remade(frozen).items())


def _frozen(desk: Desk, entry: Issue) -> bytes:
    try:
        content = read_file(desk.issued, entry.number, INPUTS)
    except OSError as error:
        raise FrozenDamaged(entry.number) from error
    registered = {file.name: file.sha256 for file in entry.files}
    if registered.get(INPUTS) != hashlib.sha256(content).hexdigest():
        raise FrozenDamaged(entry.number)
    return content
