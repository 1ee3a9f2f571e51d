"""The demo's own signatures and what the SOC says about them.  Names and ids are invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["外→内", "内→外"]


@dataclass(frozen=True)
class Advice:
    """Finding, recommended check and recommended action (検知内容・推奨確認方法・推奨対処方法)."""

    finding: str
    check: str
    action: str


@dataclass(frozen=True)
class Signature:
    """``medium`` is the chance of severity 1 instead of 0; ``serious`` marks those that may become 2 or 3."""

    number: int
    name: str
    function: str
    direction: Direction
    category: str
    port: int
    priority: int
    weight: float
    medium: float
    advice: str
    serious: bool = False
    blocked: float = 0.6


ADVICE = {
    "scan": Advice(
        "外部からの探索通信を検知した。応答は返していない。",
        "ファイアウォールの許可規則に不要な公開がないか確認する。",
        "対処は不要。同一送信元から継続する場合は送信元を遮断する。",
    ),
    "web": Advice(
        "公開Webサーバの脆弱性を狙う要求を検知した。要求は成立していない。",
        "Webサーバのアクセスログで該当時刻の応答コードと応答サイズを確認する。",
        "Webアプリケーションと基盤ソフトウェアの更新状況を確認し、未適用の修正を適用する。",
    ),
    "login": Advice(
        "認証の総当たりとみられる連続した接続要求を検知した。",
        "該当サーバの認証ログで成功した認証がないか確認する。",
        "管理用の接続元を制限し、多要素認証を有効にする。",
    ),
    "mail": Advice(
        "不審な添付ファイルまたは不審なリンクを含むメールを検知し、隔離した。",
        "宛先の利用者に、同種のメールを開いていないか確認する。",
        "開いた場合は端末をネットワークから切り離し、総合窓口へ連絡する。",
    ),
    "site": Advice(
        "利用を制限した区分のサイトへの閲覧要求を遮断した。",
        "業務上の必要があるか利用者に確認する。",
        "業務上必要な場合は、URLフィルタの設定変更を申請する。",
    ),
    "c2": Advice(
        "庁内の端末から外部の不審な宛先への定期的な通信を検知した。",
        "該当端末の起動中のプロセス、自動起動の登録、閲覧履歴を確認する。",
        "端末をネットワークから切り離し、ウイルス対策ソフトの全体検査と認証情報の変更を行う。",
    ),
    "file": Advice(
        "受信したファイルを隔離環境で動作させ、不審な挙動を確認した。",
        "該当ファイルを受信した利用者と保存先を確認する。",
        "ファイルを削除し、端末の全体検査を行う。",
    ),
    "policy": Advice(
        "許可していない種類の通信を検知した。",
        "該当端末で使用しているソフトウェアを確認する。",
        "業務に不要なソフトウェアを削除する。",
    ),
}

_IN: Direction = "外→内"
_OUT: Direction = "内→外"

SENSOR_SIGNATURES: tuple[Signature, ...] = (
    Signature(
        9000001,
        "MH-WEB SQLインジェクション試行",
        "ips",
        _IN,
        "web-application-attack",
        443,
        1,
        9,
        0.55,
        "web",
        True,
    ),
    Signature(
        9000002,
        "MH-WEB OSコマンド挿入試行",
        "ips",
        _IN,
        "web-application-attack",
        443,
        1,
        6,
        0.6,
        "web",
        True,
    ),
    Signature(
        9000003, "MH-WEB ディレクトリ参照試行", "ips", _IN, "web-application-attack", 443, 2, 10, 0.3, "web"
    ),
    Signature(
        9000004,
        "MH-WEB クロスサイトスクリプティング試行",
        "ips",
        _IN,
        "web-application-attack",
        443,
        2,
        5,
        0.4,
        "web",
    ),
    Signature(9000005, "MH-WEB 管理画面の探索", "ips", _IN, "attempted-recon", 443, 3, 14, 0.05, "scan"),
    Signature(
        9000006,
        "MH-WEB 既知の脆弱性を狙う要求（CMS）",
        "ips",
        _IN,
        "attempted-admin",
        443,
        1,
        5,
        0.6,
        "web",
        True,
    ),
    Signature(
        9000007, "MH-SCAN TCPポート走査", "ips", _IN, "attempted-recon", 22, 3, 22, 0.02, "scan", blocked=0.9
    ),
    Signature(
        9000008, "MH-SCAN UDPポート走査", "ips", _IN, "attempted-recon", 161, 3, 8, 0.02, "scan", blocked=0.9
    ),
    Signature(
        9000009,
        "MH-SCAN 遠隔操作ポートの探索",
        "ips",
        _IN,
        "attempted-recon",
        3389,
        3,
        12,
        0.05,
        "scan",
        blocked=0.9,
    ),
    Signature(9000010, "MH-AUTH SSH総当たり", "ips", _IN, "attempted-admin", 22, 2, 9, 0.4, "login"),
    Signature(
        9000011, "MH-AUTH メール認証の総当たり", "ips", _IN, "attempted-user", 587, 2, 6, 0.45, "login", True
    ),
    Signature(9000012, "MH-DNS 増幅攻撃の踏み台試行", "ips", _IN, "attempted-dos", 53, 2, 6, 0.15, "scan"),
    Signature(
        9000013, "MH-DNS 長い名前による不審な問合せ", "ips", _OUT, "bad-unknown", 53, 2, 4, 0.3, "c2", True
    ),
    Signature(
        9000014, "MH-C2 定期的な外部通信", "ips", _OUT, "trojan-activity", 443, 1, 1.5, 0.7, "c2", True
    ),
    Signature(
        9000015,
        "MH-C2 不審な証明書による暗号通信",
        "ips",
        _OUT,
        "trojan-activity",
        443,
        1,
        1.5,
        0.6,
        "c2",
        True,
    ),
    Signature(
        9000016,
        "MH-POLICY ファイル共有ソフトの通信",
        "ips",
        _OUT,
        "policy-violation",
        6881,
        3,
        2,
        0.2,
        "policy",
    ),
    Signature(
        9000017, "MH-POLICY 平文での認証情報の送信", "ips", _OUT, "policy-violation", 80, 3, 4, 0.1, "policy"
    ),
    Signature(
        9000018, "MH-POLICY 遠隔操作ソフトの通信", "ips", _OUT, "policy-violation", 5938, 3, 3, 0.3, "policy"
    ),
)

OTHER_SIGNATURES: tuple[Signature, ...] = (
    Signature(9100001, "MH-WAF 不正な入力値の遮断", "waf", _IN, "", 443, 2, 12, 0.35, "web", blocked=0.98),
    Signature(9100002, "MH-WAF 過剰な要求の制限", "waf", _IN, "", 443, 3, 6, 0.1, "scan", blocked=0.98),
    Signature(
        9200001, "MH-URL 不正サイト区分への要求", "url_filter", _OUT, "", 443, 2, 14, 0.3, "site", blocked=1
    ),
    Signature(
        9200002, "MH-URL 利用制限区分への要求", "url_filter", _OUT, "", 443, 3, 20, 0.02, "site", blocked=1
    ),
    Signature(
        9300001, "MH-MAIL 不審な添付ファイル", "malware", _IN, "", 25, 1, 8, 0.5, "mail", True, blocked=0.97
    ),
    Signature(
        9300002, "MH-MAIL 不正リンクを含むメール", "spam", _IN, "", 25, 2, 18, 0.3, "mail", blocked=0.99
    ),
    Signature(9300003, "MH-MAIL 送信元の偽装", "spam", _IN, "", 25, 3, 16, 0.1, "mail", blocked=0.99),
    Signature(
        9400001, "MH-SBX 隔離環境での不審な挙動", "sandbox", _IN, "", 25, 1, 4, 0.6, "file", True, blocked=0.9
    ),
)
