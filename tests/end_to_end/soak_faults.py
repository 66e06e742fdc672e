"""What goes wrong around a server: killed and frozen clients, slow readers, garbage on both sockets, too much at once.

All of it goes to this machine's own loopback, and is bounded in number and time. A seed tells what is done.
"""

from __future__ import annotations

import contextlib
import random
import signal
import socket
import subprocess
import sys
from pathlib import Path

import zmq

from ponimator_runtime.wire import decode_reply, encoding_of

PLAYER = Path(__file__).with_name("soak_player.py")
GOLDEN = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "contract/golden").glob("*.msgpack"))]
REPLY_MS = 120_000
_MOST_SLOW, _MOST_VICTIMS, _MOST_STRANGERS = 3, 2, 4
_TOO_LARGE, _CUT_OFF = 100_000, 1 << 20


class Faults:
    """All that does harm to one server, one thing at a time.

    Attributes:
        killed: clients that were killed, not ended by themselves.
        refused: answers to garbage.
    """

    def __init__(self, control: str, stream: str, seed: int, victim_s: float) -> None:
        """Harms nobody yet; a victim ends by itself after `victim_s`."""
        self._control, self._stream, self._victim_s = control, stream, victim_s
        self._random = random.Random(seed)
        self._context = zmq.Context()
        self._victims: list[subprocess.Popen[str]] = []
        self._slow: list[zmq.Socket] = []
        self._strangers: list[socket.socket] = []
        self.killed = self.refused = 0

    @classmethod
    def names(cls) -> list[str]:
        """Of all there are; what comes twice is done twice as often."""
        names = [
            "slow_reader",
            "garbage",
            "mutated",
            "too_large",
            "cut_off",
            "two_frames",
            "no_zeromq",
            "subscriptions",
        ]
        return [*names, "kill", "kill", *(["freeze"] if hasattr(signal, "SIGSTOP") else [])]

    def do(self, name: str) -> None:
        """One of them."""
        getattr(self, f"_{name}")()

    def close(self) -> None:
        """Ends all clients that are left."""
        while self._victims:
            self._end(self._victims.pop())
        for stranger in self._strangers:
            stranger.close()
        self._context.destroy(linger=0)

    def _kill(self) -> None:
        """Kills the oldest victim in whatever it does, and sends a new one in."""
        if len(self._victims) >= _MOST_VICTIMS:
            self._end(self._victims.pop(0))
        arguments = [str(PLAYER), self._control, str(self._random.randrange(2**31)), str(self._victim_s)]
        self._victims.append(subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL, text=True))

    def _freeze(self) -> None:
        """Freezes a victim; it is killed frozen."""
        for victim in self._victims:
            if victim.poll() is None:
                victim.send_signal(signal.SIGSTOP)
                return

    def _end(self, victim: subprocess.Popen[str]) -> None:
        self.killed += victim.poll() is None
        victim.kill()
        victim.wait()

    def _slow_reader(self) -> None:
        """Subscribes to everything and reads one message; the next ones are left lying."""
        if len(self._slow) >= _MOST_SLOW:
            self._slow.pop(0).close()
        reader = self._context.socket(zmq.SUB)
        for option, value in ((zmq.LINGER, 0), (zmq.RCVHWM, 1), (zmq.RCVBUF, 4096), (zmq.SUBSCRIBE, b"")):
            reader.setsockopt(option, value)
        reader.connect(self._stream)
        reader.poll(1000)
        self._slow.append(reader)

    def _garbage(self) -> None:
        self._answered([[self._random.randbytes(self._random.randrange(1000))] for _ in range(20)])

    def _mutated(self) -> None:
        """Messages of every type with some bytes changed."""
        payloads = []
        for _ in range(30):
            data = bytearray(self._random.choice(GOLDEN))
            for _ in range(self._random.randrange(1, 4)):
                data[self._random.randrange(len(data))] = self._random.randrange(256)
            payloads.append([bytes(data)])
        self._answered(payloads)

    def _too_large(self) -> None:
        self._answered([[bytes(_TOO_LARGE)]])

    def _two_frames(self) -> None:
        self._answered([[b"", GOLDEN[0]], [GOLDEN[1]] * 5])

    def _answered(self, messages: list[list[bytes]]) -> None:
        """Each gets one answer that a client can read."""
        dealer = self._context.socket(zmq.DEALER)
        dealer.linger = 0
        dealer.connect(self._control)
        for parts in messages:
            dealer.send_multipart(parts)
            assert dealer.poll(REPLY_MS), f"no answer to {parts[0][:40]!r}…"
            reply = dealer.recv()
            decode_reply(reply, encoding=encoding_of(reply))
            self.refused += 1
        dealer.close()

    def _cut_off(self) -> None:
        """More than a connection may send: the server ends it."""
        dealer = self._context.socket(zmq.DEALER)
        dealer.linger = 0
        monitor = dealer.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        dealer.connect(self._control)
        dealer.send(bytes(_CUT_OFF))
        cut = monitor.poll(REPLY_MS)
        dealer.disable_monitor()
        monitor.close()
        dealer.close()
        assert cut, "the server did not cut the connection"

    def _no_zeromq(self) -> None:
        """Bytes of another protocol on both ports; the connections stay open for a while."""
        for endpoint in (self._control, self._stream):
            host, port = endpoint.removeprefix("tcp://").rsplit(":", 1)
            stranger = socket.create_connection((host, int(port)), timeout=REPLY_MS / 1000)
            with contextlib.suppress(OSError):  # it may be cut off while it still talks
                stranger.sendall(self._random.randbytes(self._random.randrange(1, 5000)))
            self._strangers.append(stranger)
        while len(self._strangers) > _MOST_STRANGERS:
            self._strangers.pop(0).close()

    def _subscriptions(self) -> None:
        """What a subscriber may send upwards, and what it may not."""
        strange = self._context.socket(zmq.XSUB)
        strange.linger = 1000
        strange.connect(self._stream)
        for size in (0, 1, 60, 900, 5000):
            prefix = self._random.choice((b"\x00", b"\x01", b"\x02", b""))
            strange.send(prefix + self._random.randbytes(size))
        strange.close()
