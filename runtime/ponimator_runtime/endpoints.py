"""Where server and clients meet unless they are told otherwise; protocol.md says the same."""

from typing import Final

DEFAULT_CONTROL: Final = "tcp://127.0.0.1:7740"
DEFAULT_STREAM: Final = "tcp://127.0.0.1:7741"
