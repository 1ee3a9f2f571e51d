"""Help in Japanese, where typer would speak English."""

from __future__ import annotations

from typing import Any

from typer import rich_utils
from typer.core import TyperCommand, TyperGroup


class JapaneseCommand(TyperCommand):
    """A command whose ``--help`` speaks Japanese."""

    def get_help_option(self, ctx: Any) -> Any:
        return _japanese(super().get_help_option(ctx))


class JapaneseGroup(TyperGroup):
    """The list of commands, likewise."""

    def get_help_option(self, ctx: Any) -> Any:
        return _japanese(super().get_help_option(ctx))


class MakingGroup(JapaneseGroup):
    """Commands of a report; what names none of them is the report to make: ``report monthly-operations --period …``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = [MAKE, *args]
        return super().parse_args(ctx, args)


MAKE = "make"


def _japanese(option: Any) -> Any:
    if option is not None:
        option.help = "この説明を表示して終わる"
    return option


rich_utils.OPTIONS_PANEL_TITLE, rich_utils.ARGUMENTS_PANEL_TITLE = "オプション", "引数"
rich_utils.COMMANDS_PANEL_TITLE, rich_utils.ERRORS_PANEL_TITLE = "コマンド", "誤り"
rich_utils.REQUIRED_LONG_STRING, rich_utils.DEFAULT_STRING = "[必須]", "[既定: {}]"
