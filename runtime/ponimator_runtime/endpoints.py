"""Where server and clients meet unless they are told otherwise; protocol.md says the same."""

from typing import Final

DEFAULT_CONTROL: Final = "tcp://127.0.0.1:7740"
DEFAULT_STREAM: Final = "tcp://127.0.0.1:7741"
_ANY_ADDRESS: Final = ("0.0.0.0", "[::]", "*")  # noqa: S104  a server that listens everywhere is reached where we asked


def reachable(stream: str, control: str) -> str:
    """The stream endpoint that a server named, at the address where its control lane was reached if it named any."""
    host, _, port = stream.removeprefix("tcp://").rpartition(":")
    if host not in _ANY_ADDRESS:
        return stream
    return f"tcp://{control.removeprefix('tcp://').rpartition(':')[0]}:{port}"
