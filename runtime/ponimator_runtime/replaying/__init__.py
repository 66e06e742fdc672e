"""A recording served over the same sockets as a session of a real server: for who builds a client and has no model.

`score` is what was recorded as something to play, `playback` when what of it is said, `mock` the replies, `server` the
sockets. They know the wire and recordings; they must never know motion, models or the real server's sessions.
"""
