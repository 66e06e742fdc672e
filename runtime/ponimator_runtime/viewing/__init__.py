"""The live view in a browser: both bodies, and what to trigger them with; drawn by viser.

It knows the client and recordings, no server's inside. Only this package imports viser (extra `view`).
"""
