"""The probe of the Python client: a small game on a console, with the same commands and answers as the engines'.

It is the reference for the C# and C++ probes. Commands come on stdin, one a line; events go to stdout, one JSON
object a line.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import math
import queue
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from ponimator_runtime.client import Client, PlayState
from ponimator_runtime.errors import (
    ConnectTimeout,
    PonimatorError,
    ProtocolError,
    ReplyTimeout,
    RequestRefused,
    ServerGone,
    TransportError,
    UnsupportedProtocol,
)
from ponimator_runtime.motion.rotations import angle_between, matrix_from_quaternion
from ponimator_runtime.wire import PROTOCOL, Code, Profile, Root, State, Status

FOR_EVER_S = 1e9
ROOTS = (Root(position=(0.0, 0.0, 0.0)), Root(position=(0.0, 0.0, 1.2), yaw_rad=math.pi))
PLAIN_STATES = {State.PLAYING, State.FINISHED, State.CANCELLED, State.LATE, State.FAILED}


class Stopped(BaseException):
    """Told to stop, also in the middle of a request: that is what a signal is for in a client of one thread."""


class Measured:
    """What the displays since the last `measure` were like."""

    def __init__(self):
        self.states = dict.fromkeys(PlayState, 0)
        self.longest_gap_s = self.largest_step_m = self.largest_turn_rad = 0.0
        self._last_s = self._pose = None

    def take(self, shown, now_s):
        self.states[shown.state] += 1
        if self._last_s is not None:
            self.longest_gap_s = max(self.longest_gap_s, now_s - self._last_s)
        if shown.pose is not None and self._pose is not None:
            step_m = np.linalg.norm(shown.pose.translations - self._pose.translations, axis=-1).max()
            matrices = [matrix_from_quaternion(pose.rotations_xyzw) for pose in (shown.pose, self._pose)]
            self.largest_step_m = max(self.largest_step_m, float(step_m))
            self.largest_turn_rad = max(self.largest_turn_rad, float(angle_between(*matrices).max()))
        self._last_s, self._pose = now_s, shown.pose

    def told(self):
        return {
            "displayed": sum(self.states.values()),
            **{str(state): count for state, count in self.states.items()},
            "longest_display_gap_ms": self.longest_gap_s * 1e3,
            "largest_step_m": self.largest_step_m,
            "largest_turn_rad": self.largest_turn_rad,
        }


class Probe:
    """A game of one thread."""

    def __init__(self, options, commands):
        self._options, self._commands = options, commands
        self._client = self._session = self._opened = None
        self._measured, self._bad_told_s, self._lost = Measured(), -math.inf, False

    def run(self):
        """Connects and plays until told to stop."""
        while self._client is None:
            if not self._connect():
                return
        self._say_opened()
        period_s = 1 / self._options.rate
        due_s = time.monotonic()
        while True:
            self._obey()
            if not self._listen():
                return
            self._measured.take(self._session.display(), time.monotonic())
            due_s = max(due_s + period_s, time.monotonic())
            time.sleep(max(0.0, due_s - time.monotonic()))

    def close(self):
        if self._client is not None:
            self._client.close()

    def _connect(self):
        try:
            self._client = Client(
                self._options.control,
                timeout_s=self._options.reply_timeout,
                server_key=self._options.server_key_file,
                client_key=self._options.client_key_file,
                reconnect_s=FOR_EVER_S,
            )
            self._session = self._client.open_session(("Ann", "Ben"), profile=Profile(self._options.profile))
        except (ConnectTimeout, ReplyTimeout, ServerGone) as error:
            say("lost", message=str(error))
            self.close()
            self._client = None
        except PonimatorError as error:
            say("ended", message=str(error))
            return False
        else:
            say("connected", server=self._client.server.server, protocol=PROTOCOL)
        return True

    def _obey(self):
        with contextlib.suppress(queue.Empty):
            command, _, rest = self._commands.get_nowait().partition(" ")
            try:
                self._do(command, rest)
            except RequestRefused as refused:
                say("refused", code=refused.code, message=refused.message)
            except (ReplyTimeout, ServerGone) as error:
                say("lost", message=str(error))

    def _do(self, command, rest):
        if command in {"trigger", "trigger-for"}:
            seconds, text = ("6", rest) if command == "trigger" else rest.split(" ", 1)
            accepted = self._session.interact(text=text, duration_s=float(seconds), seed=1, roots=ROOTS)
            say("accepted", interaction=accepted.interaction, apply_frame=accepted.apply_frame)
        elif command == "cancel":
            say("cancelled", apply_frame=self._session.cancel().apply_frame)
        elif command == "measure":
            self._measured = Measured()
        elif command == "report":
            counters = dataclasses.asdict(self._session.counters())
            say("report", **self._measured.told(), counters=counters)

    def _listen(self):
        """Takes what has come; whether the attempts go on."""
        recoveries = self._client.recovery.count
        try:
            while (message := self._session.receive(0.0)) is not None:
                if isinstance(message, Status) and message.state in PLAIN_STATES:
                    if message.code is Code.UNKNOWN_SESSION and message.interaction is None:
                        say("interaction_lost")
                    else:
                        say("state", state=message.state, code=message.code, message=message.message)
        except UnsupportedProtocol as error:
            say("ended", message=str(error))
            return False
        except ProtocolError as error:
            if time.monotonic() - self._bad_told_s >= 1.0:
                self._bad_told_s = time.monotonic()
                say("bad_message", message=str(error))
        except (TransportError, RequestRefused) as error:
            say("ended", message=str(error))
            return False
        self._tell_losses(recoveries)
        return True

    def _tell_losses(self, recoveries):
        recovery = self._client.recovery
        if recovery.running and not self._lost:
            say("lost", message="The connection ended, or nothing came for too long: looking for the server.")
        self._lost = recovery.running
        if recovery.count > recoveries:
            say("recovered", seconds=recovery.last_s)
            self._say_opened()

    def _say_opened(self):
        say("opened", session=self._session.id, resumed=self._session.id == self._opened)
        self._opened = self._session.id


def say(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def read_commands(commands):
    """Until told to stop; then it ends the game wherever it is."""
    for line in sys.stdin:
        if line.strip() == "stop":
            break
        commands.put(line.strip())
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


def key_files(options, parser, folder):
    """The client takes files; the probe's arguments are the keys themselves."""
    keys = (options.server_key, options.public_key, options.secret_key)
    options.server_key_file = options.client_key_file = None
    if any(keys) and not all(keys):
        parser.error("expected --server-key, --public-key and --secret-key, or none of them")
    if all(keys):
        options.server_key_file, options.client_key_file = folder / "server.key", folder / "own.key_secret"
        write_key(options.server_key_file, keys[0])
        write_key(options.client_key_file, keys[1], keys[2])


