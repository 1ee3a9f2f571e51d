"""The 33 bodies of the prefecture with sizes that look real."""

from __future__ import annotations

_KINDS = {"prefecture": "県", "city": "市", "town": "町", "union": "広域連合"}
_NAMES = (
    "240001 prefecture 三重県 5200,242012 city 津市 1800,242021 city 四日市市 1750,"
    "242039 city 伊勢市 900,242047 city 松阪市 1050,242055 city 桑名市 800,"
    "242063 city 鈴鹿市 1100,242071 city 名張市 520,242080 city 尾鷲市 260,"
    "242098 city 亀山市 380,242101 city 鳥羽市 300,242110 city 熊野市 310,"
    "242128 city いなべ市 400,242136 city 志摩市 480,242144 city 伊賀市 760,"
    "243035 town 木曽岬町 80,243248 town 東員町 160,243418 town 菰野町 240,"
    "243434 town 朝日町 90,243442 town 川越町 120,244414 town 多気町 140,"
    "244422 town 明和町 170,244431 town 大台町 120,244619 town 玉城町 130,"
    "244708 town 度会町 80,244716 town 大紀町 110,244724 town 南伊勢町 160,"
    "245437 town 紀北町 190,245615 town 御浜町 90,245623 town 紀宝町 100,"
    "24A001 union 紀北広域連合 40,24A002 union 紀南介護保険広域連合 25,24A003 union 三重県後期高齢者医療広域連合 35"
)
LATE_JOINER = "24A001"


def bodies() -> list[dict[str, object]]:
    """Code, kind, name, users of every body, in the official order."""
    found = []
    for order, text in enumerate(_NAMES.split(","), start=1):
        code, kind, name, users = text.split(" ")
        found.append(
            {
                "tenant_code": code,
                "name": name,
                "kind": kind,
                "kind_name": _KINDS[kind],
                "users": int(users),
                "terminals": int(int(users) * 1.1),
                "sort_order": order * 10,
            }
        )
    return found


CODES = frozenset(str(body["tenant_code"]) for body in bodies())
