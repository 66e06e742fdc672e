"""`ponimator view` in a real browser without a screen: the page loads, and what is triggered there moves the bodies."""

import io
import shutil
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image
from tests.unit.made_recordings import records, write_recording

from ponimator_runtime.client.display import PlayState
from ponimator_runtime.wire import Profile, pose_from_arrays

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
pytest.importorskip("viser", reason="the view extra is not installed")
following = pytest.importorskip("ponimator_runtime.viewing.follower")
Follower, Wish = following.Follower, following.Wish
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(CHROMIUM is None or DRIVER is None, reason="no chromium: run `make engines`")

PATIENCE_S = 150.0
"""A browser that draws without a graphics card, beside other work."""
FLAGS = (
    "--headless=new --no-sandbox --use-angle=swiftshader --enable-unsafe-swiftshader --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync --window-size=800,560"
)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Page:
    """A view, and a browser that looks at it."""

    def __init__(self, *arguments):
        port = free_port()
        command = [sys.executable, "-m", "ponimator_runtime", "view", *map(str, arguments), "--port", str(port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        said = []
        while f"view at http://127.0.0.1:{port}" not in (line := self.process.stdout.readline()):
            assert line, "".join(said)
            said.append(line)
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for flag in FLAGS.split():
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
        self.browser.set_page_load_timeout(PATIENCE_S)
        self.browser.get(f"http://127.0.0.1:{port}")

    def until(self, found, what):
        end_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < end_s:
            if found():
                return
            time.sleep(0.1)
        raise AssertionError(f"{what} never came; the page says: {self.text()}")

    def text(self):
        return self.browser.find_element("tag name", "body").text

    def says(self, *words):
        self.until(lambda: any(word in self.text() for word in words), " or ".join(words))

    def press(self, label):
        self.browser.execute_script(
            "[...document.querySelectorAll('button')].find(b => b.innerText.trim() === arguments[0]).click()", label
        )

    def tick(self, label):
        """Of the boxes the one whose row bears that label and no other box."""
        self.browser.execute_script(
            """
            for (const box of document.querySelectorAll('input[type=checkbox]')) {
                let row = box.parentElement;
                while (!row.innerText.trim()) row = row.parentElement;
                if (row.innerText.trim() === arguments[0]) { box.click(); return; }
            }
            throw new Error('no box ' + arguments[0]);
            """,
            label,
        )

    def picture(self):
        return np.asarray(Image.open(io.BytesIO(self.browser.get_screenshot_as_png())).convert("RGB")).astype(int)

    def complaints(self):
        return [entry["message"] for entry in self.browser.get_log("browser") if entry["level"] == "SEVERE"]

    def close(self):
        self.browser.quit()
        self.process.send_signal(signal.SIGINT if sys.platform != "win32" else signal.SIGTERM)
        try:
            assert self.process.wait(timeout=30) == 0
        finally:
            self.process.kill()
            self.process.stdout.close()


def persons_in(picture):
    """How many pixels are of the first person's colour, and of the second's."""
    red, green, blue = np.moveaxis(picture, -1, 0)
    return int(((red - blue > 40) & (red > 90)).sum()), int(((blue - red > 30) & (blue > 90) & (green < 190)).sum())


@pytest.fixture
def open_page():
    pages = []

    def opened(*arguments):
        pages.append(Page(*arguments))
        return pages[-1]

    yield opened
    for page in pages:
        page.close()


@pytest.mark.timeout(600)
def test_a_trigger_from_the_page_puts_both_bodies_on_stage_and_moves_them(server, open_page):
    page = open_page("--control", server.control)
    page.says("What do they do?")
    page.says("waiting")
    page.until(lambda: page.picture().std() > 1, "a picture")
    before = page.picture()
    page.tick("Until cancelled")  # a browser that draws without a graphics card may sleep through six seconds
    page.press("Trigger")
    page.says("playing")
    page.until(lambda: min(persons_in(page.picture())) > min(persons_in(before)) + 300, "two bodies")
    page.press("Cancel")
    page.says("cancelled")
    page.says("resting")
    assert page.complaints() == []


def test_who_was_dragged_away_walks_back_first(client):
    """What the handles of the page do: live poses more than a step further apart than where the two rest."""
    news = []
    with Follower(client, Profile.BALANCED, news.append) as follower:

        def until(state):
            end_s = time.monotonic() + PATIENCE_S
            while (seen := follower.seen(0.0)).shown.state is not state:
                assert time.monotonic() < end_s, news
                time.sleep(0.02)
            return seen

        follower.trigger(Wish(text="two people shake hands", seconds=1.0, seed=1), (None, None))
        until(PlayState.PLAYING)
        pose = until(PlayState.RESTING).shown.pose
        between = (pose.translations[1] - pose.translations[0]) * np.array([1.0, 0.0, 1.0])
        away = pose.translations + np.stack([np.zeros(3), between / np.linalg.norm(between)])
        poses = tuple(
            pose_from_arrays(turns[:22].astype(np.float32), place.astype(np.float32))
            for turns, place in zip(pose.rotations_xyzw, away, strict=True)
        )
        follower.trigger(Wish(text="two people shake hands", seconds=4.0, seed=1), poses)
        began = until(PlayState.PLAYING).shown.pose
        apart_m = [np.linalg.norm(at[1] - at[0]) for at in (began.translations, away)]
        assert apart_m[0] == pytest.approx(apart_m[1], abs=0.1)
        nearest_m = apart_m[0]
        while (seen := follower.seen(0.0)).shown.state is not PlayState.RESTING:
            places = seen.shown.pose.translations
            nearest_m = min(nearest_m, np.linalg.norm(places[1] - places[0]))
            time.sleep(0.02)
        assert nearest_m < apart_m[0] - 0.5
        assert "finished" in news


@pytest.mark.timeout(600)
def test_a_recording_plays_and_tells_its_frames(open_page, tmp_path):
    write_recording(tmp_path / "made.ponirec", records())
    page = open_page(tmp_path / "made.ponirec")
    page.says("made.ponirec")
    page.says("Frame ")
    first = page.text()
    page.until(lambda: page.text() != first, "another frame")
    assert page.complaints() == []
