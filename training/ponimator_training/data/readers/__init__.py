"""Readers of what people have: each module knows one layout of files and hands over a `PairedClip` or a pose.

They check what they read (a file may be cut off, hold NaN, or miss a person) and raise `DataError` in words; nothing
that a file holds is ever executed. They know no networks and no training.
"""
