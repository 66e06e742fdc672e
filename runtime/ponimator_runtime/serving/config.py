"""Settings of the server, with their limits; `ponimator serve` reads its flags from here.

What belongs to the model is in the bundle's card, never here.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import tyro

from ponimator_runtime.endpoints import DEFAULT_CONTROL, DEFAULT_STREAM
from ponimator_runtime.errors import ConfigError
from ponimator_runtime.models.execution import Arithmetic, Execution, Provider
from ponimator_runtime.wire.messages import Profile

MAX_DIFFUSION_STEPS: Final = 100
"""An `interact` may ask for more; more than this buys no quality, only time."""
_MAX_PORT: Final = 65535
_ENDPOINT: Final = re.compile(r"tcp://(?P<host>\[[0-9a-fA-F:.]+\]|[^:/\[\]]+):(?P<port>\d{1,5})")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """What a profile means in numbers.

    Attributes:
        diffusion_steps: DDIM steps of each network.
        lead_s: how far ahead of the play head blocks are sent.
        block_s: length of a block; the protected reserve is never shorter.
    """

    diffusion_steps: int
    lead_s: float
    block_s: float


PACES: Final[dict[Profile, Pace]] = {
    Profile.LOW_LATENCY: Pace(diffusion_steps=10, lead_s=0.5, block_s=0.1),
    Profile.BALANCED: Pace(diffusion_steps=20, lead_s=1.0, block_s=0.25),
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
        refine: Take sampled bodies out of each other and plant their feet (about 15 ms a window).
        insecure: Listen on other than this machine's own addresses, without encryption or keys.
        max_sessions: Sessions open at a time; more are answered with busy.
        lease_s: A session without requests and subscribers is closed after this time, in seconds.
        keep_s: How much of what was sent is kept for resend, in seconds.
        log: Least severe lines to log on stderr.
    """

    control: str = DEFAULT_CONTROL
    stream: str = DEFAULT_STREAM
    bundle: str = "lite"
    provider: Provider = Provider.CPU
    threads: int = 1
    arithmetic: Arithmetic = Arithmetic.FP32
    fallback: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    cuda_graphs: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    refine: bool = True
    insecure: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False
    max_sessions: int = 32
    lease_s: float = 60.0
    keep_s: float = 30.0
    log: Literal["debug", "info", "warning", "error"] = "info"

    def __post_init__(self) -> None:
        """Refuses settings outside their limits, each with one sentence.

        Raises:
            ConfigError: always says which setting, what was expected and what came.
        """
        for name, endpoint in (("control", self.control), ("stream", self.stream)):
            _check_endpoint(name, endpoint, insecure=self.insecure)
        if self.control == self.stream and not self.control.endswith(":0"):
            raise ConfigError(f"--control and --stream need two ports, both are {self.control}")
        for name, value, low, high in (
            ("max-sessions", self.max_sessions, 1, 10_000),
            ("lease-s", self.lease_s, 1.0, 86_400.0),
            ("keep-s", self.keep_s, 1.0, 600.0),
        ):
            if not low <= value <= high:
                raise ConfigError(f"--{name} must lie between {low:g} and {high:g}, got {value:g}")
        if not self.bundle:
            raise ConfigError("--bundle needs the name of an embedded bundle or the path of a bundle folder")
        _ = self.execution  # refuses what no provider can do

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


def _check_endpoint(name: str, endpoint: str, *, insecure: bool) -> None:
    match = _ENDPOINT.fullmatch(endpoint)
    if match is None or int(match["port"]) > _MAX_PORT:
        raise ConfigError(f"--{name} must read tcp://HOST:PORT, like {DEFAULT_CONTROL}; got {endpoint}")
    if not insecure and not _is_loopback(match["host"].strip("[]")):
        raise ConfigError(
            f"--{name} {endpoint} would be open to the network without encryption: CURVE keys are not in this version, "
            "so stay on 127.0.0.1 behind a tunnel, or say --insecure on a network you trust"
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
