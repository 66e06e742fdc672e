"""`ponimator interact`: one interaction on a running server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro

from ponimator_runtime.client import Client
from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.commands.watching import watch
from ponimator_runtime.endpoints import DEFAULT_CONTROL
from ponimator_runtime.errors import ConfigError
from ponimator_runtime.files import save_smplx
from ponimator_runtime.motion.skeleton import SHAPE_COUNT
from ponimator_runtime.wire import Profile
from ponimator_runtime.wire.limits import MAX_DURATION_S, MAX_RATE_HZ, MAX_TEXT_CHARACTERS, MIN_DURATION_S, MIN_RATE_HZ

NAMES = ("Ann", "Ben")


@dataclass(frozen=True, kw_only=True, slots=True)
class InteractConfig:
    """Trigger an interaction by words on a running server, and watch it arrive.

    Attributes:
        text: What the two do, like "two people shake hands".
        seconds: How long it lasts.
        rate_hz: Frames per second.
        profile: How the session trades quality for time.
        seed: The same number gives the same motion.
        out: File to write the motion to, as SMPL-X parameters (.npz).
        control: The server's endpoint for requests.
        server_key: The server's .key file, where it uses keys.
        client_key: This client's .key_secret file, where the server uses keys.
    """

    text: str
    seconds: float = 6.0
    rate_hz: int = 30
    profile: Annotated[Profile, tyro.conf.EnumChoicesFromValues] = Profile.BALANCED
    seed: int | None = None
    out: Annotated[Path | None, tyro.conf.arg(metavar="FILE.npz")] = None
    control: str = DEFAULT_CONTROL
    server_key: Annotated[Path | None, tyro.conf.arg(metavar="FILE.key")] = None
    client_key: Annotated[Path | None, tyro.conf.arg(metavar="FILE.key_secret")] = None

    def __post_init__(self) -> None:
        """Refuses what the protocol would refuse; raises ConfigError."""
        check_trigger(self.text, self.seconds, self.seed)
        if not MIN_RATE_HZ <= self.rate_hz <= MAX_RATE_HZ:
            raise ConfigError(f"--rate-hz must lie between {MIN_RATE_HZ} and {MAX_RATE_HZ}, got {self.rate_hz}")
        if self.out is not None and self.out.suffix != ".npz":
            raise ConfigError(f"--out must end in .npz, got {self.out}")
        if self.out is not None and not self.out.parent.is_dir():
            raise ConfigError(f"--out: there is no folder {self.out.parent}")


def check_trigger(text: str, seconds: float, seed: int | None) -> None:
    """Refuses a trigger that the protocol would refuse; raises ConfigError."""
    if not text.strip() or len(text) > MAX_TEXT_CHARACTERS:
        raise ConfigError(f"--text needs 1 to {MAX_TEXT_CHARACTERS} characters, got {len(text.strip())}")
    if not MIN_DURATION_S <= seconds <= MAX_DURATION_S:
        raise ConfigError(f"--seconds must lie between {MIN_DURATION_S:g} and {MAX_DURATION_S:g}, got {seconds:g}")
    if seed is not None and not 0 <= seed < 2**63:
        raise ConfigError(f"--seed must lie between 0 and 2^63 - 1, got {seed}")


def main(arguments: list[str]) -> int:
    """Triggers, watches, tells."""
    config = parsed(InteractConfig, arguments, command="interact")
    with Client(
        config.control, name="ponimator interact", server_key=config.server_key, client_key=config.client_key
    ) as client:
        session = client.open_session(NAMES, rate_hz=config.rate_hz, profile=config.profile)
        watched = watch(session, text=config.text, seconds=config.seconds, seed=config.seed)
        session.close()
    print(watched.report())
    if config.out is not None:
        save_smplx(config.out, watched.motion, np.zeros((2, SHAPE_COUNT)), names=NAMES)
        print(f"  {'written':<12} {config.out}")
    return 0
