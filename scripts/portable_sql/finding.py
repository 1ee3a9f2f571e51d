"""What the linter says, and where in the text a node of the parse tree stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sqlglot import Token, exp
from sqlglot.dialects.duckdb import DuckDB

_LONGEST_QUOTE = 70


@dataclass(frozen=True)
class Finding:
    """One refusal: ``rule`` is its short name, ``text`` the offending text."""

    line: int
    rule: str
    text: str
    why: str
    instead: str

    def __str__(self) -> str:
        return f"{self.line}: [{self.rule}] {self.text}\n    why: {self.why}\n    write: {self.instead}"


@dataclass(frozen=True)
class Source:
    """A model's text with its tree, as DuckDB reads it."""

    text: str
    tree: exp.Query

    @cached_property
    def tokens(self) -> list[Token]:
        return DuckDB().tokenize(self.text)

    def refuse(self, node: exp.Expr | Token, rule: str, why: str, instead: str) -> Finding:
        start, end = (node.start, node.end) if isinstance(node, Token) else self._span(node)
        return Finding(self.text.count("\n", 0, start) + 1, rule, self._quote(start, end), why, instead)

    def _span(self, node: exp.Expr) -> tuple[int, int]:
        """First and last character of what the parser noted places of; those of the nearest parent, if of nothing."""
        places = [(part.meta["start"], part.meta["end"]) for part in _placed(node)]
        if places:
            return min(start for start, _ in places), max(end for _, end in places)
        return self._span(node.parent) if node.parent else (0, 0)

    def _quote(self, start: int, end: int) -> str:
        """The text with the parentheses that it opens closed, on one line."""
        while self.text.count("(", start, end + 1) > self.text.count(")", start, end + 1) and end < len(self.text) - 1:
            end += 1
        words = " ".join(self.text[start:end + 1].split())
        return words if len(words) <= _LONGEST_QUOTE else f"{words[:_LONGEST_QUOTE]}…"


def _placed(node: exp.Expr) -> Iterator[exp.Expr]:
    """Parts with a place in the text; those of types count from the type's own beginning."""
    for part in node.walk(prune=lambda part: isinstance(part, exp.DataType)):
        if "start" in part.meta:
            yield part
