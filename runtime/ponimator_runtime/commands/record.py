"""`ponimator record`: a session into a file, byte by byte as it comes, or as motion that other programs read."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from ponimator_runtime.commands.interact import NAMES, check_trigger
from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.commands.saving import BODY_BUNDLE, body_of, check_out, saved
from ponimator_runtime.endpoints import DEFAULT_CONTROL
from ponimator_runtime.errors import ConfigError, RequestRefused, TransportError
from ponimator_runtime.recording.format import SUFFIX
from ponimator_runtime.recording.listener import Listener
from ponimator_runtime.recording.performance import performance_of_recording
from ponimator_runtime.recording.reader import read_recording
from ponimator_runtime.recording.recorder import Recorder, Tally, header_of
from ponimator_runtime.recording.writer import RecordingWriter
from ponimator_runtime.stopping import stopped_by_signals
from ponimator_runtime.wire import Character, Interact, OpenSession, Profile, SessionOpened
from ponimator_runtime.wire.limits import MAX_RATE_HZ, MIN_RATE_HZ
from ponimator_runtime.wire.messages import DEFAULT_DURATION_S


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordConfig:
    """Record a session until it ends or Ctrl-C.

    A .ponirec holds the stream byte by byte, and `ponimator replay` serves it again. The others are for other programs:
    SMPL-X parameters (.npz) and BVH (.bvh), a file for each person, and binary glTF (.glb) with both.

    Attributes:
        out: File to write; a recording that is there already is never overwritten.
        session: Id of a session that is there, to be listened to.
        text: Open a session instead, trigger this in it and record it to its end.
        seconds: How long to record a session (default: until it ends); how long what --text says lasts (default: 6).
        rate_hz: With --text: frames per second.
        profile: With --text: how the session trades quality for time.
        seed: With --text: the same number gives the same motion.
        control: The server's endpoint for requests.
        server_key: The server's .key file, where it uses keys.
        client_key: This client's .key_secret file, where the server uses keys.
    """

    out: Annotated[Path, tyro.conf.arg(metavar=f"FILE{SUFFIX}|.npz|.bvh|.glb")]
    session: str | None = None
    text: str | None = None
    seconds: float | None = None
    rate_hz: int = 30
    profile: Annotated[Profile, tyro.conf.EnumChoicesFromValues] = Profile.BALANCED
    seed: int | None = None
    control: str = DEFAULT_CONTROL
    server_key: Annotated[Path | None, tyro.conf.arg(metavar="FILE.key")] = None
    client_key: Annotated[Path | None, tyro.conf.arg(metavar="FILE.key_secret")] = None

    def __post_init__(self) -> None:
        """Refuses what cannot be recorded; raises ConfigError."""
        if (self.session is None) == (self.text is None):
            raise ConfigError(
                "expected one of --session ID, to listen to what is there, and --text WORDS, to trigger it"
            )
        if self.text is not None:
            check_trigger(self.text, DEFAULT_DURATION_S if self.seconds is None else self.seconds, self.seed)
        elif self.seconds is not None and not self.seconds > 0:
            raise ConfigError(f"--seconds must be more than 0, got {self.seconds:g}")
        if not MIN_RATE_HZ <= self.rate_hz <= MAX_RATE_HZ:
            raise ConfigError(f"--rate-hz must lie between {MIN_RATE_HZ} and {MAX_RATE_HZ}, got {self.rate_hz}")
        check_out(self.out, SUFFIX)
        if self.recording.exists():
            of_bytes = "" if self.out == self.recording else ", where the bytes of it would be kept until it is written"
            raise ConfigError(
                f"--out: {self.recording} is there already{of_bytes}: a recording never overwrites, name another"
            )

    @property
    def recording(self) -> Path:
        """Where the bytes go, whatever becomes of them."""
        return self.out.with_suffix(SUFFIX)


def main(arguments: list[str]) -> int:
    """Listens, writes, tells."""
    config = parsed(RecordConfig, arguments, command="record")
    with stopped_by_signals() as stopping, _listener(config) as listener:
        began_ns = time.monotonic_ns()
        opened = _opened(listener, config)
        try:
            with RecordingWriter(config.recording, header_of(listener, opened, began_ns)) as writer:
                # A script waits for this line: from now on, what is said in the session is kept.
                print(f"ponimator: recording session {opened.session} to {config.out}", flush=True)
                recorder = Recorder(listener, opened, writer, began_ns=began_ns)
                if config.text is None:
                    tally = recorder.run(stopping, seconds=config.seconds)
                else:
                    tally = _triggered(listener, recorder, opened, config, stopping)
        except RequestRefused:
            config.recording.unlink()  # nothing came of it, and nothing shall stand in the way of the next try
            raise
    print(tally.report())
    if config.out == config.recording:
        print(f"  {'written':<12} {config.out}, {writer.byte_count / 1e6:.2f} MB")
    else:
        # The recording goes only when its motion is safe: where that fails, `ponimator convert` can have another try.
        print(saved(config.out, performance_of_recording(read_recording(config.recording)), body_of(BODY_BUNDLE)))
        config.recording.unlink()
    return 0


def _listener(config: RecordConfig) -> Listener:
    return Listener(config.control, name="ponimator record", server_key=config.server_key, client_key=config.client_key)


def _triggered(
    listener: Listener, recorder: Recorder, opened: SessionOpened, config: RecordConfig, stopping: threading.Event
) -> Tally:
    trigger = Interact(
        request_id=listener.next_request_id(),
        session=opened.session,
        text=config.text,
        duration_s=DEFAULT_DURATION_S if config.seconds is None else config.seconds,
        seed=config.seed,
    )
    try:
        return recorder.run(stopping, trigger=trigger)
    finally:
        with contextlib.suppress(TransportError, RequestRefused):  # the session may have ended, or its server
            listener.end(opened.session)


def _opened(listener: Listener, config: RecordConfig) -> SessionOpened:
    if config.session is not None:
        return listener.follow(config.session)
    first, second = (Character(name=name) for name in NAMES)
    request_id = listener.next_request_id()
    return listener.open(
        OpenSession(request_id=request_id, characters=(first, second), rate_hz=config.rate_hz, profile=config.profile)
    )
