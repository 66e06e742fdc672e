"""`ponimator interact`: interactions on a running server, from words, from poses in files, or from both."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from tqdm import tqdm

from ponimator_runtime.client import Client, RemoteSession
from ponimator_runtime.commands.live_poses import Bodies, bodies_of_files, poses_on
from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.commands.prompts import numbered, run_all, texts_of_file
from ponimator_runtime.commands.saving import BODY_BUNDLE, body_of, check_out, saved
from ponimator_runtime.commands.watching import Watched, watch
from ponimator_runtime.endpoints import DEFAULT_CONTROL
from ponimator_runtime.errors import ConfigError
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.wire import Profile
from ponimator_runtime.wire.limits import MAX_DURATION_S, MAX_RATE_HZ, MAX_TEXT_CHARACTERS, MIN_DURATION_S, MIN_RATE_HZ

NAMES = ("Ann", "Ben")
_MOST_AT_ONCE = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class InteractConfig:
    """Trigger an interaction on a running server, and watch it arrive.

    By words (--text), from poses in files (--poses, or --pose-a and --pose-b), or from both; many by --texts. Poses
    come from .npz (AMASS), .bvh, .glb, or what BUDDI (two persons) and SMPLer-X (one) write as .pkl or .npz.

    Attributes:
        text: What the two do, like "two people shake hands".
        texts: A text file instead, one text a line; with --out hugs.glb they become hugs_001.glb, hugs_002.glb, ...
        at_once: Of --texts, how many sessions play at a time.
        poses: File with the poses of both persons.
        pose_a: File with the pose of the first person; alone, a partner is made for it.
        pose_b: File with the pose of the second person.
        at_s: Of files that hold motion, the instant to start from, in seconds.
        anchor_time: Where in the first three seconds the poses stand, from 0 (now) to 1; left out: 0 for two poses.
        seconds: How long it lasts.
        rate_hz: Frames per second.
        profile: How the session trades quality for time.
        seed: The same number gives the same motion.
        out: File to write the motion to: .npz (SMPL-X, one a person), .bvh (one a person) or .glb.
        control: The server's endpoint for requests.
        server_key: The server's .key file, where it uses keys.
        client_key: This client's .key_secret file, where the server uses keys.
    """

    text: str | None = None
    texts: Annotated[Path | None, tyro.conf.arg(metavar="FILE.txt")] = None
    at_once: int = 4
    poses: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    pose_a: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    pose_b: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    at_s: float = 0.0
    anchor_time: float | None = None
    seconds: float = 6.0
    rate_hz: int = 30
    profile: Annotated[Profile, tyro.conf.EnumChoicesFromValues] = Profile.BALANCED
    seed: int | None = None
    out: Annotated[Path | None, tyro.conf.arg(metavar="FILE.npz|.bvh|.glb")] = None
    control: str = DEFAULT_CONTROL
    server_key: Annotated[Path | None, tyro.conf.arg(metavar="FILE.key")] = None
    client_key: Annotated[Path | None, tyro.conf.arg(metavar="FILE.key_secret")] = None

    def __post_init__(self) -> None:
        """Refuses what the protocol would refuse; raises ConfigError."""
        if self.text is not None:
            check_text(self.text)
        elif self.texts is None and not self.has_poses:
            raise ConfigError('expected --text WORDS, --texts FILE or poses (--poses, --pose-a); try --text "a hug"')
        check_length(self.seconds, self.seed)
        if self.text is not None and self.texts is not None:
            raise ConfigError("--text and --texts exclude each other: put the text into the file")
        if self.poses is not None and (self.pose_a is not None or self.pose_b is not None):
            raise ConfigError("--poses holds both persons: leave --pose-a and --pose-b out")
        if self.pose_b is not None and self.pose_a is None:
            raise ConfigError("--pose-b needs --pose-a; for one pose alone give it as --pose-a")
        if not MIN_RATE_HZ <= self.rate_hz <= MAX_RATE_HZ:
            raise ConfigError(f"--rate-hz must lie between {MIN_RATE_HZ} and {MAX_RATE_HZ}, got {self.rate_hz}")
        if self.anchor_time is not None and not 0.0 <= self.anchor_time <= 1.0:
            raise ConfigError(f"--anchor-time must lie between 0 and 1, got {self.anchor_time:g}")
        if not 1 <= self.at_once <= _MOST_AT_ONCE:
            raise ConfigError(f"--at-once must lie between 1 and {_MOST_AT_ONCE}, got {self.at_once}")
        if self.out is not None:
            check_out(self.out)

    @property
    def has_poses(self) -> bool:
        """Whether it starts from poses."""
        return self.poses is not None or self.pose_a is not None

    def client(self) -> Client:
        """Connects as it says."""
        return Client(self.control, name="ponimator interact", server_key=self.server_key, client_key=self.client_key)


def check_trigger(text: str, seconds: float, seed: int | None) -> None:
    """Refuses a trigger by words that the protocol would refuse; raises ConfigError."""
    check_text(text)
    check_length(seconds, seed)


def check_text(text: str) -> None:
    """Refuses words that the protocol would refuse; raises ConfigError."""
    if not text.strip() or len(text) > MAX_TEXT_CHARACTERS:
        raise ConfigError(f"--text needs 1 to {MAX_TEXT_CHARACTERS} characters, got {len(text.strip())}")


def check_length(seconds: float, seed: int | None) -> None:
    """Refuses a length or a seed that the protocol would refuse; raises ConfigError."""
    if not MIN_DURATION_S <= seconds <= MAX_DURATION_S:
        raise ConfigError(f"--seconds must lie between {MIN_DURATION_S:g} and {MAX_DURATION_S:g}, got {seconds:g}")
    if seed is not None and not 0 <= seed < 2**63:
        raise ConfigError(f"--seed must lie between 0 and 2^63 - 1, got {seed}")


def main(arguments: list[str]) -> int:
    """Triggers, watches, tells."""
    config = parsed(InteractConfig, arguments, command="interact")
    texts = None if config.texts is None else texts_of_file(config.texts)
    surface = body_of(BODY_BUNDLE)
    bodies = bodies_of_files(config.poses, config.pose_a, config.pose_b, surface, at_s=config.at_s)
    if texts is not None:
        return _play_all(config, texts, bodies, surface)
    with config.client() as client:
        session = client.open_session(NAMES, rate_hz=config.rate_hz, profile=config.profile)
        watched = _watched(session, config, config.text, bodies)
        session.close()
    print(watched.report())
    if config.out is not None:
        print(saved(config.out, watched.performance, surface))
    return 0


def _watched(
    session: RemoteSession, config: InteractConfig, text: str | None, bodies: Bodies, *, show_progress: bool = True
) -> Watched:
    return watch(
        session,
        text=text,
        poses=poses_on(bodies, session.skeleton),
        anchor_time=config.anchor_time,
        seconds=config.seconds,
        seed=config.seed,
        show_progress=show_progress,
    )


def _play_all(config: InteractConfig, texts: list[str], bodies: Bodies, surface: BodySurface) -> int:
    play = functools.partial(_play_one, config, bodies, surface, len(texts))
    failed = 0
    for number, text, outcome in run_all(texts, play, at_once=config.at_once):
        failed += outcome.startswith("failed")
        tqdm.write(f"  {number:>4} {text}: {outcome}")
    print(f"  {'texts':<12} {len(texts) - failed} played, {failed} failed")
    return int(failed > 0)


def _play_one(config: InteractConfig, bodies: Bodies, surface: BodySurface, count: int, number: int, text: str) -> str:
    """Plays one text in a session of its own; what to tell of it."""
    with config.client() as client:
        session = client.open_session(NAMES, rate_hz=config.rate_hz, profile=config.profile)
        watched = _watched(session, config, text, bodies, show_progress=False)
        session.close()
    told = f"{watched.motion.frame_count} frames, first block after {1000 * watched.first_block_s:.0f} ms"
    if config.out is None:
        return told
    return f"{told}, {saved(numbered(config.out, number, count), watched.performance, surface).split(maxsplit=1)[1]}"
