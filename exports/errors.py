"""Errors of the document side; every text is for the user."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from warehouse.errors import MiharashiError


class ExportError(MiharashiError):
    """Base of everything that can stop a document from being made."""


class TemplateError(ExportError):
    """A report template is wrong: unreadable, an unknown key, a wrong value, an unknown builder."""

    def __init__(self, path: Path, line: int | None, message: str) -> None:
        where = f"{path.name} の {line} 行目" if line else path.name
        super().__init__(
            "帳票の定義に誤りがあります",
            f"{where}: {message}",
            "report_templates の当該行を直してから、もう一度作成してください。",
        )
        self.path = path
        self.line = line


class ReportNameError(ExportError):
    """A report that does not exist."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(
            "報告書の名前が違います",
            f"「{name}」という報告書はありません。作成できる報告書: {'、'.join(known)}。",
            "上のいずれかの名前を指定してください。",
        )


class SectionError(ExportError):
    """A block of the document cannot be filled; nothing is published."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(
            "報告書を作成できません",
            f"「{place}」を作成できません: {reason}",
            "元データの取込み状況と帳票の定義を確認してから、もう一度作成してください。",
        )
        self.place = place
        self.reason = reason


class PeriodKindError(ExportError):
    """The report is made for another kind of period than the one asked for."""

    _KINDS: ClassVar[dict[str, str]] = {
        "month": "月（例 2026-10）",
        "quarter": "四半期（例 2026Q2）",
        "half": "半期（例 2026H1）",
        "year": "年度（例 R8）",
    }

    def __init__(self, title: str, period: str, kind: str) -> None:
        super().__init__(
            "この報告書の対象期間ではありません",
            f"「{title}」の対象期間は{self._KINDS[kind]}です。「{period}」では作成できません。",
            f"--period に{self._KINDS[kind]}を指定してください。",
        )


class AudienceError(ExportError):
    """A report for the prefecture was asked for with the view of single bodies."""

    def __init__(self, title: str) -> None:
        super().__init__(
            "この閲覧範囲では作成できない帳票です",
            f"「{title}」は本県向けの帳票であり、全接続団体の値を載せます。団体を限った閲覧範囲では作成できません。",
            "団体の指定を外すか、接続団体向けの帳票を選んでください。",
        )


class SingleBodyError(ExportError):
    """A body's edition was asked for with no body or with several."""

    def __init__(self, title: str, bodies: int) -> None:
        super().__init__(
            "接続団体を1つ指定してください",
            f"「{title}」の団体版は1団体ごとに作成します。指定された閲覧範囲の接続団体は{bodies}団体です。",
            "--tenant に団体コードを1つ指定する（例: 242012 津市）か、--all-tenants で全団体分を作成してください。",
        )


class CommentaryError(ExportError):
    """Commentary was given for a place that the report does not have."""

    def __init__(self, title: str, place: str, places: tuple[str, ...]) -> None:
        super().__init__(
            "所見の掲載箇所がありません",
            f"「{title}」に所見の掲載箇所「{place}」はありません。掲載箇所: {'、'.join(places) or 'なし'}。",
            "所見の掲載箇所を上のいずれかに直してから、もう一度作成してください。",
        )


class NoFigures(ExportError):
    """A report of a period of which there are no figures at all."""

    def __init__(self, period: str) -> None:
        super().__init__(
            "対象期間の実績がありません",
            f"{period}の実績は、公開中のデータに一つもありません。",
            "元データを取り込むか、実績のある期間を指定してください（python app.py status で確かめられます）。",
        )


class ContractError(ExportError):
    """config/contract.toml lacks a value that the cover needs."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "契約情報の設定に誤りがあります",
            f"config/contract.toml: {reason}",
            "不足している項目を書き足してください。",
        )


class FormatError(ExportError):
    """A document format that does not exist."""

    def __init__(self, name: str, allowed: tuple[str, ...]) -> None:
        super().__init__(
            "出力形式の指定が違います",
            f"「{name}」という出力形式はありません。使える形式: {'、'.join(allowed)}。",
            "上のいずれかの形式を指定してください。",
        )
