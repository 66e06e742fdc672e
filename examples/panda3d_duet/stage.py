"""Where the two are seen: a floor of tiles, two lamps, a camera, and pictures of it.

Offscreen it draws by the engine's own software renderer: no graphics card, no display.
"""

import math
import sys

import numpy as np
from direct.showbase.ShowBase import ShowBase
from panda3d.core import (
    AmbientLight,
    AntialiasAttrib,
    CardMaker,
    DirectionalLight,
    NodePath,
    loadPrcFileData,
)
from PIL import Image

PICTURE_SIZE = (960, 720)
OVERSAMPLING = 2
"""The software renderer has no antialiasing: pictures are drawn larger and made smaller."""
BACKGROUND = (0.80, 0.84, 0.88)
TILES = ((0.70, 0.69, 0.66), (0.62, 0.61, 0.58))
TILE_M = 0.5
TILE_COUNT = 40
FAR_M = 1000.0
FIELD_OF_VIEW_DEG = 36.0
CAMERA_HEIGHT_M = 1.5
LOOK_AT_HEIGHT_M = 0.95


class Stage:
    """An engine with an empty floor.

    Attributes:
        base: Panda3D's.
        render: its scene's root; the actors' parent.
    """

    def __init__(self, *, window: bool) -> None:
        """Starts the engine, with a window or without."""
        width, height = (length * (1 if window else OVERSAMPLING) for length in PICTURE_SIZE)
        settings = [f"win-size {width} {height}", "window-title Ponimator duet", "audio-library-name null"]
        settings += ["print-pipe-types false"]
        if not window:
            settings += ["load-display p3tinydisplay", "notify-level error"]
            settings += ["notify-level-x11display fatal", "notify-level-device fatal"]  # no display is no error here
        loadPrcFileData("", "\n".join(settings))
        try:
            self.base = ShowBase(windowType="onscreen" if window else "offscreen")
        except Exception as error:  # Panda3D raises nothing narrower where no window can be had
            sys.exit(f"Panda3D opens no window ({error}): on a machine without a display leave out --window")
        self.render: NodePath = self.base.render
        self.base.disable_mouse()
        self.base.set_background_color(*BACKGROUND)
        self.render.set_antialias(AntialiasAttrib.M_auto)
        self._lights()
        self._floor()

    def look(
        self, middle: np.ndarray, *, side_rad: float, distance_m: float, height_m: float = LOOK_AT_HEIGHT_M
    ) -> None:
        """Points the camera at a place on the floor.

        Args:
            middle: in the runtime's axes, (3,) m.
            side_rad: from where: yaw of the way from the place to the camera, about the up axis from +Z.
            distance_m: level.
            height_m: of what is in the middle of the picture.
        """
        x, _, z = (float(value) for value in middle)
        camera = self.base.camera
        camera.set_pos(x + distance_m * math.sin(side_rad), -(z + distance_m * math.cos(side_rad)), CAMERA_HEIGHT_M)
        camera.look_at(x, -z, height_m)
        self.base.camLens.set_fov(FIELD_OF_VIEW_DEG)
        self.base.camLens.set_near(0.1)

    def draw(self) -> None:
        """One frame."""
        self.base.task_mgr.step()

    def picture(self) -> Image.Image:
        """What is seen now."""
        self.draw()
        texture = self.base.win.get_screenshot()
        rows = np.frombuffer(texture.get_ram_image(), dtype=np.uint8)
        blue_first = rows.reshape(texture.get_y_size(), texture.get_x_size(), texture.get_num_components())
        whole = Image.fromarray(np.ascontiguousarray(blue_first[::-1, :, 2::-1]))
        return whole.reduce(whole.width // PICTURE_SIZE[0])

    def close(self) -> None:
        """Ends the engine."""
        self.base.destroy()

    def _lights(self) -> None:
        ambient = AmbientLight("sky")
        ambient.set_color((0.46, 0.47, 0.50, 1.0))
        self.render.set_light(self.render.attach_new_node(ambient))
        for name, strength, heading_deg, pitch_deg in (("sun", 0.62, -35.0, -50.0), ("fill", 0.22, 120.0, -20.0)):
            lamp = DirectionalLight(name)
            lamp.set_color((strength, 0.97 * strength, 0.92 * strength, 1.0))
            node = self.base.camera.attach_new_node(lamp)  # it goes with the camera: no side is ever dark
            node.set_hpr(heading_deg, pitch_deg, 0.0)
            self.render.set_light(node)

    def _floor(self) -> None:
        floor = self.render.attach_new_node("floor")
        half = TILE_COUNT // 2
        for row in range(-half, half):
            for column in range(-half, half):
                card = CardMaker("tile")
                left, near = column * TILE_M, row * TILE_M
                right, far = left + TILE_M, near + TILE_M
                card.set_frame((left, near, 0), (right, near, 0), (right, far, 0), (left, far, 0))
                card.set_color(*TILES[(row + column) % 2], 1.0)
                floor.attach_new_node(card.generate())
        ground = CardMaker("ground")
        ground.set_frame((-FAR_M, -FAR_M, 0), (FAR_M, -FAR_M, 0), (FAR_M, FAR_M, 0), (-FAR_M, FAR_M, 0))
        ground.set_color(*TILES[1], 1.0)
        floor.attach_new_node(ground.generate()).set_z(-0.02)
        floor.set_light_off()
        floor.flatten_strong()
