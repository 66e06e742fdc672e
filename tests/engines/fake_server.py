"""A server that does one thing wrong, for tests of its clients: sockets of its own, and made motion."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass

import numpy as np
import zmq
from tests.contract.made_playout import made_motion

from ponimator_runtime import wire
from ponimator_runtime.motion.skeleton import JOINT_NAMES, PARENTS

RATE_HZ = 30
BLOCK_FRAMES = 10
NS_PER_S = 1_000_000_000
CLOCK_AHEAD_NS = 123 * NS_PER_S
"""Its clock is not the client's: without the offset nothing would ever be shown."""
SESSION = "fake-1"
TOPIC = wire.topic_from_session(SESSION).encode()
_BEGIN_S = 0.3


@dataclass(frozen=True, kw_only=True)
class Faults:
    """What is wrong with it.

    Attributes:
        protocol: the number in its `hello_ok`.
        refuse_hello: answers `hello` with `unsupported_protocol`.
        silent: types of requests that it never answers.
        garbage: comes on the stream lane between the blocks of an interaction.
        lead_s: how long before its time a block is sent; by default all of an interaction at once.
    """

    protocol: int = wire.PROTOCOL
    refuse_hello: bool = False
    silent: tuple[str, ...] = ()
    garbage: tuple[bytes, ...] = ()
    lead_s: float = 60.0


class FakeServer:
    """Answers one client on free ports, in a thread of its own.

    Attributes:
        control: its endpoint for requests.
        stream: its endpoint for motion.
        told_stream: what it says of that; a test that puts a network between sets it.
        asked: the types of all requests, in order.
        heard: set whenever a request has come; who waits for one clears it.
    """

    def __init__(self, faults: Faults, *, frames: int = 60):
        self._faults, self._frames = faults, frames
        self._context = zmq.Context()
        self._router, self._stream = self._context.socket(zmq.ROUTER), self._context.socket(zmq.XPUB)
        for sock in (self._router, self._stream):
            sock.linger = 0
            sock.bind("tcp://127.0.0.1:*")
        self.control, self.stream = (sock.last_endpoint.decode() for sock in (self._router, self._stream))
        self.told_stream = self.stream
        self.asked: list[str] = []
        self.heard = threading.Event()
        self._origin_ns, self._beat_ns = self._now_ns(), 0
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._sent: list[wire.Motion] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def wait_for(self, request_type, *, patience_s=60.0):
        """Until a request of that type has come."""
        end_s = time.monotonic() + patience_s
        while request_type not in self.asked:
            assert self.heard.wait(max(0.0, end_s - time.monotonic())), f"no {request_type} came, only {self.asked}"
            self.heard.clear()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        for sock in (self._router, self._stream):
            sock.close()
        self._context.term()

    def _now_ns(self):
        return time.monotonic_ns() + CLOCK_AHEAD_NS

    def _run(self):
        poller = zmq.Poller()
        for sock in (self._router, self._stream):
            poller.register(sock, zmq.POLLIN)
        while not self._over.is_set():
            ready = dict(poller.poll(20))
            if self._stream in ready and self._stream.recv()[:1] == b"\x01":
                self._publish(self._skeleton())
            if self._router in ready:
                received_ns = self._now_ns()
                client, data = self._router.recv_multipart()
                self._answer(client, wire.decode_request(data), received_ns)
            while self._waiting and self._waiting[0][0] <= self._now_ns():
                self._stream.send_multipart([TOPIC, self._waiting.popleft()[1]])
            if self._now_ns() >= self._beat_ns + NS_PER_S:
                self._beat_ns = self._now_ns()
                self._publish(wire.Heartbeat(session=SESSION, time_ns=self._beat_ns, play_frame=0, buffered_s=0.0))

    def _answer(self, client, request, received_ns):
        request_type = request.__struct_config__.tag
        if request_type not in self._faults.silent:
            reply = self._reply(request, received_ns)
            self._router.send_multipart([client, wire.encode(reply)])
        if isinstance(request, wire.Interact) and request_type not in self._faults.silent:
            self._play(reply.apply_frame)
        self.asked.append(request_type)
        self.heard.set()

    def _reply(self, request, received_ns):
        number = request.request_id
        if isinstance(request, wire.Hello):
            return self._hello(number)
        if isinstance(request, wire.Ping):
            return wire.Pong(
                request_id=number,
                client_time_ns=request.client_time_ns,
                server_receive_ns=received_ns,
                server_send_ns=self._now_ns(),
            )
        if isinstance(request, wire.OpenSession):
            return wire.SessionOpened(
                request_id=number, session=SESSION, topic=TOPIC.decode(), skeleton=self._skeleton()
            )
        if isinstance(request, wire.Interact):
            begins_ns = self._now_ns() + round(_BEGIN_S * NS_PER_S) - self._origin_ns
            return wire.InteractionAccepted(
                request_id=number, interaction=1, apply_frame=begins_ns * RATE_HZ // NS_PER_S, timing_ms={}
            )
        if isinstance(request, wire.Resend):
            return self._resent(request)
        return wire.SessionClosed(request_id=number, session=SESSION)

    def _hello(self, number):
        if self._faults.refuse_hello:
            return wire.Error(
                request_id=number, code=wire.Code.UNSUPPORTED_PROTOCOL, message="Expected protocol 7, got 1: update."
            )
        return wire.HelloOk(
            request_id=number,
            protocol=self._faults.protocol,
            server="fake 1.0",
            models=(wire.ModelInfo(name="made", text=True),),
            limits=wire.Limits(max_sessions=1),
            stream=self.told_stream,
        )

    def _play(self, first):
        """The interaction, each block when it is time for it, and behind the first the garbage."""
        for start in range(first, first + self._frames, BLOCK_FRAMES):
            block = self._block(start, final=start + BLOCK_FRAMES == first + self._frames)
            self._sent.append(block)
            data = (wire.encode(block), *(self._faults.garbage if start == first else ()))
            time_ns = block.time_ns - round(self._faults.lead_s * NS_PER_S)
            self._waiting.extend((time_ns, entry) for entry in data)

    def _block(self, start, *, final):
        rotations, translations = made_motion(np.arange(start, start + BLOCK_FRAMES) / RATE_HZ, phase=0.0)
        return wire.motion_from_arrays(
            session=SESSION,
            interaction=1,
            revision=1,
            start=start,
            rate_hz=RATE_HZ,
            time_ns=self._origin_ns + start * NS_PER_S // RATE_HZ,
            rotations=rotations,
            translations=translations,
            foot_contacts=np.zeros((2, BLOCK_FRAMES, 4)),
            final=final,
        )

    def _resent(self, request):
        """What was sent of these frames, again; the reply."""
        sent = self._sent[: len(self._sent) - len(self._waiting)]
        again = [block for block in sent if request.start < block.start + block.count and block.start < request.stop]
        for block in again:
            self._publish(block)
        stop = again[-1].start + BLOCK_FRAMES if again else request.start
        return wire.Resent(request_id=request.request_id, start=request.start, stop=stop, blocks=len(again))

    def _publish(self, message):
        self._stream.send_multipart([TOPIC, wire.encode(message)])

    def _skeleton(self):
        return wire.Skeleton(
            session=SESSION,
            joints=JOINT_NAMES,
            parents=PARENTS,
            rest_joints=wire.rest_joints_bytes(np.zeros((2, 55, 3))),
            names=("Ann", "Ben"),
        )
