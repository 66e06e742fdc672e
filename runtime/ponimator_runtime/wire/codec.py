"""Between messages and bytes: size before memory, version before fields, limits as it decodes.

Pure: it knows no socket, no session and no clock. Whatever bytes come, only errors of the tree leave.
"""

from __future__ import annotations

from typing import Any, Final, NoReturn

import msgspec
from msgspec import Raw, Struct

from ponimator_runtime.errors import (
    BadRequest,
    MalformedMessage,
    MessageTooLarge,
    ProtocolError,
    RequestRefused,
    SchemaMismatch,
    UnsupportedProtocol,
)
from ponimator_runtime.wire import limits
from ponimator_runtime.wire.arrays import motion_arrays, pose_arrays, rest_joints_array
from ponimator_runtime.wire.codes import code_of
from ponimator_runtime.wire.messages import (
    ClientMessage,
    Encoding,
    Hello,
    Interact,
    Motion,
    Resend,
    Skeleton,
    StreamMessage,
)
from ponimator_runtime.wire.replies import Error, HelloOk, Message, ServerReply, SessionOpened
from ponimator_runtime.wire.version import PROTOCOL

_Decoder = msgspec.msgpack.Decoder[Any] | msgspec.json.Decoder[Any]

# What msgspec lets out for hostile bytes; RecursionError is its guard against deep nesting.
_UNDECODABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Envelope(Struct):
    """The fields that explain a message which does not decode, each still undecoded."""

    type: Raw = Raw(b"")
    request_id: Raw = Raw(b"")
    protocol: Raw = Raw(b"")


def _decoders(schema: Any) -> dict[Encoding, _Decoder]:  # noqa: ANN401  a union of structs has no narrower type
    return {Encoding.MSGPACK: msgspec.msgpack.Decoder(schema), Encoding.JSON: msgspec.json.Decoder(schema)}


def _types(schema: Any) -> frozenset[str]:  # noqa: ANN401
    return frozenset(struct.__struct_config__.tag for struct in schema.__args__)


_REQUESTS: Final = _decoders(ClientMessage)
_REPLIES: Final = _decoders(ServerReply)
_STREAM: Final = _decoders(StreamMessage)
_ENVELOPES: Final = _decoders(_Envelope)
_SCALARS: Final = _decoders(str | int | float | bool | None)
_REQUEST_TYPES: Final = _types(ClientMessage)
_REPLY_TYPES: Final = _types(ServerReply)
_STREAM_TYPES: Final = _types(StreamMessage)
_ENCODERS: Final[dict[Encoding, msgspec.msgpack.Encoder | msgspec.json.Encoder]] = {
    Encoding.MSGPACK: msgspec.msgpack.Encoder(),
    Encoding.JSON: msgspec.json.Encoder(),
}


def encode(message: Message, encoding: Encoding = Encoding.MSGPACK) -> bytes:
    """The message's bytes; raises MalformedMessage for what cannot travel (over 64 bits, lone surrogates)."""
    try:
        return _ENCODERS[encoding].encode(message)
    except (OverflowError, UnicodeEncodeError, TypeError) as error:
        raise MalformedMessage(f"This {type(message).__name__} cannot be encoded: {error}.") from error


def decode_request(
    data: bytes | memoryview, limit: int = limits.MAX_REQUEST_BYTES, *, encoding: Encoding = Encoding.MSGPACK
) -> ClientMessage:
    """A client's message, checked whole: size, protocol number, fields, poses.

    Raises:
        MessageTooLarge, MalformedMessage, SchemaMismatch, UnsupportedProtocol, BadRequest, InvalidPose: each with
            `.request_id` where it could be read; `code_of` names the code of the reply.
    """
    _check_size(data, limit)
    try:
        message: ClientMessage = _REQUESTS[encoding].decode(data)
    except _UNDECODABLE as error:
        _explain(error, data, encoding, _REQUEST_TYPES, BadRequest)
    if isinstance(message, Hello):
        _check_protocol(message.protocol, message.request_id)
    elif isinstance(message, Interact):
        _check_interact(message)
    elif isinstance(message, Resend):
        _check_resend(message)
    return message


def decode_reply(
    data: bytes | memoryview, limit: int = limits.MAX_REPLY_BYTES, *, encoding: Encoding = Encoding.MSGPACK
) -> ServerReply:
    """A reply of the server; raises MessageTooLarge, MalformedMessage, SchemaMismatch or UnsupportedProtocol."""
    _check_size(data, limit)
    try:
        reply: ServerReply = _REPLIES[encoding].decode(data)
    except _UNDECODABLE as error:
        _explain(error, data, encoding, _REPLY_TYPES, MalformedMessage)
    if isinstance(reply, HelloOk):
        _check_protocol(reply.protocol, reply.request_id)
    elif isinstance(reply, SessionOpened):
        rest_joints_array(reply.skeleton)
    return reply


