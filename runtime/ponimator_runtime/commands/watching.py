"""Plays an interaction of a session in real time behind a progress bar, and tells what a person wants to know."""

from __future__ import annotations

import time
from dataclasses import dataclass

from tqdm import tqdm

from ponimator_runtime.client.playout import Margins, ReceivedMotion
from ponimator_runtime.client.remote_session import RemoteSession
from ponimator_runtime.errors import RequestRefused
from ponimator_runtime.motion_files.performance import Performance
from ponimator_runtime.recording.performance import performance_of
from ponimator_runtime.wire import InteractionAccepted, Motion, Pose, State, Status


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """What came of an interaction.

    Attributes:
        text: what was asked for; None: by poses alone.
        accepted: the server's reply.
        motion: all frames.
        performance: the same, as files hold it.
        first_block_s: from the trigger to the first block's arrival.
        first_frame_s: from the trigger to when its first frame plays.
        missing: frames that never came.
        gaps: how often frames were missing when a later block came.
        resends: how often they were asked for again.
        margins: how early frames came.
        late: how often the server said that it was late.
    """

    text: str | None
    accepted: InteractionAccepted
    motion: ReceivedMotion
    performance: Performance
    first_block_s: float
    first_frame_s: float
    missing: int
    gaps: int
    resends: int
    margins: Margins
    late: int

    def report(self) -> str:
        """A few lines for a person."""
        rate_hz, count = self.motion.rate_hz, self.motion.frame_count
        margins = self.margins
        timing = ", ".join(f"{stage} {time_ms:.0f}" for stage, time_ms in self.accepted.timing_ms.items())
        lines = [
            ("interaction", f"{self.accepted.interaction}: {self.text or 'from poses'}"),
            ("frames", f"{count} at {rate_hz} Hz, {count / rate_hz:.1f} s of two bodies with 55 joints"),
            ("gaps", f"{self.gaps}, {self.resends} asked for again, {self.missing} frames never came"),
            (
                "first frame",
                f"received after {1000 * self.first_block_s:.0f} ms, plays after {1000 * self.first_frame_s:.0f} ms",
            ),
            ("server, ms", timing),
            (
                "frames came",
                f"before they play by p50 {margins.p50:.0f}, p95 {margins.p95:.0f}, p99 {margins.p99:.0f}, "
                f"least {margins.worst:.0f} ms",
            ),
            ("late", f"{margins.late_frames} frames; the server was late {self.late} times"),
        ]
        return "\n".join(f"  {name:<12} {words}" for name, words in lines)


def watch(
    session: RemoteSession,
    *,
    text: str | None,
    seconds: float,
    seed: int | None,
    poses: tuple[Pose | None, Pose | None] = (None, None),
    anchor_time: float | None = None,
    show_progress: bool = True,
) -> Watched:
    """Triggers an interaction and receives it until it has played.

    Raises:
        RequestRefused: the server refused it, or it failed on the way.
        ServerGone: the server stopped.
    """
    triggered_s = time.monotonic()
    accepted = session.interact(text=text, poses=poses, anchor_time=anchor_time, duration_s=seconds, seed=seed)
    first_block_s = first_frame_s = 0.0
    late = 0
    with tqdm(total=0, unit="frame", desc=text, disable=None if show_progress else True, leave=False) as bar:
        for message in session.stream():
            if isinstance(message, Motion):
                if not first_block_s:
                    now_s = time.monotonic()
                    first_block_s = now_s - triggered_s
                    first_frame_s = first_block_s + session.ahead_s(message.time_ns)
                    bar.reset(total=round(seconds * message.rate_hz))
                bar.update(session.playout.frame_count - bar.n)
            elif isinstance(message, Status):
                late += message.state is State.LATE
                if message.state is State.FAILED:
                    raise RequestRefused(message.code or "internal", message.message)
    playout = session.playout
    motion = playout.motion(accepted.apply_frame)
    return Watched(
        text=text,
        accepted=accepted,
        motion=motion,
        performance=performance_of(motion, session.skeleton),
        first_block_s=first_block_s,
        first_frame_s=first_frame_s,
        missing=playout.missing(),
        gaps=playout.gaps,
        resends=session.resends,
        margins=playout.margins(),
        late=late,
    )
