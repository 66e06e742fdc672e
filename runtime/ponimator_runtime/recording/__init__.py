"""Recordings: what a client received of a session, byte by byte, in a file that survives the recorder's sudden end.

`format` is the layout, `writer` and `reader` its two sides, `listener` the connection whose bytes are kept, `recorder`
what joins them. They know the wire; they must never know motion, models or serving.
"""
