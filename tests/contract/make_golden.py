"""Writes the golden messages of the protocol; run by hand only, when a message type or a field is added.

    python tests/contract/make_golden.py

A change in bytes that were there before is a break of the protocol, unless it is an added field.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import msgspec
import numpy as np

from ponimator_runtime import wire
from ponimator_runtime.motion.skeleton import JOINT_NAMES, PARENTS

GOLDEN = Path(__file__).parent / "golden"

# Unit quaternions that float32 holds exactly, so that a reader in any language may compare with ==.
_UNIT_QUATERNIONS = np.array(
    [
        (0, 0, 0, 1), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0.5, 0.5, 0.5, 0.5),
        (-0.5, 0.5, 0.5, 0.5), (0.5, -0.5, 0.5, 0.5), (0.5, 0.5, -0.5, 0.5), (0, 0, 0, -1),
    ],
    dtype=np.float32,
)  # fmt: skip

BIN_SHAPES = {
    ("interact", "rotations"): (22, 4),
    ("interact", "translation"): (3,),
    ("skeleton", "rest_joints"): (2, 55, 3),
    ("motion", "rotations"): (2, 2, 55, 4),
    ("motion", "translations"): (2, 2, 3),
    ("motion", "foot_contacts"): (2, 2, 4),
}
"""Shape of every array, by the type of its message and its field; foot_contacts are bytes, all others float32."""


def _rotations(*axes: int) -> np.ndarray:
    """Unit quaternions (*axes, 4), no two neighbours alike."""
    count = int(np.prod(axes))
    return _UNIT_QUATERNIONS[np.arange(count) % len(_UNIT_QUATERNIONS)].reshape(*axes, 4)


def _skeleton() -> wire.Skeleton:
    return wire.Skeleton(
        session="s-0001",
        joints=JOINT_NAMES,
        parents=PARENTS,
        rest_joints=wire.rest_joints_bytes((np.arange(2 * 55 * 3) / 64 - 2).reshape(2, 55, 3)),
        names=("Anna", "Björn"),
    )


def _requests() -> dict[str, wire.Message]:
    pose = wire.pose_from_arrays(_rotations(22), (0.25, -0.5, 1.75))
    root = wire.Root(position=(1.0, 0.0, -2.5), yaw_rad=-1.5)
    return {
        "hello": wire.Hello(request_id=1, protocol=1, client="golden 1.0", encoding=wire.Encoding.MSGPACK),
        "open_session": wire.OpenSession(
            request_id=2,
            rate_hz=60,
            profile=wire.Profile.LOW_LATENCY,
            characters=(
                wire.Character(name="Anna", betas=(0.5, -0.25, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, -2.0)),
                wire.Character(name="Björn"),
            ),
            session="s-0001",
        ),
        "interact": wire.Interact(
            request_id=3,
            session="s-0001",
            characters=(wire.Subject(pose=pose), wire.Subject(root=root)),
            text="shake hands ✋",
            anchor_time=0.5,
            duration_s=4.5,
            blend_in_s=0.25,
            seed=4294967296,
            steps=8,
            max_distance_m=2.5,
        ),
        "cancel": wire.Cancel(request_id=4, session="s-0001", interaction=7, blend_out_s=0.5),
        "resend": wire.Resend(request_id=5, session="s-0001", start=120, stop=150),
        "ping": wire.Ping(request_id=6, client_time_ns=123456789012345),
        "stats": wire.Stats(request_id=7),
        "close_session": wire.CloseSession(request_id=8, session="s-0001"),
    }


def _replies() -> dict[str, wire.Message]:
    return {
        "hello_ok": wire.HelloOk(
            request_id=1,
            protocol=1,
            server="ponimator-runtime 0.1.0",
            models=(wire.ModelInfo(name="lite", version="1", text=True), wire.ModelInfo(name="full")),
            limits=wire.Limits(max_sessions=4),
            stream="tcp://127.0.0.1:7741",
        ),
        "session_opened": wire.SessionOpened(
            request_id=2, session="s-0001", topic=wire.topic_from_session("s-0001"), skeleton=_skeleton()
        ),
        "interaction_accepted": wire.InteractionAccepted(
            request_id=3, interaction=7, apply_frame=96, timing_ms={"generate": 31.5, "queue": 0.25}
        ),
        "cancelled": wire.Cancelled(request_id=4, apply_frame=130),
        "resent": wire.Resent(request_id=5, start=120, stop=150, blocks=3),
        "pong": wire.Pong(
            request_id=6, client_time_ns=123456789012345, server_receive_ns=5000000000, server_send_ns=5000020000
        ),
        "stats_reply": wire.StatsReply(
            request_id=7,
            counters={"blocks_sent": 1200, "requests": 42},
            latency_ms={"interact": wire.Quantiles(p50=30.5, p95=41.25, p99=60.0, count=40)},
        ),
        "session_closed": wire.SessionClosed(request_id=8, session="s-0001"),
        "error": wire.Error(request_id=9, code=wire.Code.TOO_FAR, message="Expected at most 3 m, got 7.5 m."),
    }


def _stream() -> dict[str, wire.Message]:
    return {
        "skeleton": _skeleton(),
        "motion": wire.motion_from_arrays(
            session="s-0001",
            interaction=7,
            revision=2,
            start=96,
            rate_hz=60,
            time_ns=5100000000,
            rotations=_rotations(2, 2, 55),
            translations=(np.arange(12) / 8 - 0.5).reshape(2, 2, 3),
            foot_contacts=(np.arange(16) % 3 == 0).reshape(2, 2, 4),
            contacts=(wire.Contact(start=96, stop=98, a=21, b=20), wire.Contact(start=97, stop=98, a=40, b=25)),
            anchor=97,
            final=True,
        ),
        "status": wire.Status(
            session="s-0001",
            state=wire.State.FAILED,
            time_ns=5200000000,
            interaction=7,
            frame=98,
            code=wire.Code.INTERNAL,
            message="The generator stopped.",
        ),
        "heartbeat": wire.Heartbeat(session="s-0001", time_ns=6000000000, play_frame=150, buffered_s=0.75),
    }


def golden_messages() -> dict[str, wire.Message]:
    """One message of every type, by its type."""
    return {**_requests(), **_replies(), **_stream()}


def as_expected(message_type: str, value: object, field: str = "") -> object:
    """A message's plain value as `expected.json` tells it: an array becomes its base64, dtype and shape."""
    if isinstance(value, bytes):
        key = ("skeleton" if message_type == "session_opened" else message_type, field)
        dtype = "uint8" if field == "foot_contacts" else "float32"
        return {"base64": base64.b64encode(value).decode(), "dtype": dtype, "shape": list(BIN_SHAPES[key])}
    if isinstance(value, dict):
        return {name: as_expected(message_type, entry, name) for name, entry in value.items()}
    if isinstance(value, list):
        return [as_expected(message_type, entry, field) for entry in value]
    return value


def main() -> None:
    """Writes one file a message, and what a reader must find in them."""
    expected = {}
    for message_type, message in golden_messages().items():
        data = wire.encode(message)
        (GOLDEN / f"{message_type}.msgpack").write_bytes(data)
        expected[message_type] = as_expected(message_type, msgspec.msgpack.decode(data))
    text = json.dumps(expected, ensure_ascii=False, indent=1) + "\n"
    (GOLDEN / "expected.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
