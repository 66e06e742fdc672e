"""What the performers show: of all sessions of a server, the one in which an interaction began last.

Pure: messages and times come in, datagrams go out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from jaxtyping import Float

from ponimator_runtime.client.display import Display, PlayState
from ponimator_runtime.client.playout import Playout
from ponimator_runtime.errors import ProtocolError
from ponimator_runtime.vmc.osc import bundles
from ponimator_runtime.vmc.performer import pose_messages, standing_messages
from ponimator_runtime.wire import Motion, Skeleton, decode_stream, encoding_of, rest_joints_array

_SESSIONS_KEPT: Final = 64
_NS_PER_S: Final = 1_000_000_000
_KEPT_S: Final = 1.0
"""What was shown is forgotten after so long."""


@dataclass(slots=True)
class _Session:
    playout: Playout = field(default_factory=Playout)
    display: Display = field(init=False)
    rest_joints: Float[np.ndarray, "2 55 3"] | None = None
    interaction: int = -1

    def __post_init__(self) -> None:
        self.display = Display(self.playout)


class Stage:
    """Follows sessions by what is published of them."""

    def __init__(self) -> None:
        """Nobody is there."""
        self._sessions: dict[str, _Session] = {}
        self._on_stage: _Session | None = None

    def hear(self, payload: bytes, arrival_ns: int) -> None:
        """Takes a message of the stream lane; what says nothing of poses is passed over."""
        try:
            message = decode_stream(payload, encoding=encoding_of(payload))
        except ProtocolError:
            return
        if isinstance(message, Skeleton):
            self._session(message.session).rest_joints = rest_joints_array(message).astype(np.float64)
        elif isinstance(message, Motion):
            session = self._session(message.session)
            session.playout.add(message, arrival_ns)
            if message.interaction > session.interaction:
                session.interaction, self._on_stage = message.interaction, session

    def datagrams(self, at_ns: int) -> tuple[list[bytes], list[bytes]]:
        """What goes to each of the two ports at a time on the server's clock."""
        time_s = at_ns / _NS_PER_S
        session = self._on_stage
        shown = None if session is None else session.display.at(at_ns)
        if session is None or shown is None or shown.pose is None or session.rest_joints is None:
            nobody = list(bundles(standing_messages(time_s, tracking=False)))
            return nobody, nobody
        if shown.place is not None:
            session.playout.forget_played(shown.place, kept_s=_KEPT_S)
        first, second = (
            list(
                bundles(
                    [
                        *standing_messages(time_s, tracking=shown.state is PlayState.PLAYING),
                        *pose_messages(rotations, translation, rest_joints),
                    ]
                )
            )
            for rotations, translation, rest_joints in zip(
                shown.pose.rotations_xyzw, shown.pose.translations, session.rest_joints, strict=True
            )
        )
        return first, second

    def _session(self, number: str) -> _Session:
        if number not in self._sessions and len(self._sessions) >= _SESSIONS_KEPT:
            del self._sessions[next(iter(self._sessions))]  # the oldest
        return self._sessions.setdefault(number, _Session())
