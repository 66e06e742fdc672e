"""Where the two performers are sent to, as a person writes it."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from typing import Final, Self

from ponimator_runtime.errors import ConfigError

_WRITTEN: Final = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^:/\[\],]+):(?P<first>\d{1,5}),(?P<second>\d{1,5})")
_MAX_PORT: Final = 65535
_EXAMPLE: Final = "127.0.0.1:39539,39540"


@dataclass(frozen=True, kw_only=True, slots=True)
class Targets:
    """One host, and a port for each person.

    Attributes:
        host: name or address.
        ports: of the first and of the second person.
    """

    host: str
    ports: tuple[int, int]

    @classmethod
    def read(cls, written: str) -> Self:
        """From HOST:PORT1,PORT2; raises ConfigError where it is none."""
        match = _WRITTEN.fullmatch(written)
        first, second = (0, 0) if match is None else (int(match["first"]), int(match["second"]))
        if match is None or first == second or not (0 < first <= _MAX_PORT and 0 < second <= _MAX_PORT):
            raise ConfigError(
                f"--vmc must read HOST:PORT1,PORT2 with two different ports, like {_EXAMPLE}; got {written}"
            )
        return cls(host=match["host"].strip("[]"), ports=(first, second))

    def addresses(self) -> tuple[socket.AddressFamily, tuple[tuple[str, int], tuple[str, int]]]:
        """The host looked up once; raises ConfigError where it is not known."""
        try:
            family, _, _, _, found = socket.getaddrinfo(self.host, self.ports[0], type=socket.SOCK_DGRAM)[0]
        except OSError as error:
            raise ConfigError(f"--vmc: the host {self.host} is not known ({error.strerror}): name another") from error
        host = str(found[0])
        return family, ((host, self.ports[0]), (host, self.ports[1]))
