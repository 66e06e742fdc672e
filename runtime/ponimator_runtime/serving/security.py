"""Who may connect: CURVE on both lanes, and the folder of allowed client keys (ZAP, ZeroMQ RFC 27).

ZeroMQ asks over a socket inside of the process whenever a client has proven its key; the thread that owns the server's
sockets answers, so no thread of its own can outlive them. It knows no session and no message.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import zmq
from zmq.utils import z85

from ponimator_runtime.errors import ConfigError
from ponimator_runtime.keys import PUBLIC_SUFFIX, KeyPair, read_key_pair, read_public_key

_LOG = logging.getLogger(__name__)
_ZAP_ENDPOINT: Final = "inproc://zeromq.zap.01"
_ZAP_VERSION: Final = b"1.0"
_ZAP_FRAMES: Final = 7
"""Version, request, domain, address, identity, mechanism, and CURVE's one credential."""
_DOMAIN: Final = b"ponimator"
_LOOK_AGAIN_S: Final = 1.0
_REFUSED_REMEMBERED: Final = 256

_Seen = tuple[tuple[str, int, int], ...]


class AllowedKeys:
    """The public keys in a folder, one a `.key` file; a file that comes or goes counts from the next second on."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Reads the folder.

        Args:
            folder: of `.key` files.
            clock: monotonic seconds.

        Raises:
            ConfigError: there is no such folder, or a file in it is no public key.
        """
        self._folder, self._clock = folder, clock
        self._seen = self._files()
        self._names = {read_public_key(folder / name): name for name, _, _ in self._seen}
        self._looked_s = clock()
        if not self._names:
            _LOG.warning("%s has no %s file: nobody may connect until one is put there", folder, PUBLIC_SUFFIX)

    def name_of(self, public_key: bytes) -> str | None:
        """The file that allows a key; None for a stranger."""
        if self._clock() - self._looked_s >= _LOOK_AGAIN_S:
            self._looked_s = self._clock()
            self._look_again()
        return self._names.get(public_key)

    def _look_again(self) -> None:
        try:
            seen = self._files()
        except ConfigError as error:
            _LOG.error("%s; nobody may connect until it is there again", error)
            self._seen, self._names = (), {}
            return
        if seen == self._seen:
            return
        self._seen, self._names = seen, {}
        for name, _, _ in seen:
            try:
                self._names[read_public_key(self._folder / name)] = name
            except ConfigError as error:
                _LOG.warning("passed over: %s", error)
        _LOG.info("%d client keys are allowed", len(self._names))

    def _files(self) -> _Seen:
        """Name, time and size of each key file."""
        try:
            paths = sorted(path for path in self._folder.iterdir() if path.suffix == PUBLIC_SUFFIX)
            stats = [(path.name, path.stat()) for path in paths]
        except OSError as error:
            raise ConfigError(f"--allowed-keys {self._folder} cannot be read: {error}") from error
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


class Gate:
    """Encrypts both lanes, and answers for every new connection whether it may come in."""

    def __init__(self, context: zmq.Context[zmq.Socket[bytes]], own: KeyPair, allowed: AllowedKeys) -> None:
        """Stands ready before any socket is bound: without an answerer ZeroMQ would let everybody in."""
        self._own, self._allowed = own, allowed
        self._refused: set[bytes] = set()
        self.socket = context.socket(zmq.REP)
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.bind(_ZAP_ENDPOINT)

    def protect(self, server_socket: zmq.Socket[bytes]) -> None:
        """Makes a socket that is not bound yet take encrypted connections of allowed clients only."""
        server_socket.setsockopt(zmq.CURVE_SERVER, 1)
        server_socket.setsockopt(zmq.CURVE_SECRETKEY, self._own.secret)
        server_socket.setsockopt(zmq.ZAP_DOMAIN, _DOMAIN)

    def answer(self, frames: list[bytes]) -> bool:
        """Answers one question of ZeroMQ; whether that client was let in. The user's id is its public key."""
        key = self._key_asked_for(frames)
        name = None if key is None else self._allowed.name_of(key)
        request = frames[1] if len(frames) > 1 else b""
        if name is None or key is None:
            self._note_refusal(key, address=frames[3] if len(frames) == _ZAP_FRAMES else b"?")
            self.socket.send_multipart([_ZAP_VERSION, request, b"400", b"this key is not allowed", b"", b""])
            return False
        _LOG.info("%s connects from %s", name, frames[3].decode(errors="replace"))
        self.socket.send_multipart([_ZAP_VERSION, request, b"200", b"OK", key, b""])
        return True

    def close(self) -> None:
        """Closes the socket; the protected ones must be closed already."""
        self.socket.close(linger=0)

    def _key_asked_for(self, frames: list[bytes]) -> bytes | None:
        if len(frames) != _ZAP_FRAMES or frames[0] != _ZAP_VERSION or frames[5] != b"CURVE":
            return None
        encoded: bytes = z85.encode(frames[6])
        return encoded

    def _note_refusal(self, key: bytes | None, *, address: bytes) -> None:
        """Says it once a key: a client may go on trying."""
        key = key or b"none"
        if key in self._refused:
            return
        if len(self._refused) >= _REFUSED_REMEMBERED:
            self._refused.clear()
        self._refused.add(key)
        _LOG.warning(
            "refused a client at %s: its public key %s is in no %s file of the allowed keys",
            address.decode(errors="replace"),
            key.decode(),
            PUBLIC_SUFFIX,
        )


def gate_from_files(context: zmq.Context[zmq.Socket[bytes]], server_key: Path, allowed_keys: Path) -> Gate:
    """The gate that a server's secret file and a folder of client keys make; raises ConfigError where one is wrong."""
    return Gate(context, read_key_pair(server_key), AllowedKeys(allowed_keys))
