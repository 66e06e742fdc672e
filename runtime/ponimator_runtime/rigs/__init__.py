"""Maps of rigs as files: the presets, those that people save, and which one fits a rig. Knows files, and no engine."""

from ponimator_runtime.rigs.detection import BestMap, best_map, fitted_preset
from ponimator_runtime.rigs.map_file import PRESET_NAMES, load_map, load_preset, preset_folder, save_map

__all__ = [
    "PRESET_NAMES",
    "BestMap",
    "best_map",
    "fitted_preset",
    "load_map",
    "load_preset",
    "preset_folder",
    "save_map",
]
