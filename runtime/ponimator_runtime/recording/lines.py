"""A message as a line of JSON for a person or a script: arrays told by shape and range, or number by number."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np

from ponimator_runtime.errors import ProtocolError
from ponimator_runtime.recording.format import Lane
from ponimator_runtime.wire import (
    Message,
    Motion,
    Pose,
    Skeleton,
    decode_reply,
    decode_request,
    decode_stream,
    encoding_of,
    motion_arrays,
    pose_arrays,
    rest_joints_array,
)

_LONG: Final = 8
"""A list of more is told by its length and its ends."""
_DECIMALS: Final = 4


def line_of(lane: Lane, time_ns: int, payload: bytes, *, full: bool) -> bytes:
    """One line of JSON, without its end.

    Args:
        lane: where the message came from.
        time_ns: when, since the listening or the recording began.
        payload: the bytes of the message.
        full: every number of its arrays.
    """
    told: dict[str, Any] = {"time_s": round(time_ns * 1e-9, 6), "lane": lane.name.lower(), "bytes": len(payload)}
    try:
        message = _decoded(lane, payload)
    except ProtocolError as error:
        told["unreadable"] = str(error)
    else:
        told |= {"type": message.__struct_config__.tag, **_fields(message, full=full)}
    return msgspec.json.encode(told)


def _decoded(lane: Lane, payload: bytes) -> Message:
    encoding = encoding_of(payload)
    if lane is Lane.STREAM:
        return decode_stream(payload, encoding=encoding)
    if lane is Lane.REPLY:
        return decode_reply(payload, encoding=encoding)
    return decode_request(payload, encoding=encoding)


def _fields(struct: msgspec.Struct, *, full: bool) -> dict[str, Any]:
    arrays = _arrays(struct)
    return {
        name: _array(arrays[name], full=full) if name in arrays else _value(value, full=full)
        for name, value in msgspec.structs.asdict(struct).items()
        if value is not msgspec.UNSET
    }


def _arrays(struct: msgspec.Struct) -> dict[str, np.ndarray]:
    """The fields whose bytes are an array."""
    if isinstance(struct, Motion):
        motion = motion_arrays(struct)
        return {
            "rotations": motion.rotations,
            "translations": motion.translations,
            "foot_contacts": motion.foot_contacts,
        }
    if isinstance(struct, Skeleton):
        return {"rest_joints": rest_joints_array(struct)}
    if isinstance(struct, Pose):
        pose = pose_arrays(struct)
        return {"rotations": pose.rotations, "translation": pose.translation}
    return {}


def _array(array: np.ndarray, *, full: bool) -> object:
    if full:
        return array.tolist()
    low, high = (round(float(end), _DECIMALS) for end in (array.min(), array.max()))
    return {"shape": list(array.shape), "min": low, "max": high}


def _value(value: object, *, full: bool) -> object:
    if isinstance(value, msgspec.Struct):
        return _fields(value, full=full)
    if isinstance(value, tuple):
        told = [_value(item, full=full) for item in value]
        return told if full or len(told) <= _LONG else {"count": len(told), "first": told[0], "last": told[-1]}
    if isinstance(value, dict):
        return {key: _value(item, full=full) for key, item in value.items()}
    return value
