"""One connection of a client: a socket that connects once, and what became of it, as ZeroMQ's monitor tells.

ZeroMQ's own silent retrying is off: whether to try again, and when, is for `recovery` to say, and a refused key must be
told, not waited for. It knows no message.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Final, Self

import zmq
from zmq.utils.monitor import recv_monitor_message

from ponimator_runtime.errors import ConfigError
from ponimator_runtime.keys import KeyPair, read_key_pair, read_public_key

_NEVER: Final = -1
_FAILED_TO_CONNECT: Final = (zmq.EVENT_CLOSED, zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL)
_REFUSED: Final = (zmq.EVENT_HANDSHAKE_FAILED_AUTH, zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL)
_MONITORED: Final = (
    zmq.EVENT_HANDSHAKE_SUCCEEDED
    | zmq.EVENT_DISCONNECTED
    | zmq.EVENT_CLOSED
    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
    | zmq.EVENT_HANDSHAKE_FAILED_AUTH
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientKeys:
    """What a client shows, and what it expects of the server.

    Attributes:
        server: the server's public key.
        own: the client's pair.
    """

    server: bytes
    own: KeyPair

    @classmethod
    def from_files(cls, server_key: Path | None, client_key: Path | None) -> Self | None:
        """Reads both; None where neither is given.

        Raises:
            ConfigError: only one is given, or a file is none.
        """
        if server_key is None and client_key is None:
            return None
        if server_key is None or client_key is None:
            raise ConfigError(
                "the server's key and the client's need each other: give the server's .key file and the client's "
                ".key_secret file (`ponimator keys new` makes one)"
            )
        return cls(server=read_public_key(server_key), own=read_key_pair(client_key))


class Standing(Enum):
    """Where a connection stands."""

    CONNECTING = auto()
    UP = auto()
    UNREACHED = auto()
    """Nobody listens there."""
    CUT_OFF = auto()
    """Whoever listens closed the connection before it was made: without the right server key it does just that."""
    REFUSED = auto()
    """The other side wants other keys, and said so."""
    LOST = auto()


class Connection:
    """A socket and how its one connection stands.

    Attributes:
        socket: for sending and receiving.
        endpoint: where it leads.
    """

    def __init__(
        self,
        context: zmq.Context[zmq.Socket[bytes]],
        kind: zmq.SocketType,
        endpoint: str,
        *,
        options: dict[int, int],
        keys: ClientKeys | None,
    ) -> None:
        """Begins to connect; raises zmq.ZMQError where that is no endpoint."""
        self.endpoint = endpoint
        self.socket = context.socket(kind)
        self._standing = Standing.CONNECTING
        for option, value in {zmq.LINGER: 0, zmq.RECONNECT_IVL: _NEVER, **options}.items():
            self.socket.setsockopt(option, value)
        if keys is not None:
            self.socket.setsockopt(zmq.CURVE_SERVERKEY, keys.server)
            self.socket.setsockopt(zmq.CURVE_PUBLICKEY, keys.own.public)
            self.socket.setsockopt(zmq.CURVE_SECRETKEY, keys.own.secret)
        self._monitor = self.socket.get_monitor_socket(_MONITORED)
        self._poller = zmq.Poller()
        self._poller.register(self.socket, zmq.POLLIN)
        self._poller.register(self._monitor, zmq.POLLIN)
        try:
            self.socket.connect(endpoint)
        except zmq.ZMQError:
            self.close()
            raise

    @property
    def standing(self) -> Standing:
        """How the connection stands now; what ended stays as it is."""
        while not self.socket.closed and self._monitor.poll(0):
            event = recv_monitor_message(self._monitor)["event"]
            if self._standing is Standing.CONNECTING:
                if event == zmq.EVENT_HANDSHAKE_SUCCEEDED:
                    self._standing = Standing.UP
                elif event in _REFUSED:
                    self._standing = Standing.REFUSED
                elif event == zmq.EVENT_CLOSED:
                    self._standing = Standing.UNREACHED
                else:
                    self._standing = Standing.CUT_OFF
            elif self._standing is Standing.UP and event == zmq.EVENT_DISCONNECTED:
                self._standing = Standing.LOST
        return self._standing

    def wait(self, seconds: float) -> None:
        """Returns when a message or news of the connection have come, or after a time."""
        self._poller.poll(max(0, int(seconds * 1000) + 1))

    def close(self) -> None:
        """Closes the socket; may be called again."""
        if not self.socket.closed:
            self.socket.disable_monitor()
            self._monitor.close(linger=0)
            self.socket.close(linger=0)


def refusal(endpoint: str, keys: ClientKeys | None) -> str:
    """Why a server refused the keys shown, and what to do."""
    if keys is None:
        return (
            f"The server at {endpoint} wants keys and none were given: pass its .key file and your .key_secret file "
            "(`ponimator keys new` makes one; its .key belongs into the server's folder of allowed keys)."
        )
    return (
        f"The server at {endpoint} refused the key {keys.own.public.decode()}: expected one from its folder of allowed "
        "keys, or it uses no keys at all. Have your .key file put there, or connect without keys."
    )


def cut_off(endpoint: str, keys: ClientKeys | None) -> str:
    """Why a server may close every connection before it is made, and what to do."""
    if keys is None:
        return (
            f"{endpoint} closes every connection at once: expected a server that needs no keys. This one may want "
            "them (pass its .key file and your .key_secret file, see `ponimator keys new`), or is no ponimator server."
        )
    return (
        f"{endpoint} closes every connection at once: expected the server whose key is {keys.server.decode()}. "
        "It has another: get its present .key file from whoever runs it, or check the address."
    )
