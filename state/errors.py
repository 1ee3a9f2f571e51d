"""Errors of the state database; every text is for the user."""

from __future__ import annotations

from warehouse.errors import MiharashiError


class StateError(MiharashiError):
    """Base of what can stop a change to a document's state."""


class StateTooNew(StateError):
    """A newer release has used the database."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            "状態データベースを開けません",
            f"状態データベースの構造の版は {found} ですが、このプログラムが扱えるのは {known} までです。",
            "新しい版のプログラムで開いてください。",
        )


class NotAllowedHere(StateError):
    """The scope does not cover the document; nothing is said of whether it exists."""

    def __init__(self) -> None:
        super().__init__(
            "この文書を扱う権限がありません",
            "指定された文書がないか、閲覧範囲の外にあります。",
            "文書の指定を確かめるか、総合窓口に連絡してください。",
        )


class NameMissing(StateError):
    """Nobody is named as the one who does it."""

    def __init__(self) -> None:
        super().__init__("氏名がありません", "誰が行ったかを記録するため、氏名を空にできません。",
                         "氏名を指定してください（コマンドでは --by）。")


class StepNotAllowed(StateError):
    """A step that the present state does not allow."""

    def __init__(self, step: str, status: str, allowed: str) -> None:
        super().__init__(
            "その手続は今できません",
            f"「{step}」は、状態「{status}」ではできません。今できる手続: {allowed}。",
            "今できる手続を先に行ってください。",
        )


class SamePerson(StateError):
    """Who asked for the approval would give it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "承認者が確認の依頼者と同じです",
            f"「{name}」さんが確認を依頼した文書です。依頼した人は承認できません。",
            "ほかの人が承認してください。",
        )


class NotEditable(StateError):
    """Commentary of a document that is no draft."""

    def __init__(self, status: str) -> None:
        super().__init__(
            "所見を書き換えられません",
            f"この文書の状態は「{status}」です。所見は「案」の間だけ書き換えられます。",
            "差戻し、承認の取消し、又は訂正の開始をしてから書いてください。",
        )


class TextTooLong(StateError):
    """A commentary that no page would hold."""

    def __init__(self, length: int, longest: int) -> None:
        super().__init__("所見が長すぎます", f"{length:,}字あります。書けるのは{longest:,}字までです。",
                         "短くするか、別の箇所に分けてください。")


class JobUnknown(StateError):
    """A job number that does not exist."""

    def __init__(self, number: int) -> None:
        super().__init__("作成の依頼がありません", f"番号 {number} の依頼はありません。",
                         "python app.py jobs で番号を確かめてください。")
