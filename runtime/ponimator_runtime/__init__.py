"""Streaming runtime that makes two game characters touch each other convincingly.

The way of the data is serving -> {motion, diffusion, models, wire} -> errors; see `docs/architecture.md`.
This package never imports torch.
"""

__version__ = "0.1.0"
