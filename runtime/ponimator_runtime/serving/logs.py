"""Log lines: for people or as JSON, each with the request, session and client that it is about.

What is known is carried by the context of the code that runs, not by the words of each line. What users write (the
text of an interaction) is in no line, only its length.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar, copy_context
from datetime import UTC, datetime
from typing import Final, Literal, ParamSpec, TypeVar

LogFormat = Literal["text", "json"]
SUBJECTS: Final = ("request_id", "session", "client")
"""What a line may be about."""
_SUBJECT: ContextVar[Mapping[str, object]] = ContextVar("ponimator_log_subject")
_NOBODY: Final[Mapping[str, object]] = {}
_TEXT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# A line that a stranger's name breaks in two could be taken for one of ours.
_CONTROL_CHARACTERS: Final = {number: f"\\x{number:02x}" for number in (*range(0x20), *range(0x7F, 0xA0))} | {
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}
Given = ParamSpec("Given")
Result = TypeVar("Result")


@contextlib.contextmanager
def about(**subject: object) -> Iterator[None]:
    """While it lasts, lines logged here are about this `request_id`, `session` or `client`; None and "" say nothing."""
    known = {name: value for name, value in subject.items() if value not in {None, ""}}
    before = _SUBJECT.set({**_SUBJECT.get(_NOBODY), **known})
    try:
        yield
    finally:
        _SUBJECT.reset(before)


def carried(function: Callable[Given, Result]) -> Callable[Given, Result]:
    """The same function, about what is spoken of now whenever it is called later."""
    context = copy_context()

    def call(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        return context.copy().run(function, *args, **kwargs)

    return call


def log_handler(log_format: LogFormat) -> logging.Handler:
    """What writes lines to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if log_format == "json" else TextLines())
    return handler


class TextLines(logging.Formatter):
    """One line for people; what it is about stands behind it in brackets."""

    def __init__(self) -> None:
        super().__init__(_TEXT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the base class calls it so
        """The line without a traceback."""
        line = super().formatMessage(record).translate(_CONTROL_CHARACTERS)
        subject = " ".join(f"{name}={value}" for name, value in _subject(record).items())
        return f"{line} [{subject}]" if subject else line


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, what it is about, and a traceback under `error`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        time = datetime.fromtimestamp(record.created, tz=UTC)
        line: dict[str, object] = {
            "time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_subject(record),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def _subject(record: logging.LogRecord) -> dict[str, object]:
    """What a line is about: what it says itself (`extra`), else what its context knows."""
    known: dict[str, object] = {**_SUBJECT.get(_NOBODY), **vars(record)}
    return {name: known[name] for name in SUBJECTS if name in known}
