"""One probe, as the tests drive it: a process that takes commands and tells events."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import threading
import time

PATIENCE_S = 120.0
"""Nothing takes so long but on a machine with other things to do."""


class Probe:
    """A running probe.

    Attributes:
        events: all that it told, in order.
    """

    def __init__(self, command, control, *options):
        self.events = []
        self._told = queue.Queue()
        self._process = subprocess.Popen(
            [*command, "--control", control, *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._threads = [threading.Thread(target=work) for work in (self._read, self._read_complaints)]
        self._complaints = []
        for thread in self._threads:
            thread.start()

    def say(self, line):
        self._process.stdin.write(line + "\n")

    def until(self, *kinds, patience_s=PATIENCE_S, **fields):
        """The next event of a kind and with these fields; those before it are passed over."""
        end_s = time.monotonic() + patience_s
        while True:
            try:
                event = self._told.get(timeout=max(0.001, end_s - time.monotonic()))
            except queue.Empty:
                event = None
            if event is None:
                raise AssertionError(f"no {kinds} {fields} was told, only {self.events[-8:]}{self.complaints()}")
            if event["event"] in kinds and all(event[name] == value for name, value in fields.items()):
                return event

    def told(self, kind):
        return [event for event in self.events if event["event"] == kind]

    def report(self):
        self.say("report")
        return self.until("report")

    def stop(self):
        """Its last word; it ends by itself."""
        self.say("stop")
        stopped = self.until("stopped")
        assert self._process.wait(PATIENCE_S) == 0, self.complaints()
        return stopped

    def complaints(self):
        return "\n" + "".join(self._complaints[-20:])

    def close(self):
        """Ends it whatever it does."""
        self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(BrokenPipeError):  # a command that it did not live to read
                pipe.close()

    def _read(self):
        for line in self._process.stdout:
            event = json.loads(line)
            self.events.append(event)
            self._told.put(event)
        self._told.put(None)

    def _read_complaints(self):
        self._complaints.extend(self._process.stderr)
