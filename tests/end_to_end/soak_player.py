"""A game that lives through a soak: it triggers and cancels at random, and checks all that it hears.

As a script, `python soak_player.py CONTROL SEED SECONDS` plays until it is killed, or for so long at most.
"""

from __future__ import annotations

import random
import sys
import threading
import time

from ponimator_runtime.client import Client
from ponimator_runtime.client.remote_session import RemoteSession
from ponimator_runtime.errors import PonimatorError, RequestRefused
from ponimator_runtime.wire import Code, State, Status

TEXTS = ("two people hug", "two people shake hands", "two people bow to each other", "one pushes the other away")
DURATIONS_S = (0.5, 2.0, 5.0, None)
RATES_HZ = (30, 60, 120)
PATIENCE_S = 180.0
ALLOWED = {Code.BUSY, Code.UNKNOWN_INTERACTION}
"""Many ask at a time; what is to be cancelled may be over."""


def act(session: RemoteSession, chance: random.Random) -> int | None:
    """One trigger or cancel; the interaction that began."""
    try:
        if chance.random() < 0.3:
            session.cancel(blend_out_s=chance.choice((0.0, 0.3, 1.0)))
            return None
        accepted = session.interact(
            text=chance.choice(TEXTS),
            duration_s=chance.choice(DURATIONS_S),
            blend_in_s=chance.choice((0.0, 0.3)),
            seed=chance.randrange(2**31),
        )
    except RequestRefused as refused:
        if refused.code not in ALLOWED:
            raise
        return None
    return accepted.interaction


class Survivor(threading.Thread):
    """Plays in a thread of its own until `over`, then once more from rest to the end.

    Attributes:
        checks: by session; a server that was restarted gives another one.
        error: what ended it before its time.
        client: its connection, closed when the thread has ended.
        reopened: how often its session was lost with the server.
        messages: heard.
    """

    def __init__(self, control, seed, over, checks_type):
        super().__init__(name=f"survivor {seed}", daemon=True)
        self.checks, self.error, self.messages, self.reopened = {}, None, 0, 0
        self._control, self._over, self._checks_type = control, over, checks_type
        self._chance = random.Random(seed)

    def run(self):
        try:
            with Client(self._control, timeout_s=PATIENCE_S, reconnect_s=PATIENCE_S, name=self.name) as client:
                session = client.open_session(rate_hz=self._chance.choice(RATES_HZ))
                self._play(session)
                self._play_out(session)
                self.reopened = session.reopened
        except BaseException as error:
            self.error = error
            self._over.set()

    def violations(self):
        """Of all sessions it had."""
        return [str(found) for check in self.checks.values() for found in check.finish()]

    def _play(self, session):
        act_s = time.monotonic()
        while not self._over.is_set():
            if time.monotonic() >= act_s:
                act(session, self._chance)
                act_s = time.monotonic() + self._chance.uniform(0.3, 4.0)
            self._hear(session, 0.05)

    def _play_out(self, session):
        """Whatever was before: a trigger now is played to its end."""
        wanted, end_s = session.interact(text=TEXTS[0], duration_s=1.0).interaction, time.monotonic() + PATIENCE_S
        while time.monotonic() < end_s:
            said = self._hear(session, 1.0)
            if isinstance(said, Status) and (said.state, said.interaction) == (State.FINISHED, wanted):
                return
        raise AssertionError(f"interaction {wanted} of session {session.id} never finished")

    def _hear(self, session, timeout_s):
        message = session.receive(timeout_s)
        if message is not None:
            self.messages += 1
            self.checks.setdefault(message.session, self._checks_type()).take(message)
        return message


def main():
    """Plays, reads, and says so once; ends by itself when its time is over or the server is gone."""
    control, seed, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    chance, end_s = random.Random(seed), time.monotonic() + seconds
    try:
        with Client(control, timeout_s=PATIENCE_S, reconnect_s=0.0, name=f"victim {seed}") as client:
            session = client.open_session()
            while time.monotonic() < end_s:
                act(session, chance)
                print("playing", flush=True)
                act_s = time.monotonic() + chance.uniform(0.3, 2.0)
                while time.monotonic() < act_s:
                    session.receive(0.05)
    except PonimatorError:
        sys.exit(1)


if __name__ == "__main__":
    main()
