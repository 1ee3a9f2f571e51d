"""訂正版: what differs between the issued document and the new one, place by place, and the list of it in the new one.

Compared is what is printed: cells of tables, values of figures, sentences and notes; and the source data by rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from exports import model
from exports.numbering import annex_number, wide
from exports.text import amount

NOTHING = "（記載なし）"
_ANCHOR = "edition-corrections"


@dataclass(frozen=True)
class Change:
    """One difference: where it stands, what it is about, what was printed and what is printed now."""

    place: str
    item: str
    old: str
    new: str


def changes(old: model.Report, new: model.Report) -> tuple[Change, ...]:
    """Every difference in reading order; a list of corrections that the old document itself carries does not count."""
    before, after = _sections(old.sections), _sections(new.sections)
    found: list[Change] = []
    for anchor in dict.fromkeys([*after, *before]):
        heading = (after.get(anchor) or before[anchor])[0]
        one, other = (side[anchor][1] if anchor in side else None for side in (before, after))
        found += _in_section(heading, one, other)
    return (*found, *_in_datasets(old.datasets, new.datasets))


def _sections(sections: Sequence[model.Section], outer: str = "") -> dict[str, tuple[str, model.Section]]:
    """Sections by anchor, each with the numbers that lead to it and its title: 「３（１）サービス稼働率」."""
    found: dict[str, tuple[str, model.Section]] = {}
    for one in sections:
        if one.anchor != _ANCHOR:
            found[one.anchor] = (f"{outer}{one.heading}", one)
            found |= _sections(one.sections, f"{outer}{one.number}")
    return found


def with_corrections(report: model.Report, found: Sequence[Change], reason: str) -> model.Report:
    """The report with the list of corrections as its last annex, and as a sheet of its source data."""
    annexes = sum(section.number.startswith("別紙") for section in report.sections)
    label = f"表{wide(1 + sum(isinstance(block, model.Table) for block in report.blocks()))}"
    title = "訂正前の版からの変更箇所"
    columns = (model.Column("番号", "center", 6), model.Column("箇所", "left", 34), model.Column("項目", "left", 30),
               model.Column("訂正前", "left", 26), model.Column("訂正後", "left", 26))
    rows = tuple((str(at), one.place, one.item, one.old, one.new) for at, one in enumerate(found, 1))
    table = model.Table(
        anchor="edition-corrections-table", label=label, title=title, columns=columns, rows=rows, size="dense",
        summary=f"{title}。列は番号、箇所、項目、訂正前、訂正後。{len(rows)}行。",
        source="発行済みの版と訂正版の、表・図・文章及び元データの比較")
    text = model.Text((f"訂正の理由は「{reason.rstrip('。')}」である。変更箇所は{len(rows)}か所である。",))
    section = model.Section(_ANCHOR, annex_number(annexes + 1), "訂正一覧", 1, (text, table), (), False)
    return replace(report, sections=(*report.sections, section), datasets=(*report.datasets, _dataset(rows, label)))


def _dataset(rows: tuple[tuple[str, ...], ...], label: str) -> model.Dataset:
    names = (("number", "番号", "変更箇所の通し番号"), ("place", "箇所", "章、節、表又は図"),
             ("item", "項目", "行と列、系列と区分など"), ("old", "訂正前", "訂正前の版の記載"),
             ("new", "訂正後", "訂正版の記載"))
    fields = tuple(model.Field(name, header, "integer" if name == "number" else "text", "", meaning)
                   for name, header, meaning in names)
    raw: tuple[tuple[model.RawValue, ...], ...] = tuple((int(row[0]), *row[1:]) for row in rows)
    return model.Dataset(_ANCHOR, "訂正一覧", "訂正前の版からの変更箇所", "発行済みの版との比較", fields, raw, (label,))


def _in_section(heading: str, old: model.Section | None, new: model.Section | None) -> Iterator[Change]:
    if old is None or new is None:
        yield Change(heading, "章・節", old.heading if old else NOTHING, new.heading if new else NOTHING)
        return
    if old.title != new.title:
        yield Change(heading, "見出し", old.title, new.title)
    yield from _in_sentences(heading, "文章", _sentences(old), _sentences(new))
    yield from _in_sentences(heading, "所見", _commentary(old), _commentary(new))
    before, after = _captioned(old), _captioned(new)
    for anchor in dict.fromkeys([*after, *before]):
        yield from _in_block(heading, before.get(anchor), after.get(anchor))


def _sentences(section: model.Section) -> list[str]:
    found: list[str] = []
    for block in section.blocks:
        if isinstance(block, model.Text):
            found += block.paragraphs
        elif isinstance(block, model.Bullets):
            found += block.items
    return found


def _commentary(section: model.Section) -> list[str]:
    written = [block.paragraphs for block in section.blocks if isinstance(block, model.Commentary)]
    return [paragraph for paragraphs in written for paragraph in paragraphs]


def _captioned(section: model.Section) -> dict[str, model.Table | model.Chart]:
    return {block.anchor: block for block in section.blocks if isinstance(block, (model.Table, model.Chart))}


def _in_block(heading: str, old: model.Table | model.Chart | None, new: model.Table | model.Chart | None
              ) -> Iterator[Change]:
    present = new or old
    assert present is not None
    place = f"{heading}　{present.label}"
    if old is None or new is None or type(old) is not type(new):
        yield Change(place, "表・図", old.title if old else NOTHING, new.title if new else NOTHING)
        return
    if old.title != new.title:
        yield Change(place, "題名", old.title, new.title)
    if isinstance(old, model.Table) and isinstance(new, model.Table):
        yield from _in_table(place, old, new)
    elif isinstance(old, model.Chart) and isinstance(new, model.Chart):
        yield from _in_chart(place, old.spec, new.spec)
    yield from _in_sentences(place, "注", old.notes, new.notes)


def _in_table(place: str, old: model.Table, new: model.Table) -> Iterator[Change]:
    heads = _heads(new)
    if _heads(old) != heads:
        yield Change(place, "列", "、".join(_heads(old)), "、".join(heads))
        return
    width = _key_width(old.rows, new.rows, len(heads))
    before, after = _by_key(old.rows, width), _by_key(new.rows, width)
    for key in dict.fromkeys([*after, *before]):
        name = "・".join(key[:-1]) + (f"（{key[-1]}）" if key[-1] != "1" else "")
        was, now = before.get(key), after.get(key)
        if was is None or now is None:
            yield Change(place, f"行 {name}", _row(heads, was), _row(heads, now))
            continue
        for head, one, other in zip(heads, was, now, strict=True):
            if one != other:
                yield Change(place, f"{name}　{head}", one, other)


def _heads(table: model.Table) -> list[str]:
    return [f"{one.group}{one.header}" + (f"（{one.unit}）" if one.unit else "") for one in table.columns]


def _key_width(old: Sequence[tuple[str, ...]], new: Sequence[tuple[str, ...]], columns: int) -> int:
    """The fewest leading columns that tell the rows of both tables apart; one when none do."""
    for width in range(1, columns):
        if all(len({row[:width] for row in rows}) == len(rows) for rows in (old, new)):
            return width
    return 1


def _by_key(rows: Sequence[tuple[str, ...]], width: int) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Rows by their leading cells and, where these are not unique, their turn among the like."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = {}
    for row in rows:
        seen[row[:width]] += 1
        found[(*row[:width], str(seen[row[:width]]))] = row
    return found


def _row(heads: Sequence[str], row: tuple[str, ...] | None) -> str:
    return NOTHING if row is None else "、".join(f"{head} {cell}" for head, cell in zip(heads, row, strict=True))


def _in_chart(place: str, old: model.ChartSpec, new: model.ChartSpec) -> Iterator[Change]:
    before, after = _points(old), _points(new)
    for key in dict.fromkeys([*after, *before]):
        was, now = (_point(points, key, new.decimals) for points in (before, after))
        if before.get(key, NOTHING) != after.get(key, NOTHING):
            yield Change(place, f"{key[0]}　{key[1]}（{new.unit}）", was, now)


def _points(spec: model.ChartSpec) -> dict[tuple[str, str], float | None]:
    drawn = {(series.name, category): value for series in spec.series
             for category, value in zip(spec.categories, series.values, strict=True)}
    return drawn | {("基準線", one.name): one.value for one in spec.references}


def _point(points: Mapping[tuple[str, str], float | None], key: tuple[str, str], decimals: int) -> str:
    """The value with a decimal more than the labels have: what moved may hide behind the rounding."""
    if key not in points:
        return NOTHING
    return amount(points[key], decimals + 1)


def _in_sentences(place: str, item: str, old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    for kind, a, b, c, d in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for at in range(max(b - a, d - c)):
            yield Change(place, item, old[a + at] if a + at < b else NOTHING, new[c + at] if c + at < d else NOTHING)


def _in_datasets(old: Sequence[model.Dataset], new: Sequence[model.Dataset]) -> Iterator[Change]:
    before = {one.name: one for one in old if one.name != _ANCHOR}
    after = {one.name: one for one in new}
    for name in dict.fromkeys([*after, *before]):
        was, now = before.get(name), after.get(name)
        place = f"元データ「{(now or was).sheet}」" if now or was else name  # type: ignore[union-attr]
        one, other = _counted(was), _counted(now)
        gone, come = one - other, other - one
        if gone or come:
            yield Change(place, "行", f"{one.total():,}行（うち訂正後にない行 {gone.total():,}）",
                         f"{other.total():,}行（うち訂正前にない行 {come.total():,}）")


def _counted(dataset: model.Dataset | None) -> Counter[Any]:
    return Counter(dataset.rows) if dataset else Counter()
