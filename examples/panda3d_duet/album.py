"""The pictures of one interaction: its contact frame from afar and near, a sheet over time, and what was drawn then."""

from pathlib import Path

import numpy as np
from actor import DuetActor
from characters import PREFIX
from duet import Duet, DuetFrame
from PIL import Image, ImageDraw
from stage import PICTURE_SIZE, Stage

DISTANCE_M, NEAR_M = 5.0, 1.6
COLUMNS, ROWS = 4, 3
INK = (40, 40, 44)
MARK = (214, 84, 40)


class Album:
    """Takes the pictures that are due; the contact frame's are due at the interactive pose."""

    def __init__(self, stage: Stage, duet: Duet, actors: tuple[DuetActor, DuetActor], seconds: float) -> None:
        """Is empty; the sheet's pictures are spread over so many seconds."""
        self._stage, self._duet, self._actors = stage, duet, actors
        self._due_s = [float(at_s) for at_s in np.linspace(0.0, seconds, COLUMNS * ROWS + 1)[:-1]]
        self._panels: list[Image.Image] = []
        self._contact: tuple[Image.Image, Image.Image] | None = None
        self._drawn: dict[str, np.ndarray] = {}
        self._side_rad: float | None = None

    def look_at(self, frame: DuetFrame, at_s: float, *, contact: bool) -> None:
        """Takes what is due of a frame whose pose the actors have.

        Args:
            frame: what is shown.
            at_s: since the interaction's first frame.
            contact: whether the interactive pose is reached.
        """
        if contact and self._contact is None:
            self._take_contact(frame, at_s)
        elif self._due_s and at_s >= self._due_s[0]:
            self._due_s.pop(0)
            self._panels.append(self._panel(self._picture(frame), at_s, marked=False))

    def save(self, folder: Path, title: str) -> list[Path]:
        """Writes what was taken."""
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        if self._contact is not None:
            for name, picture in zip(("contact.png", "contact_near.png"), self._contact, strict=True):
                picture.save(folder / name)
                written.append(folder / name)
            np.savez_compressed(folder / "contact.npz", allow_pickle=False, **self._drawn)
            written.append(folder / "contact.npz")
        width, height = (length // 2 for length in PICTURE_SIZE)
        sheet = Image.new("RGB", (COLUMNS * width, ROWS * height + 24), (240, 240, 238))
        ImageDraw.Draw(sheet).text((8, 6), title, fill=INK)
        for number, panel in enumerate(self._panels):
            row, column = divmod(number, COLUMNS)
            sheet.paste(panel, (column * width, 24 + row * height))
        sheet.save(folder / "sheet.png")
        return [*written, folder / "sheet.png"]

    def _take_contact(self, frame: DuetFrame, at_s: float) -> None:
        wide = self._picture(frame)
        bones = [actor.drawn_bones() for actor in self._actors]
        hands = [self._actors[0].names.index(f"{PREFIX}{side}Hand") for side in ("Left", "Right")]
        pairs = [(bones[0][a], bones[1][b]) for a in hands for b in hands]
        middle = np.mean(min(pairs, key=lambda pair: np.linalg.norm(pair[1] - pair[0])), axis=0)
        self._stage.look(middle, side_rad=self._side(frame), distance_m=NEAR_M, height_m=float(middle[1]))
        self._contact = wide, self._stage.picture()
        pose = frame.shown.pose
        self._drawn = {
            "touching": np.array([(touch.a, touch.b) for touch in frame.shown.contacts if touch.touches], dtype=int),
            "rotations_xyzw": pose.rotations_xyzw,
            "translations": pose.translations,
            "rest_joints": self._duet.rest_joints,
            "posed_bones": np.stack([body.positions for body in frame.posed.bodies]),
            "drawn_bones": np.stack(bones),
            **{f"drawn_skin_{person}": actor.drawn_skin() for person, actor in enumerate(self._actors)},
        }
        self._panels.append(self._panel(wide, at_s, marked=True))
        self._due_s = self._due_s[: COLUMNS * ROWS - len(self._panels)]

    def _picture(self, frame: DuetFrame) -> Image.Image:
        self._stage.look(frame.middle, side_rad=self._side(frame), distance_m=DISTANCE_M)
        return self._stage.picture()

    def _side(self, frame: DuetFrame) -> float:
        """From the same side all the time."""
        if self._side_rad is None:
            self._side_rad = frame.side_rad
        return self._side_rad

    def _panel(self, picture: Image.Image, at_s: float, *, marked: bool) -> Image.Image:
        panel = picture.resize((PICTURE_SIZE[0] // 2, PICTURE_SIZE[1] // 2), Image.Resampling.BOX)
        draw = ImageDraw.Draw(panel)
        draw.text((8, 6), f"{at_s:5.2f} s" + ("  contact" if marked else ""), fill=MARK if marked else INK)
        if marked:
            draw.rectangle((0, 0, panel.width - 1, panel.height - 1), outline=MARK, width=3)
        return panel
