"""How the server's sockets are set up: what they keep, what they refuse, and when they give a client up."""

from __future__ import annotations

from typing import Final

import zmq

from ponimator_runtime.errors import ConfigError

MAX_RECEIVED_BYTES: Final = 512 * 1024
"""ZeroMQ cuts a connection off that sends more; up to here a message is read, and refused by name if over the limit."""
MAX_SUBSCRIPTION_BYTES: Final = 1024
_REQUESTS_KEPT_PER_CLIENT: Final = 64
_REPLIES_KEPT_PER_CLIENT: Final = 256
_BLOCKS_KEPT_PER_SUBSCRIBER: Final = 512
_ASK_ALIVE_MS: Final = 5_000
_LEAST_SILENCE_MS: Final = 15_000
"""A connection that does not answer for so long, or for the lease where that is longer, is dropped."""


def bind_control(control: zmq.Socket[bytes], endpoint: str, *, lease_s: float) -> str:
    """Binds the ROUTER of the control lane; where. Raises ConfigError where that cannot be."""
    options = {
        zmq.MAXMSGSIZE: MAX_RECEIVED_BYTES,
        zmq.RCVHWM: _REQUESTS_KEPT_PER_CLIENT,
        zmq.SNDHWM: _REPLIES_KEPT_PER_CLIENT,
        zmq.ROUTER_MANDATORY: 1,
    }
    return _bind(control, endpoint, options | _alive_options(lease_s))


def bind_stream(stream: zmq.Socket[bytes], endpoint: str, *, lease_s: float) -> str:
    """Binds the XPUB of the stream lane; where. Raises ConfigError where that cannot be."""
    options = {
        zmq.MAXMSGSIZE: MAX_SUBSCRIPTION_BYTES,
        zmq.SNDHWM: _BLOCKS_KEPT_PER_SUBSCRIBER,
        zmq.XPUB_VERBOSER: 1,
    }
    return _bind(stream, endpoint, options | _alive_options(lease_s))


def _alive_options(lease_s: float) -> dict[int, int]:
    """A client that vanished without a goodbye is noticed, so that its subscription does not keep its session alive.

    The operating system gives up on data that nobody confirms; ZeroMQ's own pings (ZMTP 3.1) see a frozen process too.
    """
    silence_ms = max(_LEAST_SILENCE_MS, round(lease_s * 1000))
    return {
        zmq.HEARTBEAT_IVL: _ASK_ALIVE_MS,
        zmq.HEARTBEAT_TIMEOUT: silence_ms,
        zmq.TCP_MAXRT: silence_ms,
    }


def _bind(server_socket: zmq.Socket[bytes], endpoint: str, options: dict[int, int]) -> str:
    server_socket.setsockopt(zmq.LINGER, 0)
    server_socket.setsockopt(zmq.IPV6, int("[" in endpoint))
    for option, value in options.items():
        server_socket.setsockopt(option, value)
    try:
        server_socket.bind(endpoint)
    except zmq.ZMQError as error:
        raise ConfigError(
            f"{endpoint} cannot be bound ({str(error.strerror or error).lower()}): "
            "another server may be running there; stop it, or name another port (0 takes a free one)"
        ) from error
    bound = server_socket.getsockopt(zmq.LAST_ENDPOINT)
    return bound.rstrip(b"\0").decode() if isinstance(bound, bytes) else str(bound)
