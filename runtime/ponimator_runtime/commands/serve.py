"""`ponimator serve`: the server, until it is stopped."""

from __future__ import annotations

import logging
import sys

from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.commands.server_process import READY
from ponimator_runtime.serving.config import ServeConfig
from ponimator_runtime.serving.server import Server


def main(arguments: list[str]) -> int:
    """Serves until a signal to stop comes."""
    config = parsed(ServeConfig, arguments, command="serve")
    logging.basicConfig(
        stream=sys.stderr, level=config.log.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    server = Server(config)

    def say_ready() -> None:
        line = READY.format(bundle=server.bundle_name, control=server.control, stream=server.stream)
        print(line, flush=True)  # a parent process waits for this line

    server.serve(say_ready)
    return 0
