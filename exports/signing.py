"""The steps that people take on a document, with what has to be true before they may."""

from __future__ import annotations

from datetime import datetime

from exports.blocks.base import Context
from exports.data import DataSource
from exports.desk import Desk, scope_of
from exports.drafts import draft, is_draft
from exports.errors import ExportError
from exports.places import Place, places
from exports.wording import words_for
from state.approvals import Progress
from state.documents import DocumentKey, require_handling
from warehouse.period import Period
from warehouse.reading import FrameReader
from warehouse.scope import Scope


class TextsUnsettled(ExportError):
    """Two people's texts of one place stand side by side, or a draft was left as the program wrote it."""

    def __init__(self, aside: list[str], drafts: list[str]) -> None:
        found = [f"{'、'.join(names)}（{why}）" for names, why in
                 ((aside, "同時に書かれた文が残っている"), (drafts, "自動の下書きのままである")) if names]
        super().__init__("確認を依頼できません", f"所見が定まっていない箇所があります: {'、'.join(found)}。",
                         "文を一つにまとめ、下書きは直して【下書き】の印を消してから、依頼してください。")


class ReasonMissing(ExportError):
    """A correction without a reason."""

    def __init__(self) -> None:
        super().__init__("訂正の理由がありません", "訂正版の改版履歴と訂正一覧に載せる理由が空です。",
                         "理由を指定してください（コマンドでは --note）。")


def take_step(desk: Desk, scope: Scope, key: DocumentKey, step: str, by: str, at: datetime, note: str = "") -> Progress:
    """Take a step other than issuing.  A submission is about the data that are published at the moment.

    Raises :class:`TextsUnsettled`, :class:`ReasonMissing`, and what :meth:`state.approvals.Approvals.take` raises.
    """
    require_handling(scope, key)
    snapshot = None
    if step == "correct" and not note.strip():
        raise ReasonMissing
    if step == "submit":
        _settled(desk, scope, key)
        with desk.open_reader(None) as reader:
            snapshot = reader.snapshot.number
    return desk.approvals.take(scope, key, step, by, at, snapshot=snapshot, note=note)


def _settled(desk: Desk, scope: Scope, key: DocumentKey) -> None:
    texts = desk.commentary.texts(scope, key)
    aside = [place for place, one in texts.items() if one.aside]
    drafts = [place for place, one in texts.items() if one.newest is not None and is_draft(one.newest.text)]
    if aside or drafts:
        raise TextsUnsettled(aside, drafts)


def drafts_of(desk: Desk, scope: Scope, key: DocumentKey, reader: FrameReader, at: datetime) -> dict[Place, str]:
    """A draft for every place of a report, from the reader's data; raises :class:`state.errors.NotAllowedHere`."""
    require_handling(scope, key)
    period = Period.parse(key.period)
    data = DataSource(reader, scope_of(scope, key), words_for(period))
    ctx = Context(period, data, desk.contract, at, key.tenant)
    return {place: draft(ctx, place, key.report) for place in places(key.report, key.tenant)}
