"""Applying the retention rules to a data folder: look, ask about issued documents, change, publish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from etl.run import Clock
from etl.setup import Setup
from warehouse.build import Progress, silent
from warehouse.errors import MiharashiError
from warehouse.folder import DataFolder
from warehouse.issued import IssuedDocument, issued_documents
from warehouse.japanese import month_runs
from warehouse.retention import RetentionPlan, RetentionRules, carry_out, plan_of, remove_originals
from warehouse.snapshot import Snapshot

_LISTED = 10


class IssuedConcerned(MiharashiError):
    """Months that issued documents were made of would lose their samples: that is somebody's decision."""

    def __init__(self, plan: RetentionPlan, documents: Sequence[IssuedDocument]) -> None:
        listed = "\n  ".join(f"{document.title}（{document.period}、{document.issued_on:%Y-%m-%d} 提出）"
                             for document in documents[:_LISTED])
        more = f"\n  ほか{len(documents) - _LISTED:,}件" if len(documents) > _LISTED else ""
        super().__init__(
            "発行した文書のもとになった月が含まれています",
            f"{'、'.join(month_runs(plan.retire or plan.forget))} は、発行した{len(documents):,}件の文書のもとです。"
            f"計測値を外すと、文書の数値を計測値から計算し直すことはできなくなります。\n  {listed}{more}",
            "文書が確定していることを確かめたうえで、python app.py retention --including-issued を実行してください。")


@dataclass(frozen=True)
class Retained:
    """What retention did, or with ``snapshot`` None would do."""

    plan: RetentionPlan
    rules: RetentionRules
    documents: list[IssuedDocument]
    snapshot: Snapshot | None

    def told(self) -> list[str]:
        """For the operator."""
        plan, rules = self.plan, self.rules
        if plan.empty:
            return [f"保存期間（{rules.sample_months}か月）を過ぎた計測値はありません。何も変えませんでした。"]
        lines = []
        if plan.retire:
            lines.append(f"計測値を外す月: {'、'.join(month_runs(plan.retire))}（{plan.sample_rows:,}件、"
                         f"{_size(plan.sample_bytes)}。日・月の集計は残ります）")
        if plan.forget:
            lines.append(f"集計も消す月: {'、'.join(month_runs(plan.forget))}（契約期間 {rules.contract_months}か月）")
        if plan.originals:
            lines.append(f"archive から消す原本: {len(plan.originals):,}件、{_size(plan.original_bytes)}"
                         f"（保存期間 {rules.archive_months}か月。集計の写しを archive/retired に残します）")
        if self.documents:
            lines.append(f"これらの月をもとに発行した文書: {len(self.documents):,}件")
        if self.snapshot is None:
            return [*lines, "まだ何も変えていません（--dry-run）。"]
        return [*lines, f"スナップショット {self.snapshot.number} を公開しました。外した計測値のディスクは、"
                        "それを使う古い世代がなくなったときに空きます。"]


def apply_retention(folder: DataFolder, config: Path, *, clock: Clock, dry_run: bool = False,
                    including_issued: bool = False, progress: Progress = silent) -> Retained:
    """Let go of what the rules no longer keep, in one new snapshot; ``dry_run`` only tells.

    Raises :class:`IssuedConcerned` unless ``including_issued``, when issued documents were made of what would go.
    """
    rules, setup, now = RetentionRules.read(config), Setup.read(config), clock()
    with folder.writer_lock(), setup.build(folder, progress) as build:
        plan = plan_of(build, rules, now.date())
        gone = {*plan.retire, *plan.forget}
        documents = [document for document in issued_documents(folder.out) if gone & set(document.period.months)]
        if plan.empty or dry_run:
            return Retained(plan, rules, documents, None)
        if documents and not including_issued:
            raise IssuedConcerned(plan, documents)
        carry_out(build, plan, now)
        build.build_marts()
        build.verify()
        published = build.publish(now)
        remove_originals(folder, plan.originals)
    return Retained(plan, rules, documents, published)


def _size(size: int) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
