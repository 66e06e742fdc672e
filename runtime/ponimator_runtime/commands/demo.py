"""`ponimator demo`: the whole path on this machine, from a word to two bodies moving out of a socket."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from ponimator_runtime.client import Client
from ponimator_runtime.commands.interact import NAMES, check_trigger
from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.commands.server_process import ServerProcess
from ponimator_runtime.commands.watching import Watched, watch
from ponimator_runtime.errors import ConfigError
from ponimator_runtime.models.body import load_body_surface
from ponimator_runtime.models.bundle import bundle_folder
from ponimator_runtime.models.card import read_card
from ponimator_runtime.motion.pose import Motion
from ponimator_runtime.motion.rotations import matrix_from_quaternion
from ponimator_runtime.motion.skeleton import SHAPE_COUNT
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.motion_files.gltf_writer import save_gltf
from ponimator_runtime.picture import contact_sheet

_PANELS: Final = 18
_BETAS: Final = np.zeros((2, SHAPE_COUNT))


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoConfig:
    """See it work: starts a server, asks for an interaction in words, and receives it in real time.

    Attributes:
        text: What the two do.
        seconds: How long it lasts.
        seed: The same number gives the same motion.
        bundle: Name of an embedded model bundle, or the path of a bundle folder.
        out_dir: Folder for demo.glb (both bodies moving, for any glTF viewer) and demo.png (a contact sheet).
    """

    text: str = "two people shake hands"
    seconds: float = 6.0
    seed: int | None = 1
    bundle: str = "lite"
    out_dir: Path = Path()

    def __post_init__(self) -> None:
        """Refuses what the protocol would refuse; raises ConfigError."""
        check_trigger(self.text, self.seconds, self.seed)
        if not self.out_dir.is_dir():
            raise ConfigError(f"--out-dir: there is no folder {self.out_dir}")


def main(arguments: list[str]) -> int:
    """Plays, writes both files, tells."""
    config = parsed(DemoConfig, arguments, command="demo")
    folder = bundle_folder(config.bundle)
    surface = load_body_surface(folder / read_card(folder).body)
    with ServerProcess(["--bundle", config.bundle, "--log", "warning"]) as server:
        print(f"  {'server':<12} {server.bundle} at {server.control}, its own process")
        with Client(server.control, name="ponimator demo") as client:
            session = client.open_session(NAMES)
            watched = watch(session, text=config.text, seconds=config.seconds, seed=config.seed)
            session.close()
    print(watched.report())
    glb, png = config.out_dir / "demo.glb", config.out_dir / "demo.png"
    save_gltf(glb, watched.performance, surface)
    _save_sheet(png, watched, surface, title=config.text)
    print(f"  {'written':<12} {glb} (both bodies moving, for any glTF viewer), {png} (the same as a picture)")
    return 0


def _save_sheet(path: Path, watched: Watched, surface: BodySurface, *, title: str) -> None:
    """Both bodies at instants spread over the interaction, the interactive pose marked."""
    received = watched.motion
    motion = Motion(
        rotations=matrix_from_quaternion(received.rotations_xyzw.astype(np.float64)),
        translations=received.translations.astype(np.float64),
        betas=_BETAS,
        rate_hz=received.rate_hz,
    )
    anchors = [anchor - received.start for anchor in received.anchors]
    shown = np.linspace(0, received.frame_count - 1, min(_PANELS, received.frame_count)).round().astype(int).tolist()
    for anchor in anchors:
        # The nearest panel gives way to the anchor.
        shown[int(np.argmin([abs(frame - anchor) for frame in shown]))] = anchor
    contact_sheet(motion, surface, shown, marked=anchors, title=title).save(path)
