"""`ponimator serve`: the server, until it is stopped."""

from __future__ import annotations

import contextlib
import logging

from ponimator_runtime import __version__
from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.commands.server_process import READY
from ponimator_runtime.serving.config import ServeConfig
from ponimator_runtime.serving.logs import log_handler
from ponimator_runtime.serving.server import Server

READY_METRICS = "  metrics {url}"
"""Stands behind the line that says that the server is ready, where metrics were asked for."""


def main(arguments: list[str]) -> int:
    """Serves until a signal to stop comes."""
    config = parsed(ServeConfig, arguments, command="serve")
    logging.basicConfig(level=config.log.upper(), handlers=[log_handler(config.log_format)])
    with contextlib.ExitStack() as cleanup:
        endpoint = None
        if config.metrics_address is not None:
            from ponimator_runtime.serving.prometheus import MetricsEndpoint  # costs who asks for no metrics nothing

            endpoint = cleanup.enter_context(MetricsEndpoint(*config.metrics_address))
        listener = None
        if config.vmc_targets is not None:
            from ponimator_runtime.vmc.broadcast import Broadcast  # costs who shows nobody nothing

            listener = cleanup.enter_context(Broadcast(config.vmc_targets)).hear
        server = Server(config, listener=listener)
        line = READY.format(bundle=server.bundle_name, control=server.control, stream=server.stream)
        if endpoint is not None:
            labels = {"version": __version__, "bundle": server.bundle_name, "provider": config.provider.value}
            endpoint.start(server.metrics, labels)
            line += READY_METRICS.format(url=endpoint.url)
        # A parent process waits for this line.
        server.serve(lambda: print(line, flush=True))
    return 0
