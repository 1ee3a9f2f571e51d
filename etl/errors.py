"""Why a file or a feed definition is refused."""

from __future__ import annotations

from warehouse.errors import MiharashiError


class FeedError(MiharashiError):
    """A feed definition is wrong, or no feed takes the file."""


class FileRefused(MiharashiError):
    """The whole file is refused; nothing of it is loaded, the original stays in the archive."""


class NotReceived(FileRefused):
    """The file could not be copied into the archive: nothing is known of it, it may be tried again later."""


class ValueProblem(ValueError):
    """One value cannot be taken; the message is the reject's reason in Japanese."""
