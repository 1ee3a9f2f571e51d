"""レポート: one document from draft to issue: its state, orders, steps, and the texts that staff write into it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboards import sentences, urls
from dashboards.components.aria import aria
from dashboards.pages.reports_life_data import Chosen
from dashboards.view import View
from exports.desk import Desk
from exports.places import Place
from exports.signing import drafts_of
from state.approvals import STEPS, Progress
from state.commentary import LONGEST, Entry, PlaceTexts
from state.jobs import Job

_INPUT: Any = dcc.Input
_BUTTON: Any = html.Button
_FORM: Any = html.Form
_DIV: Any = html.Div
_NOTED = {"return": "差戻しの理由", "correct": "訂正の理由", "withdraw": "取消しの理由"}


def life(view: View, desk: Desk, document: Chosen, links: Sequence[Component]) -> Component:
    """The chosen document: ``links`` are its files."""
    key = document.key
    progress = desk.approvals.progress(view.scope, key)
    issued = desk.register.last(view.scope, key)
    preview = html.A("プレビュー", href=urls.preview_href(key.report, key.period, key.tenant), className="file-link",
                     target="_blank", rel="noopener", **aria(label=f"{document.title}のプレビュー（新しい画面）"))
    return html.Div(
        [
            html.H3(document.title, className="card-name"),
            html.P(sentences.reports.standing(progress, issued), className="reading"),
            *_orders(desk, view, document),
            html.Div([preview, *links], className="order-line"),
            _steps(document, progress, issued_before=issued is not None),
            _history(progress),
            *_texts(view, desk, document, progress),
        ],
        className="panel order",
    )


def _orders(desk: Desk, view: View, document: Chosen) -> list[Component]:
    """The newest order of the document: a bar while it is under way, the reason when it failed."""
    job = next((job for job in desk.jobs.newest(view.scope) if job.key == document.key), None)
    if job is None or job.status == "done":
        return []
    if job.status == "failed":
        return [html.P(sentences.reports.failed(job), className="job-failed", role="alert")]
    return [_bar(job)]


def _bar(job: Job) -> Component:
    text = sentences.reports.under_way(job)
    bar: Any = html.Progress
    shown: Component = _DIV(
        [bar(value=str(job.done), max=str(max(job.total, 1)), className="job-bar", **aria(label=text)),
         html.Span(text, className="job-text", role="status")],
        className="job", **{"data-job": str(job.number)})
    return shown


def _steps(document: Chosen, progress: Progress, *, issued_before: bool) -> Component:
    """One form: who, a note, and a button for each step that may be taken now."""
    allowed = [*([] if issued_before or progress.status == "locked" else ["make"]), *progress.allowed]
    titles = {"make": "案を作成", **{name: rule.title for name, rule in STEPS.items()}}
    notes = "、".join(_NOTED[name] for name in allowed if name in _NOTED)
    fields = [*_hidden(document, "step"), _name(f"step-{document.code}")]
    if notes:
        fields.append(_field(f"note-{document.code}", "note", notes))
    buttons = [_BUTTON(titles[name], type="submit", name="step", value=name, className="button",
                      **aria(label=f"{document.title}: {titles[name]}")) for name in allowed]
    return html.Form([*fields, html.Div(buttons, className="order-line")], action=urls.STEP, method="post",
                     className="desk-form")


def _hidden(document: Chosen, form: str) -> list[Component]:
    values = (("report", document.key.report), ("period", document.key.period), ("tenant", document.key.tenant))
    return [_INPUT(type="hidden", name=name, value=value, id=f"{form}-{document.code}-{name}")
            for name, value in values]


def _name(field: str) -> Component:
    return _field(f"by-{field}", "by", "氏名")


def _field(field: str, name: str, label: str) -> Component:
    box = _INPUT(type="text", name=name, id=field, className="text-input")
    return html.Div([html.Label(label, htmlFor=field), box], className="field")


def _history(progress: Progress) -> Component:
    items = [html.Li(f"{step.told()}{f'　データ版 第{step.snapshot}版' if step.snapshot else ''}　{step.note}".rstrip())
             for step in reversed(progress.steps)]
    if not items:
        return html.P("手続の記録はまだありません。", className="note")
    steps: Any = html.Ol
    return html.Details([html.Summary(f"手続の記録（{len(items)}件）"), steps(items, reversed=True)], className="fold")


def _texts(view: View, desk: Desk, document: Chosen, progress: Progress) -> list[Component]:
    """The places where staff write, with the last period's text and a draft to start from."""
    drafts = drafts_of(desk, view.scope, document.key, view.data.reader, view.now)
    if not drafts:
        return [html.P("この報告書には、所見を書く箇所がありません。", className="note")]
    texts = desk.commentary.texts(view.scope, document.key)
    proposals = desk.commentary.proposals(view.scope, document.key)
    editable = progress.status == "draft"
    written = sum(1 for place in drafts if place.id in texts)
    head = html.Summary(f"所見を書く（{len(drafts)}か所のうち{written}か所に記入）")
    told = html.P("書いた文は、1.5秒ほど手を止めると自動で保存します。" if editable
                  else f"状態が「{progress.title}」のため、書き換えられません。", className="note")
    forms = [_place(document, place, texts.get(place.id, PlaceTexts(None)), proposals.get(place.id), draft, editable)
             for place, draft in drafts.items() if editable or place.id in texts]
    return [html.Details([head, told, *forms], className="fold")]


def _place(document: Chosen, place: Place, texts: PlaceTexts, proposal: Entry | None, draft: str, editable: bool
           ) -> Component:
    field = f"text-{document.code}-{place.id}"
    newest = texts.newest
    area = dcc.Textarea(id=field, name="text", value=newest.text if newest else "", rows=4, maxLength=LONGEST,
                        readOnly=not editable, className="comment-text")
    label = html.Label([place.title, html.Span(place.heading, className="comment-place")], htmlFor=field)
    told = html.P(sentences.reports.text_state(texts), className="comment-told note", role="status")
    parts: list[Component] = [label, area, told, *[_other(entry) for entry in texts.aside]]
    if editable:
        version = _INPUT(type="hidden", name="based_on", value=str(texts.version), id=f"{field}-version")
        at = _INPUT(type="hidden", name="place", value=place.id, id=f"{field}-place")
        save = html.Button("保存", type="submit", className="button")
        parts += [*_starts(field, proposal, draft), *_hidden(document, f"comment-{place.id}"), at, version,
                  html.Div([_name(field), save], className="order-line")]
    form: Component = _FORM(parts, action=urls.COMMENT, method="post", className="comment-form",
                            **{"data-version": str(texts.version)})
    return form


def _other(entry: Entry) -> Component:
    told = f"同時に書かれた文（{entry.author}、第{entry.version}版）。上の文と一つにまとめてください。"
    return html.Div([html.P(told), html.Pre(entry.text, className="comment-other")], className="banner")


def _starts(field: str, proposal: Entry | None, draft: str) -> list[Component]:
    """What a text can start from; a button puts it into the field."""
    offered = [(f"前期の文（{proposal.author}）", proposal.text)] if proposal else []
    offered.append(("自動の下書き", draft))
    return [
        html.Details(
            [html.Summary(title), html.Pre(text, className="comment-start"),
             _BUTTON("この文を写す", type="button", className="choice comment-copy", **{"data-to": field})],
            className="fold")
        for title, text in offered
    ]
