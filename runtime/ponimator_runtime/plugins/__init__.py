"""The engine plugins as files: where they lie, which libzmq goes with them, and how they get into a game's project.

It copies; it knows no wire, no motion and no server.
"""
