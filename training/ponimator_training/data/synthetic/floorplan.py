"""Where the two stand on the floor and how they come there and leave; the randomness of a clip."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from ponimator_runtime.motion.rotations import matrix_about_y
from ponimator_training.data.synthetic.footsteps import RootPath, Walk

A, B = 0, 1
_ANY_WAY = (-0.6, 0.6)
_ANY_FAR = (0.3, 1.8)


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """Where a person stands: world x and z, m, and facing from +Z about +Y, rad."""

    x: float
    z: float
    yaw: float


class Floorplan:
    """Places, walks, and the random numbers of one clip.

    Person A stands at negative z and faces +Z, person B at positive z and faces −Z, unless they are gathered otherwise.
    """

    def __init__(self, generator: np.random.Generator, time: Float[np.ndarray, "N"]) -> None:
        """An empty floor."""
        self.generator, self.time = generator, time
        self._starts: list[Spot] = []
        self._walks: list[list[Walk]] = [[], []]
        self._departures: list[tuple[int, Walk]] = []
        self._line = np.array([0.0, 1.0])

    def uniform(self, low: float, high: float) -> float:
        """A random number of this clip."""
        return float(self.generator.uniform(low, high))

    def chance(self, probability: float) -> bool:
        """A random yes or no of this clip."""
        return bool(self.generator.random() < probability)

    def meet(self, distance: float, *, aside: float = 0.0) -> float:
        """Brings both face to face, `distance` m between the pelves, each `aside` m to their own left.

        Returns when they are there, s. They face each other but for a few degrees.
        """
        turned = self.generator.normal(0.0, 0.08, size=2)
        return self.gather(
            Spot(x=aside, z=-0.5 * distance, yaw=float(turned[A])),
            Spot(x=-aside, z=0.5 * distance, yaw=float(np.pi + turned[B])),
        )

    def stand_beside(self, distance: float, *, ahead: float = 0.0) -> float:
        """Brings both side by side, both facing +Z: A `distance` m to B's left and `ahead` m before B.

        Returns when they are there, s.
        """
        return self.gather(
            Spot(x=0.5 * distance, z=0.5 * ahead, yaw=0.0),
            Spot(x=-0.5 * distance, z=-0.5 * ahead, yaw=0.0),
            ways=((-0.5, 0.1), (-0.1, 0.5)),
        )

    def gather(
        self,
        spot_a: Spot,
        spot_b: Spot,
        *,
        ways: tuple[tuple[float, float], tuple[float, float]] = (_ANY_WAY, _ANY_WAY),
        walkers: tuple[int, ...] | None = None,
        far: tuple[float, float] = _ANY_FAR,
    ) -> float:
        """Brings each to a spot; returns when both are there, s.

        Often they walk up to each other, sometimes one waits, sometimes both are there already. `ways` bounds from how
        far aside each comes: the angle of the way to the facing at its end, rad (> 0: from the right, turning right).
        `walkers` says who walks up, where chance shall not; `far` bounds the length of the way, m.
        """
        lot = ((), (int(self.generator.integers(2)),), (A, B))[self.generator.choice(3, p=[0.25, 0.35, 0.4])]
        walkers = lot if walkers is None else walkers
        arrive = start = self.uniform(0.1, 0.9)
        self._line = np.array([spot_b.x - spot_a.x, spot_b.z - spot_a.z])
        self._starts = []
        for person, spot in ((A, spot_a), (B, spot_b)):
            self._walks[person] = []
            if person not in walkers:
                self._starts.append(spot)
                continue
            aside = self.uniform(*ways[person])
            way = matrix_about_y(np.array(spot.yaw + aside))[:, 2] * self.uniform(*far)
            walk = Walk(
                start=start + self.uniform(0.0, 0.25),
                shift=way[[0, 2]],
                turn_rad=-aside,
                step_s=self.uniform(0.36, 0.46),
                first_foot=int(self.generator.integers(2)),
            )
            self._walks[person].append(walk)
            arrive = max(arrive, walk.stop)
            self._starts.append(Spot(x=spot.x - float(way[0]), z=spot.z - float(way[2]), yaw=spot.yaw + aside))
        return arrive

    def step(
        self,
        person: int,
        start: float,
        forward: float,
        *,
        sideways: float = 0.0,
        turn_rad: float = 0.0,
        like: Walk | None = None,
        step_s: float | None = None,
        first_foot: int | None = None,
    ) -> Walk:
        """A person steps or walks, after their last walk: `forward` and `sideways` (left) m as they face then.

        With `like`, in the tempo of another walk, with the same foot first; or `step_s` and `first_foot`
        (0 left, 1 right) are told.
        """
        walks = self._walks[person]
        yaw = self._starts[person].yaw + sum(walk.turn_rad for walk in walks)
        way = matrix_about_y(np.array(yaw)) @ np.array([sideways, 0.0, forward])
        walk = Walk(
            start=max(start, walks[-1].stop) if walks else start,
            shift=way[[0, 2]],
            turn_rad=turn_rad,
            step_s=self.uniform(0.34, 0.44) if step_s is None else step_s,
            first_foot=int(self.generator.integers(2)) if first_foot is None else first_foot,
        )
        if like is not None:
            walk = replace(walk, step_s=like.step_s, first_foot=like.first_foot)
        walks.append(walk)
        return walk

    def walk_off(self, person: int, start: float) -> None:
        """A person turns away from the partner and walks off."""
        turn = self.uniform(1.6, 3.0) * (1.0 if self.chance(0.5) else -1.0)
        # No farther than the steps of the turn carry without straddling.
        far = self.uniform(0.45, 0.25 + 0.3 * abs(turn))
        walk = self.step(person, start, far * np.cos(turn), sideways=far * np.sin(turn), turn_rad=turn)
        self._departures.append((person, walk))

    def part(self, after: float) -> None:
        """After the interaction each steps back some way, turns and walks off, takes another stance, or stays."""
        for person in (A, B):
            lot = self.generator.random()
            start = after + self.uniform(0.0, 0.6)
            if lot < 0.3:
                self.step(person, start, -self.uniform(0.15, 0.6))
            elif lot < 0.65:
                # Some stay for a word before they go.
                self.walk_off(person, start + self.uniform(0.0, 1.5) * self.chance(0.5))
            elif lot < 0.85:
                self.step(person, start, -self.uniform(0.05, 0.3), turn_rad=self.uniform(-0.6, 0.6))

    def point_from(self, person: int, offset: tuple[float, float, float]) -> Float[np.ndarray, "N 3"]:
        """A point to the left, up and ahead of the floor under a person, m, in the world; told before the curtain."""
        place, yaw = self.path(person, 0.0).root(self.time)
        return np.insert(place, 1, 0.0, axis=-1) + matrix_about_y(yaw) @ np.array(offset)

    def path(self, person: int, half_stance_m: float) -> RootPath:
        """A person's way over the floor."""
        spot = self._starts[person]
        return RootPath(
            place=np.array([spot.x, spot.z]),
            yaw_rad=spot.yaw,
            walks=tuple(self._walks[person]),
            half_stance_m=half_stance_m,
        )

    def move_apart(self, distance: float) -> None:
        """Moves both starts, and with them all that follows, along the line between where they end up meeting."""
        line = self._line / max(float(np.linalg.norm(self._line)), 1e-6)
        self._starts = [
            Spot(x=spot.x + float(sign * line[0]), z=spot.z + float(sign * line[1]), yaw=spot.yaw)
            for spot, sign in zip(self._starts, (-0.5 * distance, 0.5 * distance), strict=True)
        ]
