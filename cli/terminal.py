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
    console.print(text, highlight=False, markup=False, soft_wrap=True)


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A progress report for long work, drawn on the terminal's error stream."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as progress:
        task = progress.add_task("準備", total=None)

        def report(step: str, done: int, total: int) -> None:
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