def decode_stream(
    data: bytes | memoryview, limit: int = limits.MAX_STREAM_BYTES, *, encoding: Encoding = Encoding.MSGPACK
) -> StreamMessage:
    """A message of the stream lane, its arrays checked; raises MessageTooLarge, MalformedMessage or SchemaMismatch."""
    _check_size(data, limit)
    try:
        message: StreamMessage = _STREAM[encoding].decode(data)
    except _UNDECODABLE as error:
        _explain(error, data, encoding, _STREAM_TYPES, MalformedMessage)
    if isinstance(message, Motion):
        motion_arrays(message)
    elif isinstance(message, Skeleton):
        rest_joints_array(message)
    return message


def encoding_of(data: bytes | memoryview) -> Encoding:
    """How these bytes are encoded: a msgpack map never begins with `{` or white space, a JSON object always does."""
    return Encoding.JSON if bytes(data[:1]) in {b"{", b" ", b"\t", b"\r", b"\n"} else Encoding.MSGPACK


def peek_request_id(data: bytes | memoryview, encoding: Encoding = Encoding.MSGPACK) -> int | None:
    """The `request_id` of bytes that need not be a valid message; None where none can be read."""
    return _request_id(_envelope(data, encoding), encoding)


def error_from_exception(exception: BaseException, request_id: int | None = None) -> Error:
    """The error reply for an exception; only words meant for the client leave the server."""
    if request_id is None and isinstance(exception, ProtocolError):
        request_id = exception.request_id
    if isinstance(exception, RequestRefused):
        words = exception.message
    elif isinstance(exception, ProtocolError):
        words = str(exception)
    else:
        words = "The server failed on this request; its log says why."
    return Error(request_id=request_id, code=code_of(exception), message=words[: limits.MAX_ERROR_CHARACTERS])


def _check_size(data: bytes | memoryview, limit: int) -> None:
    size = data.nbytes if isinstance(data, memoryview) else len(data)
    if size > limit:
        raise MessageTooLarge(f"Expected at most {limit} bytes, got {size}: send less in one message.")


def _check_protocol(protocol: object, request_id: int | None) -> None:
    if isinstance(protocol, bool) or protocol != PROTOCOL:
        raise UnsupportedProtocol(
            f"Expected protocol {PROTOCOL}, got {_shortened(protocol)}: "
            "install the plugin and the server of the same release.",
            request_id,
        )


def _check_interact(message: Interact) -> None:
    poses = [subject.pose for subject in message.characters if subject.pose is not None]
    if not poses and not (message.text and message.text.strip()):
        raise BadRequest(
            "Expected a pose of at least one character or a text, got neither: say what to animate.",
            message.request_id,
        )
    for pose in poses:
        try:
            pose_arrays(pose)
        except ProtocolError as error:
            error.request_id = message.request_id
            raise


def _check_resend(message: Resend) -> None:
    if not 0 < message.stop - message.start <= limits.MAX_RESEND_FRAMES:
        raise BadRequest(
            f"Expected 1 to {limits.MAX_RESEND_FRAMES} frames [start, stop), got [{message.start}, {message.stop}): "
            "ask for what is missing in parts.",
            message.request_id,
        )


def _explain(
    error: Exception,
    data: bytes | memoryview,
    encoding: Encoding,
    known_types: frozenset[str],
    field_error: type[ProtocolError],
) -> NoReturn:
    """Raises the error of the tree that says why these bytes are no message, its cause attached.

    Raises:
        UnsupportedProtocol: another number, which is looked at before any other field.
        SchemaMismatch: the type is none of this lane's.
        ProtocolError: `field_error` for a field, MalformedMessage for bytes that do not decode.
    """
    envelope = _envelope(data, encoding)
    request_id = _request_id(envelope, encoding)
    message_type = _scalar(envelope.type, encoding)
    if message_type is None or not isinstance(error, msgspec.ValidationError):
        raise MalformedMessage(
            f"Expected one {encoding} map with a `type`, got bytes that do not decode: {error}. "
            "Send one whole message a frame, in the encoding said in `hello`.",
            request_id,
        ) from error
    if message_type not in known_types:
        raise SchemaMismatch(
            f"Expected a type of {', '.join(sorted(known_types))}; got {_shortened(message_type)}.", request_id
        ) from error
    if message_type in {"hello", "hello_ok"} and bytes(envelope.protocol):
        _check_protocol(_scalar(envelope.protocol, encoding), request_id)
    raise field_error(f"This `{message_type}` does not fit the protocol: {error}.", request_id) from error


def _envelope(data: bytes | memoryview, encoding: Encoding) -> _Envelope:
    try:
        envelope: _Envelope = _ENVELOPES[encoding].decode(data)
    except _UNDECODABLE:
        return _Envelope()
    return envelope


def _request_id(envelope: _Envelope, encoding: Encoding) -> int | None:
    value = _scalar(envelope.request_id, encoding)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= limits.MAX_INT64:
        return value
    return None


def _scalar(raw: Raw, encoding: Encoding) -> object:
    """The scalar in an envelope's field; None for a list, a map, or where the field is missing."""
    try:
        value: object = _SCALARS[encoding].decode(raw)
    except _UNDECODABLE:
        return None
    return value


def _shortened(value: object) -> str:
    words = repr(value)
    return words if len(words) <= limits.MAX_NAME_CHARACTERS else words[: limits.MAX_NAME_CHARACTERS] + "…"
