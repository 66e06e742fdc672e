"""Two characters in a real engine, moved live by a server: one of 1.39 m and one of 2.09 m shake hands.

python examples/panda3d_duet                                     pictures in build/panda3d_duet
python examples/panda3d_duet --window --text "two friends hug"   live, on a desktop
"""

import argparse
import importlib.util
import sys
from contextlib import ExitStack
from pathlib import Path

from ponimator_runtime.client import Client
from ponimator_runtime.commands.server_process import ServerProcess
from ponimator_runtime.errors import MissingExtra, PonimatorError

NAMES = ("small", "giant")


def main() -> None:
    """Plays one interaction; writes pictures and what was drawn, or shows it in a window."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", default="two people shake hands", help="what the two do")
    parser.add_argument("--seconds", type=float, default=6.0, help="how long")
    parser.add_argument("--seed", type=int, default=1, help="the same number gives the same motion")
    parser.add_argument("--apart", type=float, help="metres between them at first; beyond 1.5 they walk to each other")
    parser.add_argument("--control", help="endpoint of a running server; by default one is started")
    parser.add_argument("--window", action="store_true", help="show it live in a window, again and again until closed")
    parser.add_argument("--out-dir", type=Path, default=Path("build/panda3d_duet"), help="folder for the pictures")
    try:
        run(parser.parse_args())
    except PonimatorError as error:
        sys.exit(f"panda3d_duet: {error}")


def run(given: argparse.Namespace) -> None:
    """Connects server, characters and engine."""
    if importlib.util.find_spec("panda3d") is None:
        raise MissingExtra("The example in Panda3D", "panda3d")
    from actor import DuetActor
    from characters import load_character
    from duet import Duet
    from playing import Playing, Trigger, show_live, take_pictures
    from stage import Stage

    with ExitStack() as stack:
        control = given.control or stack.enter_context(ServerProcess(["--log", "warning"])).control
        client = stack.enter_context(Client(control, name="panda3d_duet"))
        session = client.open_session(NAMES)
        models = [load_character(name) for name in NAMES]
        duet = Duet(session, [model.rig for model in models])
        stage = Stage(window=given.window)
        stack.callback(stage.close)
        first, second = (DuetActor(model, stage.render) for model in models)
        play = Playing(client, session, duet, (first, second))
        trigger = Trigger(text=given.text, seconds=given.seconds, seed=given.seed, apart_m=given.apart)
        if given.window:
            show_live(play, stage, trigger)
        else:
            take_pictures(play, stage, trigger, given.out_dir)


if __name__ == "__main__":
    main()
