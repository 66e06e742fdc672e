"""The one error tree of the project; it imports nothing, so every floor may raise from it.

PonimatorError
├─ ConfigError (ValueError)      ├─ ShapeError (ValueError)       ├─ MissingExtra (ImportError)
├─ ModelError ── BundleNotFound · CardMismatch · ProviderUnavailable
├─ DataError (ValueError)
├─ ProtocolError ── SchemaMismatch · MalformedMessage · MessageTooLarge · BadRequest · InvalidPose
│                   └─ UnsupportedProtocol
├─ RequestRefused (.code)
└─ TransportError ── ConnectTimeout · ReplyTimeout · ServerGone

A message says what was expected, what came and what to do.
"""


class PonimatorError(Exception):
    """Every error this project raises on purpose."""


class ConfigError(PonimatorError, ValueError):
    """A setting is outside its limits."""


class ShapeError(PonimatorError, ValueError):
    """An array has another shape than the one stated."""


class DataError(PonimatorError, ValueError):
    """A file or clip holds what cannot be used (missing keys, NaN, too short)."""


class MissingExtra(PonimatorError, ImportError):
    """A command needs packages of an extra that is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        """Names the `pip install` line that mends it."""
        super().__init__(f"{what} needs the '{extra}' extra: pip install 'ponimator-runtime[{extra}]'")
        self.extra = extra


class ModelError(PonimatorError):
    """A model bundle cannot be used."""


class BundleNotFound(ModelError):
    """No bundle of that name or at that path."""


class CardMismatch(ModelError):
    """The bundle's files are not what its card says."""


class ProviderUnavailable(ModelError):
    """The execution provider asked for is not there."""


class ProtocolError(PonimatorError):
    """Bytes that are no message of this protocol, or a message outside its limits.

    Attributes:
        request_id: the request that the error reply should name; None where it could not be read.
    """

    def __init__(self, message: str, request_id: int | None = None) -> None:
        """Keeps the request's number beside the words."""
        super().__init__(message)
        self.request_id = request_id


class SchemaMismatch(ProtocolError):
    """A message of another protocol number, or of an unknown type."""


class UnsupportedProtocol(SchemaMismatch):
    """The other side speaks another protocol number."""


class MalformedMessage(ProtocolError):
    """Bytes that do not decode to a message, or arrays of a wrong size."""


class MessageTooLarge(ProtocolError):
    """A message over the size limit; refused before anything is allocated for it."""


class BadRequest(ProtocolError):
    """A message of a known type with a field missing, of a wrong type or outside its limits."""


class InvalidPose(ProtocolError):
    """A pose with values that no body has: not finite, quaternions not of unit length, absurdly far away."""


class RequestRefused(PonimatorError):
    """The server answered a request with an error.

    Attributes:
        code: one of the protocol's closed list of codes.
    """

    def __init__(self, code: str, message: str) -> None:
        """Keeps the protocol's code beside the words."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class TransportError(PonimatorError):
    """The connection failed, not the request."""


class ConnectTimeout(TransportError):
    """No server answered at the endpoint in time."""


class ReplyTimeout(TransportError):
    """The server did not reply in time."""


class ServerGone(TransportError):
    """Heartbeats stopped."""
