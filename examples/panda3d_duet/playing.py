"""An interaction as it plays: heard from the server, set on the actors, shown in a window or taken in pictures."""

import math
import time
from dataclasses import dataclass
from pathlib import Path

from actor import DuetActor
from album import DISTANCE_M, Album
from duet import Duet, DuetFrame
from stage import Stage

from ponimator_runtime.client import Client, RemoteSession
from ponimator_runtime.client.display import PlayState
from ponimator_runtime.errors import RequestRefused
from ponimator_runtime.wire import Motion, Root, State, Status

STEP_NS = 1_000_000_000 // 30
CAMERA_FOLLOWS = 0.03
"""Of the way to the middle of the two, each frame."""


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """What is asked for.

    Attributes:
        text: what the two do.
        seconds: how long.
        seed: the same number gives the same motion.
        apart_m: how far they stand from each other at first; None: as far as the interaction begins.
    """

    text: str
    seconds: float
    seed: int | None
    apart_m: float | None

    def roots(self) -> tuple[Root | None, Root | None]:
        """Where they stand, face to face."""
        if self.apart_m is None:
            return None, None
        half = 0.5 * self.apart_m
        return Root(position=(0.0, 0.0, -half), yaw_rad=0.0), Root(position=(0.0, 0.0, half), yaw_rad=math.pi)


class Playing:
    """An interaction as it plays on the actors.

    Attributes:
        client: keeps the server's clock.
        session: where it comes from.
        duet: the characters.
        actors: in the engine.
        anchor: absolute frame of its interactive pose; None before it is told.
        rate_hz: of the stream.
        first_frame: absolute.
        over: whether the server said that it has ended.
    """

    def __init__(self, client: Client, session: RemoteSession, duet: Duet, actors: tuple[DuetActor, DuetActor]) -> None:
        """Nothing plays."""
        self.client, self.session, self.duet, self.actors = client, session, duet, actors
        self.anchor: int | None = None
        self.rate_hz, self.first_frame, self.over = 30, 0, True

    def begin(self, trigger: Trigger, seed: int | None) -> None:
        """Triggers it."""
        accepted = self.session.interact(
            text=trigger.text, duration_s=trigger.seconds, seed=seed, roots=trigger.roots()
        )
        self.anchor, self.first_frame, self.over = None, accepted.apply_frame, False

    def set_poses(self, frame: DuetFrame) -> None:
        """The actors as the frame has them."""
        for actor, pose in zip(self.actors, frame.posed.poses(), strict=True):
            actor.set_pose(pose)

    def listen(self, wait_s: float) -> None:
        """Takes in what the server sends for so long."""
        until_s = time.monotonic() + wait_s
        while (message := self.session.receive(max(0.0, until_s - time.monotonic()))) is not None:
            if isinstance(message, Motion):
                self.rate_hz = message.rate_hz
                self.anchor = message.anchor if self.anchor is None else self.anchor
            elif isinstance(message, Status):
                if message.state is State.FAILED:
                    raise RequestRefused(message.code or "internal", message.message)
                self.over = self.over or message.state in {State.FINISHED, State.CANCELLED}


def show_live(play: Playing, stage: Stage, trigger: Trigger) -> None:
    """Draws until the window is closed."""
    middle = side_rad = None
    seed = trigger.seed
    while True:
        if play.over:
            play.begin(trigger, seed)
            seed = None  # another one each time
        play.listen(0.0)
        frame = play.duet.frame(play.client.server_time_ns())
        if frame is not None:
            play.set_poses(frame)
            middle = frame.middle if middle is None else middle + CAMERA_FOLLOWS * (frame.middle - middle)
            side_rad = frame.side_rad if side_rad is None else side_rad
            stage.look(middle, side_rad=side_rad, distance_m=DISTANCE_M)
        stage.draw()


def take_pictures(play: Playing, stage: Stage, trigger: Trigger, folder: Path) -> None:
    """Follows the interaction in real time, step by step: what drawing took too long is caught up, none is left out."""
    album = Album(stage, play.duet, play.actors, trigger.seconds)
    play.begin(trigger, trigger.seed)
    at_ns, playing = play.client.server_time_ns(), True
    while playing:
        at_ns += STEP_NS
        play.listen(max(0.0, 1e-9 * (at_ns - play.client.server_time_ns())))
        frame = play.duet.frame(at_ns)
        if frame is None:
            continue
        playing = not play.over or frame.shown.state is PlayState.PLAYING
        play.set_poses(frame)
        contact = play.anchor is not None and frame.shown.place >= play.anchor
        album.look_at(frame, (frame.shown.place - play.first_frame) / play.rate_hz, contact=contact)
    for path in album.save(folder, trigger.text):
        print(f"  {'written':<12} {path}")
    counters = play.session.counters()
    told = f"{counters.blocks} blocks, {counters.late_frames} frames late, {counters.holds} holds"
    print(f"  {'stream':<12} {told}")
