"""Block builders by the name that templates use. A builder reads through ``Context`` and returns printed content."""

from __future__ import annotations

from exports.blocks import data_notes, faults, kpi, lines, security, services, tenants, tickets
from exports.blocks.base import Builder

TABLES: dict[str, Builder] = {
    "kpi.summary": kpi.summary_table,
    "kpi.definitions": kpi.definitions_table,
    "data.premises": data_notes.premises_table,
    "data.coverage": data_notes.coverage_table,
    "data.loads": data_notes.loads_table,
    "data.notes": data_notes.notes_table,
    "data.rejects": data_notes.rejects_table,
    "services.availability": services.availability_table,
    "services.trend": services.availability_trend_table,
    "services.outages": services.outages_table,
    "services.licences": services.licences_table,
    "services.functions": services.functions_table,
    "lines.month": lines.month_table,
    "lines.groups": lines.group_table,
    "lines.devices": lines.devices_table,
    "tenants.trend": tenants.trend_table,
    "tenants.annex": tenants.annex_table,
    "tickets.trend": tickets.trend_table,
    "tickets.matrix": tickets.matrix_table,
    "tickets.answers": tickets.answers_table,
    "tickets.late": tickets.late_table,
    "tickets.changes": tickets.changes_table,
    "tickets.ageing": tickets.ageing_table,
    "faults.trend": faults.trend_table,
    "faults.list": faults.list_table,
    "faults.causes": faults.causes_table,
    "security.trend": security.trend_table,
    "security.comparison": security.comparison_table,
    "security.serious": security.serious_table,
    "security.findings": security.findings_table,
    "security.signatures": security.signatures_table,
}

CHARTS: dict[str, Builder] = {
    "services.trend": services.availability_chart,
    "lines.daily": lines.daily_chart,
    "lines.web": lines.web_chart,
    "tenants.top": tenants.top_chart,
    "tenants.trend": tenants.trend_chart,
    "tickets.trend": tickets.trend_chart,
    "security.trend": security.trend_chart,
}

SENTENCES: dict[str, Builder] = {
    "kpi.highlights": kpi.highlights,
    "kpi.requests": kpi.requests,
    "data.quality": data_notes.quality_sentences,
    "services.availability": services.availability_sentences,
    "lines.month": lines.sentences,
    "lines.devices": lines.device_sentences,
    "tenants.month": tenants.sentences,
    "tickets.answers": tickets.answer_sentences,
    "faults.month": faults.sentences,
    "faults.open": faults.open_sentences,
    "security.contact": security.contact_sentences,
}
