"""First-frame delay and lateness of the real server, over triggers from rest and in mid-motion.

`python tests/benchmarks/first_frame.py [--triggers 20] [--bundle lite] [--profile balanced]` prints JSON with machine,
commit and bundle.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from ponimator_runtime.client import Client
from ponimator_runtime.client.remote_session import RemoteSession
from ponimator_runtime.commands.server_process import ServerProcess
from ponimator_runtime.models.bundle import bundle_folder
from ponimator_runtime.models.card import CARD_FILE
from ponimator_runtime.wire import InteractionAccepted, Motion, Profile, State, Status

TEXTS = ("two people shake hands", "two people hug", "two people bow to each other", "two people give a high five")
FROM_REST_S = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Measure first-frame delay and lateness.

    Attributes:
        triggers: of each kind.
        bundle: name or folder.
        profile: of the session.
    """

    triggers: int = 20
    bundle: str = "lite"
    profile: Annotated[Profile, tyro.conf.EnumChoicesFromValues] = Profile.BALANCED


class Delays:
    """From trigger to the first block received, and to the first frame's play time, ms."""

    def __init__(self) -> None:
        self.received: list[float] = []
        self.plays: list[float] = []

    def trigger(self, session: RemoteSession, number: int, duration_s: float | None) -> InteractionAccepted:
        began_s = time.monotonic()
        accepted = session.interact(text=TEXTS[number % len(TEXTS)], duration_s=duration_s, seed=number)
        while True:
            message = session.receive()
            if isinstance(message, Motion) and message.interaction == accepted.interaction:
                break
        now_s = time.monotonic()
        self.received.append(1000 * (now_s - began_s))
        self.plays.append(1000 * (now_s - began_s + session.ahead_s(message.time_ns)))
        return accepted

    def report(self) -> dict[str, dict[str, float]]:
        return {"first_block_ms": quantiles(self.received), "first_frame_plays_ms": quantiles(self.plays)}


def quantiles(values: list[float]) -> dict[str, float]:
    names = ("p50", "p95", "p99", "max")
    return dict(zip(names, np.quantile(values, [0.5, 0.95, 0.99, 1.0]).round(1).tolist(), strict=True))


def from_rest(client: Client, settings: Settings) -> dict[str, object]:
    session, delays, late = client.open_session(profile=settings.profile), Delays(), 0
    for number in range(settings.triggers):
        delays.trigger(session, number, FROM_REST_S)
        late += sum(isinstance(m, Status) and m.state is State.LATE for m in session.stream())
    return delays.report() | lateness(session, late)


def in_motion(client: Client, settings: Settings) -> dict[str, object]:
    session, delays, late = client.open_session(profile=settings.profile), Delays(), 0
    for number in range(settings.triggers):
        accepted = delays.trigger(session, number, None)
        while True:
            message = session.receive()
            late += isinstance(message, Status) and message.state is State.LATE
            playing = isinstance(message, Status) and message.state is State.PLAYING
            if playing and message.interaction == accepted.interaction:
                break
    session.cancel()
    return delays.report() | lateness(session, late)


def lateness(session: RemoteSession, said_late: int) -> dict[str, object]:
    margins = session.playout.margins()
    early = {"p50": margins.p50, "p95": margins.p95, "p99": margins.p99, "least": margins.worst}
    return {
        "frames_early_by_ms": {name: round(value, 1) for name, value in early.items()},
        "frames": session.playout.frame_count,
        "frames_late": margins.late_frames,
        "frames_missing": session.playout.missing(),
        "server_said_late": said_late,
    }


def main() -> None:
    settings = tyro.cli(Settings)
    folder = bundle_folder(settings.bundle)
    with ServerProcess(["--bundle", settings.bundle, "--log", "warning"]) as server, Client(server.control) as client:
        results = {"from_rest": from_rest(client, settings), "in_motion": in_motion(client, settings)}
        stages = client.stats().latency_ms
    report = {
        "machine": {
            "cpu": platform.processor() or platform.machine(),
            "cores": os.cpu_count(),
            "os": platform.system(),
        },
        "commit": commit(),
        "bundle": {"name": server.bundle, "card_sha256": hashlib.sha256((folder / CARD_FILE).read_bytes()).hexdigest()},
        "profile": settings.profile,
        "triggers": settings.triggers,
        **results,
        "server_stages_ms": {
            name: {"p50": round(q.p50, 1), "p95": round(q.p95, 1), "p99": round(q.p99, 1)} for name, q in stages.items()
        },
    }
    print(json.dumps(report, indent=2))


def commit() -> str | None:
    here = Path(__file__).parent
    found = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607
        capture_output=True,
        text=True,
        cwd=here,
        check=False,
    )
    return found.stdout.strip() if found.returncode == 0 else None


if __name__ == "__main__":
    main()
