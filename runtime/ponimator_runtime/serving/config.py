"""Settings of the server, with their limits; `ponimator serve` reads its flags from here.

What belongs to the model is in the bundle's card, never here.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

import tyro

from ponimator_runtime.endpoints import DEFAULT_CONTROL, DEFAULT_STREAM
from ponimator_runtime.errors import ConfigError
from ponimator_runtime.models.backends.execution import Arithmetic, Execution, Provider
from ponimator_runtime.serving.logs import LogFormat
from ponimator_runtime.vmc.targets import Targets
from ponimator_runtime.wire.messages import Profile

MAX_DIFFUSION_STEPS: Final = 100
"""An `interact` may ask for more; more than this buys no quality, only time."""
_PROCESSOR_BATCH: Final = 1
"""Rows cost a processor about the same together as one by one (-15 % a row at 4), and the first waits for the last."""
_GPU_BATCH: Final = 16
_MAX_PORT: Final = 65535
_ENDPOINT: Final = re.compile(r"tcp://(?P<host>\[[0-9a-fA-F:.]+\]|[^:/\[\]]+):(?P<port>\d{1,5})")
_HTTP_ADDRESS: Final = re.compile(r"((?P<host>\[[0-9a-fA-F:.]+\]|[^:/\[\]]+):)?(?P<port>\d{1,5})")
_HERE: Final = "127.0.0.1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """What a profile means in numbers.

    Attributes:
        diffusion_steps: of each network's sampling.
        lead_s: how far ahead of the play head blocks are sent.
        block_s: length of a block; the protected reserve is never shorter.
    """

    diffusion_steps: int
    lead_s: float
    block_s: float


PACES: Final[dict[Profile, Pace]] = {
    # Steps by docs/solvers.md: 10 measure as well as 50; 5 a little worse, but they pass the bars that 50 pass; 50 are
    # as published, and of these the nearest to what the diffusion converges to.
    Profile.LOW_LATENCY: Pace(diffusion_steps=5, lead_s=0.5, block_s=0.1),
    Profile.BALANCED: Pace(diffusion_steps=10, lead_s=1.0, block_s=0.25),
    Profile.QUALITY: Pace(diffusion_steps=50, lead_s=2.0, block_s=0.5),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ServeConfig:
    """Stream two-person motion to game engines until stopped with Ctrl-C or SIGTERM.

    Attributes:
        control: Endpoint for requests; port 0 takes a free port and prints it.
        stream: Endpoint for motion; port 0 takes a free port and prints it.
        bundle: Name of an embedded model bundle, or the path of a bundle folder.
        provider: What runs the networks: cpu and openvino on processors, cuda, tensorrt and engine on NVIDIA GPUs.
        threads: CPU threads of one network run.
        arithmetic: What OpenVINO computes fp32 layers in; bf16 is about twice as fast where the processor has it.
        fallback: Let the CPU take over where the provider cannot be had, instead of refusing to start.
        cuda_graphs: Capture the steps of the sampling loop, so that a GPU never waits for the host.
        max_batch: Most windows that the networks make in one call; left out: 1 on processors, 16 on GPUs.
        refine: Take sampled bodies out of each other and plant their feet (about 15 ms a window).
        server_key: The server's secret key, made with `ponimator keys new`; with it all traffic is encrypted.
        allowed_keys: Folder with the .key file of every client that may connect; needed with the server's key.
        insecure: Listen on other than this machine's own addresses, without encryption or keys.
        max_sessions: Sessions open at a time; more are answered with busy.
        max_sessions_per_client: Sessions of one connection; more are answered with busy.
        max_requests_per_s: Requests of one connection in a second; more are answered with busy.
        lease_s: A session without requests and subscribers is closed after this time, in seconds.
        keep_s: How much of what was sent is kept for resend, in seconds.
        metrics: HOST:PORT, or a port of this machine, for Prometheus to read http://HOST:PORT/metrics; left out: none.
        vmc: HOST:PORT1,PORT2 to show the two persons to as VMC performers, for VSeeFace, Warudo, Blender and the like.
        log: Least severe lines to log on stderr.
        log_format: Lines for people, or a JSON object a line for machines.
    """

    control: str = DEFAULT_CONTROL
    stream: str = DEFAULT_STREAM
    bundle: str = "lite"
    provider: Provider = Provider.CPU
    threads: int = 1
    arithmetic: Arithmetic = Arithmetic.FP32
    fallback: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    cuda_graphs: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    max_batch: Annotated[int | None, tyro.conf.arg(metavar="N")] = None
    refine: bool = True
    server_key: Annotated[Path | None, tyro.conf.arg(metavar="FILE.key_secret")] = None
    allowed_keys: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    insecure: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    max_sessions: int = 32
    max_sessions_per_client: int = 16
    max_requests_per_s: float = 100.0
    lease_s: float = 60.0
    keep_s: float = 30.0
    metrics: Annotated[str | None, tyro.conf.arg(metavar="HOST:PORT")] = None
    vmc: Annotated[str | None, tyro.conf.arg(metavar="HOST:PORT1,PORT2")] = None
    log: Literal["debug", "info", "warning", "error"] = "info"
    log_format: LogFormat = "text"

    def __post_init__(self) -> None:
        """Refuses settings outside their limits, each with one sentence.

        Raises:
            ConfigError: always says which setting, what was expected and what came.
        """
        if (self.server_key is None) != (self.allowed_keys is None):
            raise ConfigError(
                "--server-key and --allowed-keys need each other: one says who this server is, one who may come"
            )
        for name, endpoint in (("control", self.control), ("stream", self.stream)):
            _check_endpoint(name, endpoint, open_to_network=self.insecure or self.server_key is not None)
        if self.control == self.stream and not self.control.endswith(":0"):
            raise ConfigError(f"--control and --stream need two ports, both are {self.control}")
        for name, value, low, high in (
            ("max-sessions", self.max_sessions, 1, 10_000),
            ("max-sessions-per-client", self.max_sessions_per_client, 1, 10_000),
            ("max-requests-per-s", self.max_requests_per_s, 1.0, 100_000.0),
            ("lease-s", self.lease_s, 1.0, 86_400.0),
            ("keep-s", self.keep_s, 1.0, 600.0),
            ("max-batch", self.batch_limit, 1, 256),
        ):
            if not low <= value <= high:
                raise ConfigError(f"--{name} must lie between {low:g} and {high:g}, got {value:g}")
        if not self.bundle:
            raise ConfigError("--bundle needs the name of an embedded bundle or the path of a bundle folder")
        _ = self.execution  # refuses what no provider can do
        _ = self.metrics_address
        _ = self.vmc_targets

    @property
    def execution(self) -> Execution:
        """What runs the networks."""
        return Execution(
            provider=self.provider,
            threads=self.threads,
            arithmetic=self.arithmetic,
            fallback=self.fallback,
            cuda_graphs=self.cuda_graphs,
        )

    @property
    def batch_limit(self) -> int:
        """Most windows that the networks make in one call."""
        if self.max_batch is not None:
            return self.max_batch
        return _GPU_BATCH if self.provider.on_gpu else _PROCESSOR_BATCH

    @property
    def vmc_targets(self) -> Targets | None:
        """Where performers are sent to; None = nowhere."""
        return None if self.vmc is None else Targets.read(self.vmc)

    @property
    def metrics_address(self) -> tuple[str, int] | None:
        """Host and port of the metrics endpoint; None = there is none."""
        if self.metrics is None:
            return None
        match = _HTTP_ADDRESS.fullmatch(self.metrics)
        if match is None or int(match["port"]) > _MAX_PORT:
            raise ConfigError(f"--metrics must read HOST:PORT or PORT, like 127.0.0.1:9464; got {self.metrics}")
        host = (match["host"] or _HERE).strip("[]")
        if not self.insecure and not _is_loopback(host):
            raise ConfigError(
                f"--metrics {self.metrics} would be open to the network, and HTTP has no keys: name a port of this "
                "machine and let Prometheus's agent or a tunnel fetch it, or say --insecure on a network you trust"
            )
        return host, int(match["port"])


def _check_endpoint(name: str, endpoint: str, *, open_to_network: bool) -> None:
    match = _ENDPOINT.fullmatch(endpoint)
    if match is None or int(match["port"]) > _MAX_PORT:
        raise ConfigError(f"--{name} must read tcp://HOST:PORT, like {DEFAULT_CONTROL}; got {endpoint}")
    if not open_to_network and not _is_loopback(match["host"].strip("[]")):
        raise ConfigError(
            f"--{name} {endpoint} would be open to the network without keys: give --server-key and --allowed-keys "
            "(`ponimator keys new` makes keys), stay on 127.0.0.1, or say --insecure on a network you trust"
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
