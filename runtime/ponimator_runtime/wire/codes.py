"""The closed list of error codes, and which code an exception answers with.

Only this module knows both the error tree and the words that go over the wire.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from ponimator_runtime.errors import (
    BadRequest,
    InvalidPose,
    MessageTooLarge,
    ProtocolError,
    RequestRefused,
    UnsupportedProtocol,
)


class Code(StrEnum):
    """Why a request was refused; within a protocol number the list neither grows nor shrinks."""

    BAD_MESSAGE = "bad_message"
    UNSUPPORTED_PROTOCOL = "unsupported_protocol"
    TOO_LARGE = "too_large"
    UNAUTHORISED = "unauthorised"
    BAD_REQUEST = "bad_request"
    INVALID_POSE = "invalid_pose"
    TOO_FAR = "too_far"
    UNKNOWN_SESSION = "unknown_session"
    UNKNOWN_INTERACTION = "unknown_interaction"
    NOT_SUPPORTED = "not_supported"
    BUSY = "busy"
    LATE = "late"
    INTERNAL = "internal"


# Leaves before branches: the first class that fits decides.
_CODE_OF_CLASS: Final[tuple[tuple[type[ProtocolError], Code], ...]] = (
    (UnsupportedProtocol, Code.UNSUPPORTED_PROTOCOL),
    (MessageTooLarge, Code.TOO_LARGE),
    (BadRequest, Code.BAD_REQUEST),
    (InvalidPose, Code.INVALID_POSE),
    (ProtocolError, Code.BAD_MESSAGE),
)


def code_of(exception: BaseException) -> Code:
    """The code that an error reply carries for this exception; `internal` for all that is not the client's doing."""
    if isinstance(exception, RequestRefused):
        return Code(exception.code) if exception.code in set(Code) else Code.INTERNAL
    for error_class, code in _CODE_OF_CLASS:
        if isinstance(exception, error_class):
            return code
    return Code.INTERNAL
