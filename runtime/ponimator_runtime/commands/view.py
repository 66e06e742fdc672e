"""`ponimator view`: both bodies live in a browser, with what to trigger them by; or a recording with a time slider."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import tyro

from ponimator_runtime.client import Client
from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.commands.saving import BODY_BUNDLE, body_of
from ponimator_runtime.commands.server_process import ServerProcess
from ponimator_runtime.endpoints import DEFAULT_CONTROL
from ponimator_runtime.errors import ConfigError, ConnectTimeout, MissingExtra
from ponimator_runtime.recording.format import SUFFIX
from ponimator_runtime.recording.performance import playout_of
from ponimator_runtime.recording.reader import read_recording
from ponimator_runtime.stopping import stopped_by_signals

if TYPE_CHECKING:
    import viser

READY: Final = "ponimator: view at {url}"
"""A parent process waits for this line."""
_NOBODY_THERE_S: Final = 1.0
_MAX_PORT: Final = 65535


@dataclass(frozen=True, kw_only=True, slots=True)
class ViewConfig:
    """See both bodies move in a browser, and trigger them from there.

    Without a recording it shows a session of the server at --control; where none runs there, it starts one.

    Attributes:
        recording: A recording to look at, instead of a server.
        control: The server's endpoint for requests.
        bundle: Bundle of the server that is started, and whose body is shown.
        host: Address of the page; others than this machine's own let everybody there trigger.
        port: Port of the page.
        server_key: The server's .key file, where it uses keys.
        client_key: This client's .key_secret file, where the server uses keys.
    """

    recording: Annotated[tyro.conf.Positional[Path | None], tyro.conf.arg(metavar=f"[FILE{SUFFIX}]")] = None
    control: str = DEFAULT_CONTROL
    bundle: str = BODY_BUNDLE
    host: str = "127.0.0.1"
    port: int = 7780
    server_key: Annotated[Path | None, tyro.conf.arg(metavar="FILE.key")] = None
    client_key: Annotated[Path | None, tyro.conf.arg(metavar="FILE.key_secret")] = None

    def __post_init__(self) -> None:
        """Refuses what cannot be shown; raises ConfigError."""
        if self.recording is not None and self.recording.suffix != SUFFIX:
            raise ConfigError(
                f"expected a recording that ends in {SUFFIX}, got {self.recording}; for .glb any glTF viewer will do"
            )
        if not 0 < self.port <= _MAX_PORT:
            raise ConfigError(f"--port must lie between 1 and {_MAX_PORT}, got {self.port}")


def main(arguments: list[str]) -> int:
    """Serves the page until it is stopped."""
    config = parsed(ViewConfig, arguments, command="view")
    surface = body_of(config.bundle)
    with stopped_by_signals() as stopping, contextlib.ExitStack() as cleanup:
        if config.recording is not None:
            recording = read_recording(config.recording)
            playout, skeleton, _ = playout_of(recording)
            page = cleanup.enter_context(_page(config))
            from ponimator_runtime.viewing.recorded import RecordedView

            recorded = RecordedView(page, playout, skeleton, surface, title=recording.name)
            _tell(config)
            recorded.run(stopping)
            return 0
        client = cleanup.enter_context(_client(config, cleanup))
        page = cleanup.enter_context(_page(config))
        from ponimator_runtime.viewing.live import LiveView

        live = LiveView(page, client, surface)
        _tell(config)
        live.run(stopping)
    return 0


def _tell(config: ViewConfig) -> None:
    print(READY.format(url=f"http://{config.host}:{config.port}"), flush=True)


def _client(config: ViewConfig, cleanup: contextlib.ExitStack) -> Client:
    """On the server there is, or on one that is started for the view."""

    def connected(control: str, timeout_s: float) -> Client:
        return Client(
            control,
            timeout_s=timeout_s,
            name="ponimator view",
            server_key=config.server_key,
            client_key=config.client_key,
        )

    started_here = config.control == DEFAULT_CONTROL and config.server_key is None
    try:
        return connected(config.control, _NOBODY_THERE_S if started_here else 5.0)
    except ConnectTimeout:
        if not started_here:
            raise
    print(f"ponimator: no server at {config.control}, starting one", flush=True)
    server = cleanup.enter_context(ServerProcess(["--bundle", config.bundle, "--log", "warning"]))
    return connected(server.control, 30.0)


@contextlib.contextmanager
def _page(config: ViewConfig) -> Iterator[viser.ViserServer]:
    try:
        import viser
    except ImportError as error:
        raise MissingExtra("`ponimator view`", "view") from error
    with contextlib.redirect_stdout(io.StringIO()):  # it says more of itself than a script that waits can use
        server = viser.ViserServer(host=config.host, port=config.port, label="Ponimator", verbose=False)
    try:
        if server.get_port() != config.port:  # it takes the next one that is free, and says so to nobody
            raise ConfigError(
                f"--port {config.port} is taken, perhaps by another view: stop that, or name another port"
            )
        yield server
    finally:
        with contextlib.redirect_stdout(io.StringIO()):
            server.stop()
