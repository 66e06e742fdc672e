"""Curves over time that bodies move along: minimum-jerk moves, pulses, slow drift."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def minimum_jerk(time: Float[np.ndarray, "N"], start: float, stop: float) -> Float[np.ndarray, "N"]:
    """0 before start, 1 after stop, between them the path of least jerk (Flash & Hogan 1985)."""
    s = np.clip((time - start) / max(stop - start, 1e-6), 0.0, 1.0)
    return s**3 * (10 - 15 * s + 6 * s**2)


def cruise(time: Float[np.ndarray, "N"], start: float, stop: float, ramp: float) -> Float[np.ndarray, "N"]:
    """0 before start, 1 after stop, between them at an even speed that rises and falls over `ramp` s at either end."""
    ramp = min(ramp, 0.5 * (stop - start))

    def travelled(begun: float) -> Float[np.ndarray, "N"]:
        """At a speed that rises from 0 to 1 along the path of least jerk: its integral."""
        s = np.clip((time - begun) / ramp, 0.0, 1.0)
        return ramp * s**4 * (2.5 - 3 * s + s**2) + np.maximum(time - begun - ramp, 0.0)

    return np.asarray((travelled(start) - travelled(stop - ramp)) / (stop - start - ramp))


def pulse(
    time: Float[np.ndarray, "N"], rise_start: float, rise_stop: float, fall_start: float, fall_stop: float
) -> Float[np.ndarray, "N"]:
    """Up to 1, held, and back to 0."""
    return minimum_jerk(time, rise_start, rise_stop) - minimum_jerk(time, fall_start, fall_stop)


def drift(
    time: Float[np.ndarray, "N"], generator: np.random.Generator, *, channels: int, scale: float
) -> Float[np.ndarray, "N C"]:
    """Slow aimless movement of standard deviation `scale`: three sines of 0.08 … 0.5 Hz a channel."""
    frequency = generator.uniform(0.08, 0.5, size=(3, channels))
    phase = generator.uniform(0, 2 * np.pi, size=(3, channels))
    waves = np.sin(2 * np.pi * frequency * time[:, None, None] + phase)
    return scale * np.sqrt(2 / 3) * waves.sum(axis=1)


def bezier(
    progress: Float[np.ndarray, "N"],
    start: Float[np.ndarray, "N 3"],
    control: Float[np.ndarray, "N 3"],
    stop: Float[np.ndarray, "N 3"],
) -> Float[np.ndarray, "N 3"]:
    """A bent way from start to stop, each of which may itself move."""
    s = progress[:, None]
    return (1 - s) ** 2 * start + 2 * s * (1 - s) * control + s**2 * stop
