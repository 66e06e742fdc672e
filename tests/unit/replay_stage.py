"""What tests of the replay share: a mock server, and a client that asks and listens."""

from tests.unit.made_recordings import HEADER, records, stream

from ponimator_runtime.recording.reader import Recording
from ponimator_runtime.replaying.clock import ReplayClock
from ponimator_runtime.replaying.mock import Mock
from ponimator_runtime.replaying.playback import Playback
from ponimator_runtime.replaying.score import NS_PER_S, Score
from ponimator_runtime.wire import (
    Character,
    Encoding,
    Hello,
    Motion,
    OpenSession,
    decode_reply,
    decode_stream,
    encode,
    encoding_of,
)

PEOPLE = (Character(name="A"), Character(name="B"))
END_NS = stream()[-1][0]


class Stage:
    """A mock with a client's view of it, in a time that passes when it is told to."""

    def __init__(self, made=None, *, loop=False, speed=1.0, patience_s=10.0, encoding=Encoding.MSGPACK):
        self.wall_ns = 123_456_789
        self.said = []
        recorded = tuple(records(encoding) if made is None else made)
        score = Score(Recording(name="made", header=HEADER, records=recorded))
        self.clock = ReplayClock(lambda: self.wall_ns, speed=speed)
        self.playback = Playback(
            score,
            self.clock,
            lambda payload: self.said.append((self.clock(), payload)),
            loop=loop,
            patience_s=patience_s,
        )
        self.mock = Mock(score, self.clock, self.playback, stream="tcp://127.0.0.1:1")
        self._request_id = 0

    def ask(self, kind, *, clients=1, encoding=Encoding.MSGPACK, **fields):
        self._request_id += 1
        replies = []
        request = kind(request_id=self._request_id, **fields)
        self.mock.receive(encode(request, encoding), replies.append, clients=clients)
        (payload,) = replies
        reply = decode_reply(payload, encoding=encoding_of(payload))
        assert reply.request_id == self._request_id
        return reply

    def arrive(self):
        """What a client does: hello, open, subscribe."""
        self.ask(Hello, protocol=1)
        opened = self.ask(OpenSession, characters=PEOPLE)
        self.subscribe()
        return opened

    def subscribe(self):
        self.mock.subscription(b"\x01" + HEADER.topic.encode())
        self.playback.tick()

    def leave(self):
        self.mock.subscription(b"\x00" + HEADER.topic.encode())

    def pass_time(self, seconds):
        stop_ns = self.wall_ns + round(seconds * NS_PER_S)
        while (next_ns := self.wall_ns + max(1, self.playback.wait_ns())) <= stop_ns:
            self.wall_ns = next_ns
            self.playback.tick()
        self.wall_ns = stop_ns
        self.playback.tick()

    @property
    def payloads(self):
        return [payload for _, payload in self.said]

    @property
    def messages(self):
        return [decode_stream(payload, encoding=encoding_of(payload)) for payload in self.payloads]

    def blocks(self):
        return [message for message in self.messages if isinstance(message, Motion)]
