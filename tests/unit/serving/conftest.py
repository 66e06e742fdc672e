"""A server without networks: the same code around a generator that moves the arms by sines."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from ponimator_runtime.client.playout import Playout
from ponimator_runtime.motion.pose import InteractivePose, still_motion
from ponimator_runtime.motion.rotations import matrix_about_y, matrix_from_axis_angle
from ponimator_runtime.motion.skeleton import JOINT_COUNT, JOINT_INDEX, PARENTS, SHAPE_COUNT, Skeleton
from ponimator_runtime.motion.surface import BodySurface
from ponimator_runtime.motion.window import MODEL_RATE_HZ, WINDOW_FRAMES
from ponimator_runtime.serving.agenda import Outcome
from ponimator_runtime.serving.batching import alone
from ponimator_runtime.serving.load import Load
from ponimator_runtime.serving.metrics import Metrics
from ponimator_runtime.serving.planner import Planner
from ponimator_runtime.serving.session import House, Session
from ponimator_runtime.wire import (
    Cancel,
    Character,
    Encoding,
    Interact,
    Motion,
    OpenSession,
    Profile,
    Status,
    decode_stream,
)

FACE_TO_FACE_M = 0.8


def stick_figure() -> BodySurface:
    """A body whose joints hang below one another and whose skin is one vertex a joint."""
    template = np.zeros((JOINT_COUNT, 3))
    side = np.random.default_rng(0)
    for joint in range(1, JOINT_COUNT):
        template[joint] = template[PARENTS[joint]] + side.normal(0, 0.1, 3)
    for name, x in (("left_hip", 0.1), ("right_hip", -0.1), ("left_shoulder", 0.2), ("right_shoulder", -0.2)):
        template[JOINT_INDEX[name], 0] = x
    joints = np.arange(JOINT_COUNT)
    return BodySurface(
        skeleton=Skeleton(template=template, shape_basis=np.zeros((JOINT_COUNT, 3, SHAPE_COUNT))),
        vertices=template,
        shape_basis=np.zeros((JOINT_COUNT, 3, SHAPE_COUNT)),
        faces=np.array([[0, 1, 2]]),
        skin_joints=np.repeat(joints[:, None], 4, axis=1),
        skin_weights=np.tile([1.0, 0.0, 0.0, 0.0], (JOINT_COUNT, 1)),
        contact_vertices=joints[:22],
        contact_joints=joints[:22],
        relaxed_fingers=np.tile(matrix_from_axis_angle(np.array([0.3, 0.0, 0.0])), (30, 1, 1)),
    )


class FakeGenerator:
    """Stands in for the networks: the same signatures, smooth motion, chance only from the generator given."""

    has_text = True

    def __init__(self):
        self.bundle = SimpleNamespace(surface=stick_figure(), card=SimpleNamespace(name="fake"))
        self.failure = None
        self.steps = []

    def interactive_pose(self, wanted, *, steps, generator):
        rotations = np.tile(np.eye(3), (2, 22, 1, 1))
        rotations[1, 0] = matrix_about_y(np.array(np.pi))
        translations = np.array([[0.0, 0.9, 0.0], [0.0, 0.9, FACE_TO_FACE_M]])
        for person, pose in enumerate(wanted.poses):
            if pose is not None:
                rotations[person], translations[person] = pose.rotations, pose.translation
                if wanted.poses[1 - person] is None:
                    translations[1 - person] = pose.translation + np.array([0.0, 0.0, FACE_TO_FACE_M])
        return InteractivePose(rotations=rotations, translations=translations, betas=wanted.betas)

    def asked_window(self, anchor, anchor_index, *, generator, lead=None):
        return anchor, anchor_index, generator.uniform(0.2, 0.6)

    def window_latents(self, asked, steps):
        if self.failure is not None:
            raise self.failure
        self.steps.append(steps)
        return [amplitude for _, _, amplitude in asked]

    def window_of(self, asked, latent):
        anchor, anchor_index, _ = asked
        time_s = (np.arange(WINDOW_FRAMES) - anchor_index) / MODEL_RATE_HZ
        sway = latent * np.sin(2 * time_s)
        motion = still_motion(anchor, frame_count=WINDOW_FRAMES, rate_hz=MODEL_RATE_HZ)
        axis_angle = np.zeros((2, WINDOW_FRAMES, 22, 3))
        axis_angle[:, :, JOINT_INDEX["left_shoulder"], 2] = sway
        rotations = motion.rotations @ matrix_from_axis_angle(axis_angle)
        translations = motion.translations + sway[:, None] * np.array([0.1, 0.0, 0.0])
        return replace(motion, rotations=rotations, translations=translations)


@pytest.fixture
def surface():
    return stick_figure()


@pytest.fixture
def fake_generator():
    return FakeGenerator()


class FakeClock:
    def __init__(self):
        self.now_ns = 5_000_000_000

    def __call__(self):
        return self.now_ns

    def advance(self, seconds):
        self.now_ns += round(seconds * 1e9)


class HandScheduler:
    """Runs work when the test says so, in the order in which the worker would."""

    def __init__(self):
        self.works = []
        self.load = Load()

    @property
    def waiting(self):
        return len(self.works)

    def submit(self, run, done, *, due_ns):
        self.works.append((due_ns, len(self.works), run, done))

    def submit_window(self, work, done, *, due_ns, demand):
        self.submit(lambda: alone(work, lambda: 0), done, due_ns=due_ns)

    def run_all(self):
        while self.works:
            self.run_one()

    def run_one(self):
        work = min(self.works, key=lambda work: work[:2])
        self.works.remove(work)
        _, _, run, done = work
        try:
            outcome = Outcome(value=run(), error=None, queued_ns=0)
        except Exception as error:
            outcome = Outcome(value=None, error=error, queued_ns=0)
        done(outcome)


class Theatre:
    """One session with a clock and a worker in the test's hand, and a client that plays what comes."""

    def __init__(self, generator, *, rate_hz=30, profile=Profile.BALANCED, has_text=True):
        self.clock, self.scheduler, self.generator = FakeClock(), HandScheduler(), generator
        self.metrics, self.playout, self.messages, self.answers = Metrics(), Playout(), [], []
        house = House(
            planner=Planner(generator, self.clock),
            scheduler=self.scheduler,
            metrics=self.metrics,
            publish=self._take,
            clock=self.clock,
            keep_s=30.0,
            has_text=has_text,
        )
        characters = (Character(name="Ann"), Character(name="Ben"))
        request = OpenSession(request_id=1, characters=characters, rate_hz=rate_hz, profile=profile)
        self.session = Session("s", request, Encoding.MSGPACK, house)

    def _take(self, topic, payload):
        assert topic == b"session/s"
        message = decode_stream(payload)
        self.messages.append(message)
        if isinstance(message, Motion):
            self.playout.add(message, self.clock())

    def interact(self, **fields):
        fields = {"text": "they wave", **fields}
        request = Interact(request_id=2, session="s", **fields)
        self.session.interact(request, self.answers.append, self.clock())

    def cancel(self, **fields):
        self.session.cancel(Cancel(request_id=3, session="s", **fields), self.answers.append)

    def begin(self, **fields):
        """An interaction, planned and answered."""
        self.interact(**fields)
        self.scheduler.run_one()
        self.session.tick()
        return self.answers[-1]

    def play(self, seconds, *, step_s=0.02, working=True):
        for _ in range(round(seconds / step_s)):
            self.clock.advance(step_s)
            if working:
                self.scheduler.run_all()
            self.session.tick()

    def states(self):
        return [(m.state, m.interaction) for m in self.messages if isinstance(m, Status)]

    def blocks(self):
        return [message for message in self.messages if isinstance(message, Motion)]


@pytest.fixture
def theatre(fake_generator):
    return Theatre(fake_generator)


@pytest.fixture
def new_theatre(fake_generator):
    return lambda **settings: Theatre(fake_generator, **settings)
