"""The reference client: what both engine plugins do, in Python. It knows the wire, never the server's inside."""

from ponimator_runtime.client.display import PlayState, Shown
from ponimator_runtime.client.playout import Playout
from ponimator_runtime.client.reference import Client
from ponimator_runtime.client.remote_session import RemoteSession

__all__ = ["Client", "PlayState", "Playout", "RemoteSession", "Shown"]
