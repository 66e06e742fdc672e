"""What a block costs on the wire: bytes a frame for both bodies, and microseconds to make and to read it.

`python tests/benchmarks/codec.py` prints JSON; `--table` prints the bars as Markdown. Three times are taken, in turn:

- **encode**: a block to bytes, what the server does once for all subscribers,
- **from arrays**: rotations, translations and foot contacts to a block and to bytes,
- **decode**: bytes to a checked block, its arrays as views: what every client does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import tyro
from bars import Bar
from machine import commit, load_average, machine
from tables import bar_table
from timing import Patience, in_turn, tail

from ponimator_runtime.serving.config import PACES
from ponimator_runtime.serving.pacing import Pacing
from ponimator_runtime.wire import (
    Contact,
    Motion,
    Profile,
    decode_stream,
    encode,
    motion_arrays,
    motion_from_arrays,
    topic_from_session,
)
from ponimator_runtime.wire.limits import FOOT_COUNT, JOINT_COUNT, MAX_BLOCK_FRAMES, PERSON_COUNT

MOST_BYTES_A_FRAME = 2500.0
MOST_US = 50.0
_SESSION = "0123456789abcdef"
_US_PER_S = 1e6


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Measure the codec.

    Attributes:
        rounds: how often a frame is encoded and decoded; a block as often as it has less frames, 50 times at least.
        contacts: ranges of contact in each block.
        table: print Markdown instead of JSON.
    """

    rounds: int = 20_000
    contacts: int = 8
    table: Annotated[bool, tyro.conf.FlagCreatePairsOff] = False


def random_block(count: int, contacts: int, rate_hz: int, random_numbers: np.random.Generator) -> Callable[[], Motion]:
    """Makes a block of random poses from its arrays."""
    rotations = random_numbers.standard_normal((PERSON_COUNT, count, JOINT_COUNT, 4))
    rotations /= np.linalg.norm(rotations, axis=-1, keepdims=True)
    translations = random_numbers.uniform(-5, 5, (PERSON_COUNT, count, 3))
    foot_contacts = random_numbers.random((PERSON_COUNT, count, FOOT_COUNT)) < 0.5
    start = 10_000
    touching = [Contact(start=start, stop=start + count, a=20, b=joint % JOINT_COUNT) for joint in range(contacts)]

    def make() -> Motion:
        return motion_from_arrays(
            session=_SESSION,
            interaction=12,
            revision=34,
            start=start,
            rate_hz=rate_hz,
            time_ns=1_234_567_890_123,
            rotations=rotations,
            translations=translations,
            foot_contacts=foot_contacts,
            contacts=touching,
        )

    return make


def cases() -> dict[str, tuple[int, int]]:
    """Frames and rate of the blocks that sessions really send, by name, and of the largest block."""
    found = {
        f"{profile} at {rate_hz} Hz": (Pacing(PACES[profile], rate_hz).block_frames, rate_hz)
        for profile in Profile
        for rate_hz in (30, 60)
    }
    return found | {"largest": (MAX_BLOCK_FRAMES, 120)}


def measured(count: int, rate_hz: int, settings: Settings) -> dict[str, object]:
    """Bytes and times of one size of block."""
    make = random_block(count, settings.contacts, rate_hz, np.random.default_rng(count))
    block = make()
    payload = encode(block)
    if decode_stream(payload) != block:
        raise RuntimeError("A block came back changed from the wire: there is nothing to measure.")
    things: dict[str, Callable[[], object]] = {
        "encode": lambda: encode(block),
        "from_arrays": lambda: encode(make()),
        "decode": lambda: decode_stream(payload),
        "decode_and_views": lambda: motion_arrays(decode_stream(payload)),
    }
    rounds = max(50, settings.rounds // count)
    times_s = in_turn(things, Patience(rounds=rounds, least_s=0.0))
    topic_bytes = len(topic_from_session(_SESSION))
    return {
        "frames": count,
        "bytes": len(payload) + topic_bytes,
        "bytes_a_frame": round((len(payload) + topic_bytes) / count, 1),
        "rounds": rounds,
        "us": {name: tail(seconds * _US_PER_S) for name, seconds in times_s.items()},
    }


def bars(blocks: dict[str, dict[str, object]]) -> list[Bar]:
    """Bytes a frame and median times of every block that sessions of 30 Hz send."""
    found = []
    for name, block in blocks.items():
        if not name.endswith("30 Hz"):
            continue
        values = [("bytes a frame", block["bytes_a_frame"], MOST_BYTES_A_FRAME)]
        values += [(f"{what}, median, µs", block["us"][what]["p50"], MOST_US) for what in ("encode", "decode")]
        found += [
            Bar(what=f"{name}: {what}", form=f"{block['frames']} frames", value=value, asked=asked, at_least=False)
            for what, value, asked in values
        ]
    return found


def main() -> None:
    settings = tyro.cli(Settings)
    before = load_average()
    blocks = {name: measured(count, rate_hz, settings) for name, (count, rate_hz) in cases().items()}
    held = bars(blocks)
    report = {
        "machine": machine(),
        "load_average": {"before": before, "after": load_average()},
        "commit": commit(),
        "blocks": blocks,
        "bars": [bar.as_json() for bar in held],
    }
    print(bar_table(held) if settings.table else json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
