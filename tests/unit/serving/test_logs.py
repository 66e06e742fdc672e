"""Log lines carry the request, session and client that they are about, and no stranger writes a line of his own."""

import json
import logging
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.serving.conftest import FakeClock, HandScheduler

from ponimator_runtime.serving.clients import Asker
from ponimator_runtime.serving.dispatch import Dispatch, Rules
from ponimator_runtime.serving.logs import JsonLines, TextLines, about, carried
from ponimator_runtime.serving.metrics import Metrics
from ponimator_runtime.serving.planner import Planner
from ponimator_runtime.serving.session import House
from ponimator_runtime.wire import (
    Character,
    Encoding,
    Interact,
    ModelInfo,
    OpenSession,
    SessionOpened,
    Stats,
    decode_reply,
    encode,
)

WORDS = "what nobody else is to read"


class Kept(logging.Handler):
    """Keeps lines as a formatter makes them."""

    def __init__(self, formatter):
        super().__init__()
        self.setFormatter(formatter)
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))

    def objects(self):
        return [json.loads(line) for line in self.lines]


@pytest.fixture
def listen():
    """Attaches a formatter to the project's loggers."""
    logger = logging.getLogger("ponimator_runtime")
    kept, level = [], logger.level

    def attach(formatter):
        kept.append(Kept(formatter))
        logger.addHandler(kept[-1])
        logger.setLevel(logging.DEBUG)
        return kept[-1]

    yield attach
    logger.setLevel(level)
    for handler in kept:
        logger.removeHandler(handler)


class Desk:
    """A dispatch, and a client that asks it."""

    def __init__(self, generator):
        self.clock, self.scheduler, self.metrics, self.replies = FakeClock(), HandScheduler(), Metrics(), []
        house = House(
            planner=Planner(generator, self.clock),
            scheduler=self.scheduler,
            metrics=self.metrics,
            publish=lambda topic, payload: None,
            clock=self.clock,
            keep_s=30.0,
            has_text=True,
        )
        rules = Rules(
            stream="tcp://127.0.0.1:1",
            model=ModelInfo(name="fake", text=True),
            max_sessions=4,
            max_sessions_per_client=4,
            max_requests_per_s=100.0,
            lease_s=60.0,
        )
        self.dispatch = Dispatch(house, rules)

    def send(self, payload):
        self.dispatch.receive(payload, self.replies.append, asker=Asker(connection=b"\x00\xab"))

    def ask(self, request):
        self.send(encode(request, Encoding.MSGPACK))
        return decode_reply(self.replies[-1]) if self.replies else None

    def open(self):
        opened = self.ask(OpenSession(request_id=1, characters=(Character(name="Ann"), Character(name="Ben"))))
        assert isinstance(opened, SessionOpened)
        return opened.session


@pytest.fixture
def desk(fake_generator):
    return Desk(fake_generator)


def test_a_refusal_names_request_session_and_client(desk, listen):
    kept = listen(JsonLines())
    desk.ask(Interact(request_id=77, session="gone", text=WORDS))
    refused = kept.objects()[-1]
    assert (refused["level"], refused["logger"]) == ("info", "ponimator_runtime.serving.dispatch")
    assert (refused["request_id"], refused["session"], refused["client"]) == (77, "gone", "00ab")
    assert refused["message"].startswith("refused: unknown_session")


def test_bytes_that_are_no_message_have_no_request(desk, listen):
    kept = listen(JsonLines())
    desk.send(b"\xc1")
    refused = kept.objects()[-1]
    assert refused["message"].startswith("refused: bad_message")
    assert refused["client"] == "00ab"
    assert "request_id" not in refused


def test_what_fails_later_still_names_its_request(desk, fake_generator, listen):
    kept = listen(JsonLines())
    session = desk.open()
    fake_generator.failure = RuntimeError("the inside broke")
    desk.ask(Interact(request_id=5, session=session, text=WORDS))
    desk.scheduler.run_all()
    failed = next(line for line in kept.objects() if line["level"] == "error")
    assert (failed["request_id"], failed["session"], failed["client"]) == (5, session, "00ab")
    assert "the inside broke" in failed["error"]
    assert "Traceback" in failed["error"]
    desk.ask(Stats(request_id=6))
    desk.dispatch.tick()
    # What came after it is about something else.
    assert all(line.get("request_id") != 5 for line in kept.objects()[kept.objects().index(failed) + 2 :])


def test_the_words_of_users_are_in_no_line(desk, listen):
    texts, objects = listen(TextLines()), listen(JsonLines())
    session = desk.open()
    desk.ask(Interact(request_id=5, session=session, text=WORDS))
    desk.scheduler.run_all()
    desk.dispatch.tick()
    desk.send(encode(Interact(request_id=6, session=session, text=WORDS), Encoding.MSGPACK) + b"more")
    told = "\n".join(texts.lines + objects.lines)
    assert f"a text of {len(WORDS)} characters" in told
    assert WORDS not in told


def test_what_a_line_is_about_stands_behind_it(listen):
    kept = listen(TextLines())
    with about(request_id=5, session="abc", client=""):
        logging.getLogger("ponimator_runtime.x").info("done")
    logging.getLogger("ponimator_runtime.x").info("done")
    assert kept.lines[0].endswith(" INFO ponimator_runtime.x: done [request_id=5 session=abc]")
    assert kept.lines[1].endswith(" INFO ponimator_runtime.x: done")


def test_what_a_line_says_itself_counts_more_than_what_is_around_it(listen):
    kept = listen(JsonLines())
    with about(request_id=5, session="outer"):
        logging.getLogger("ponimator_runtime.x").info("done", extra={"session": "inner"})
    assert (kept.objects()[0]["request_id"], kept.objects()[0]["session"]) == (5, "inner")


def test_times_are_utc(listen):
    formatter = JsonLines()
    record = logging.LogRecord("x", logging.INFO, "", 0, "done", (), None)
    record.created = 1_800_000_000.25
    assert json.loads(formatter.format(record))["time"] == "2027-01-15T08:00:00.250Z"


@given(words=st.text())
def test_a_line_is_one_line_whatever_is_in_it(words):
    record = logging.LogRecord("x", logging.INFO, "", 0, "hello from %s", (words,), None)
    line = JsonLines().format(record)
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert json.loads(line)["message"] == f"hello from {words}"
    text = TextLines().format(record)
    assert len(text.splitlines()) == 1
    assert text.isprintable() or not words.isprintable()
    assert "\x1b" not in text


def test_a_traceback_keeps_its_lines(listen):
    kept = listen(TextLines())
    try:
        raise RuntimeError("broken")
    except RuntimeError:
        logging.getLogger("ponimator_runtime.x").exception("failed")
    assert kept.lines[0].splitlines()[-1] == "RuntimeError: broken"


def test_what_is_carried_holds_in_another_thread_and_leaves_nothing_behind(listen):
    kept = listen(JsonLines())
    with about(request_id=5):
        later = carried(lambda words: logging.getLogger("ponimator_runtime.x").info(words))
    thread = threading.Thread(target=later, args=("once",))
    thread.start()
    thread.join()
    later("twice")
    logging.getLogger("ponimator_runtime.x").info("by itself")
    assert [line.get("request_id") for line in kept.objects()] == [5, 5, None]
