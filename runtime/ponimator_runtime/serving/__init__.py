"""The server: sessions on absolute timelines, motion planned ahead of the play head and streamed in blocks.

One thread owns all sockets and all session state (`server`, `dispatch`, `session`, `timeline`); one worker thread runs
the networks and the array math (`scheduler`, `planning`) and hands back finished frames. Between them travel immutable
values only, so no lock is held anywhere.
"""