def write_key(path, public, secret=None):
    lines = ["metadata", "curve", f'    public-key = "{public}"']
    lines += [] if secret is None else [f'    secret-key = "{secret}"']
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--control", required=True)
    for key in ("--server-key", "--public-key", "--secret-key"):
        parser.add_argument(key)
    parser.add_argument("--rate", type=float, default=60.0)
    parser.add_argument("--profile", default=Profile.BALANCED, choices=list(Profile))
    parser.add_argument("--reply-timeout", type=float, default=5.0)
    # Each has one value; a key may begin with a hyphen.
    options = parser.parse_args(["=".join(pair) for pair in zip(sys.argv[1::2], sys.argv[2::2], strict=True)])
    commands, stop_s = queue.Queue(), None

    def stop(*_):
        nonlocal stop_s
        if stop_s is None:
            stop_s = time.monotonic()
            raise Stopped

    with tempfile.TemporaryDirectory() as folder:
        key_files(options, parser, Path(folder))
        probe = Probe(options, commands)
        before = threading.active_count()
        signal.signal(signal.SIGINT, stop)
        reader = threading.Thread(target=read_commands, args=(commands,), daemon=True)
        try:
            reader.start()
            probe.run()
            reader.join()
        except Stopped:
            pass
        probe.close()
        reader.join()
        say("stopped", seconds=time.monotonic() - stop_s, threads=threading.active_count() - before)


if __name__ == "__main__":
    main()
