"""What commands print: plain lines, tables, a progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

console = Console()
errors = Console(stderr=True)


def say(text: str) -> None:
    """Tell the user something as it is: no colours, no markup, no wrapping of paths."""
    text = text.encode("utf-8", errors="surrogateescape").decode("utf-8", errors="replace")  # names that are no UTF-8
    console.print(text, highlight=False, markup=False, soft_wrap=True)


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A progress report for long work with the time it still takes, drawn on the terminal's error stream."""
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("経過"),
               TimeElapsedColumn(), TextColumn("残り"), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task, kind = progress.add_task("準備", total=None), "準備"

        def report(step: str, done: int, total: int) -> None:
            nonlocal kind
            if step.split()[0] != kind:  # another kind of work: its pace tells nothing of this one's
                kind = step.split()[0]
                progress.reset(task, total=total)
            progress.update(task, description=step, completed=done, total=total)

        yield report


def print_table(header: list[str], rows: list[list[object]]) -> None:
    """A table that is never cut when it goes into a file or a pipe."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    numeric = [all(isinstance(row[place], int | float) for row in rows) for place in range(len(header))]
    for name, is_number in zip(header, numeric, strict=True):
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row])
    out = console if console.is_terminal else Console(width=200)
    out.print(table)
