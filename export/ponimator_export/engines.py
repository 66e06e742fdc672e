"""Puts engines into a bundle: built beside it, then moved, the card last. What fails leaves the bundle as it was."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from ponimator_export.to_tensorrt import Limits, Target, build_engine, target_for
from ponimator_runtime.errors import CardMismatch, ConfigError, MissingExtra, ModelError, ProviderUnavailable
from ponimator_runtime.models.backends.engine_package import Generation, Gpu, gpu_at_hand, installed_packages
from ponimator_runtime.models.bundle import file_entry
from ponimator_runtime.models.card import CARD_FILE, EngineFile, ModelCard, read_card, write_card

ENGINE_SUFFIX: Final = ".engine"
MOST_ROWS: Final = 64
MOST_STEPS: Final = 100
"""As many as a client may ask the server for."""
_USUAL_ROWS: Final = 4
_USUAL_STEPS: Final = 20
_USUAL_GUIDED: Final = 2
_MOST_GUIDED: Final = 3
"""Predictions of one sample: without conditions, with a pose, with a text."""
_NAMED_HASH: Final = 8


def build_engines(
    folder: Path,
    gpu: str,
    *,
    most_rows: int = MOST_ROWS,
    most_steps: int = MOST_STEPS,
    show: Callable[[str], None],
) -> list[EngineFile]:
    """Adds engines of every network graph to a bundle; engines of other GPUs and packages in it stay.

    They are built beside their place, and the card is replaced last: what fails leaves the bundle as it was.

    Args:
        folder: of the bundle.
        gpu: generation, one of `Generation`.
        most_rows: B of a batch at most, the conditions that guide one sample counted.
        most_steps: K diffusion times of a condition graph at most.
        show: takes a line about each engine as it is done.

    Raises:
        ConfigError: there is no such generation, or a limit is none.
        MissingExtra: no package that builds engines is installed.
        ProviderUnavailable: none that is installed builds for this generation here.
        BundleNotFound: no bundle is there.
        CardMismatch: a graph is not that of the card.
        ModelError: the package cannot build a graph.
    """
    target = target_at_hand(gpu)
    if most_rows < _MOST_GUIDED or most_steps < 1:
        raise ConfigError(
            f"Engines need at least {_MOST_GUIDED} rows (a sample and its conditions) and 1 diffusion time, "
            f"got {most_rows} and {most_steps}."
        )
    card = read_card(folder)
    built: list[EngineFile] = []
    with tempfile.TemporaryDirectory(prefix=".ponimator-engines-", dir=folder.resolve().parent) as workplace:
        for network, most_guided in ((card.animator.graphs, 1), (card.generator.graphs, _MOST_GUIDED)):
            for graph in network.names:
                began = time.perf_counter()
                _check_unchanged(folder / graph, card)
                axes = _axes(graph == network.advance, most_rows, most_steps, most_guided)
                engine = build_engine(folder / graph, target, axes)
                entry = _entry(engine, card, graph, target, most_rows)
                (Path(workplace) / entry.file).write_bytes(engine)
                show(f"{entry.file:<48}{len(engine) / 1e6:>8.2f} MB{time.perf_counter() - began:>8.1f} s")
                built.append(entry)
        _put_in_place(folder, Path(workplace), card, built)
    return built


def copy_with_engines(source: Path, out: Path, gpu: str, *, show: Callable[[str], None]) -> list[EngineFile]:
    """A copy of a bundle with engines, as of one that is installed with this package.

    Args:
        source: folder of the bundle.
        out: folder of the copy; new or empty.
        gpu: generation, one of `Generation`.
        show: takes a line about each engine as it is done.

    Raises:
        ConfigError: the copy's folder holds something.
        PonimatorError: what `build_engines` raises.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(f"{out} holds something already; --out takes a new folder for the copy of {source.name}.")
    nearest = next(folder for folder in out.resolve().parents if folder.is_dir())
    with tempfile.TemporaryDirectory(prefix=".ponimator-engines-", dir=nearest) as workplace:
        copy = Path(shutil.copytree(source, Path(workplace) / "copy"))
        built = build_engines(copy, gpu, show=show)
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.exists():
            out.rmdir()
        copy.rename(out)
    return built


def target_at_hand(gpu: str) -> Target:
    """Who builds for a generation of GPUs on this machine; to be asked before long work that ends in building.

    Raises:
        ConfigError: there is no such generation.
        MissingExtra: no package that builds engines is installed.
        ProviderUnavailable: none that is installed builds for this generation here.
    """
    try:
        generation = Generation(gpu)
    except ValueError as cause:
        raise ConfigError(f"--tensorrt takes a GPU generation, one of {', '.join(Generation)}; got '{gpu}'.") from cause
    return target_for(generation, installed=installed_packages(), at_hand=_gpu_or_none())


def _gpu_or_none() -> Gpu | None:
    try:
        return gpu_at_hand()
    except (MissingExtra, ProviderUnavailable):
        return None


def _axes(advance: bool, most_rows: int, most_steps: int, most_guided: int) -> dict[str, Limits]:
    """Limits by the names that the exporter gives to axes.

    Condition and step graphs call their rows "batch". In an advance graph "rows" is "batch" times "guided", and so
    must their limits be.
    """
    steps = (1, min(_USUAL_STEPS, most_steps), most_steps)
    if not advance:
        return {"batch": (1, min(_USUAL_ROWS, most_rows), most_rows), "timesteps": steps}
    guided = (1, min(_USUAL_GUIDED, most_guided), most_guided)
    most = most_rows // most_guided
    batch = (1, min(_USUAL_ROWS // guided[1], most), most)
    least_rows, usual_rows, all_rows = (samples * each for samples, each in zip(batch, guided, strict=True))
    return {"batch": batch, "guided": guided, "rows": (least_rows, usual_rows, all_rows)}


def _entry(engine: bytes, card: ModelCard, graph: str, target: Target, most_rows: int) -> EngineFile:
    """What the card says of an engine. Its name tells its content, so that a new one never overwrites one in use."""
    content = hashlib.sha256(engine).hexdigest()[:_NAMED_HASH]
    return EngineFile(
        file=f"{Path(graph).stem}.{target.generation}.{content}{ENGINE_SUFFIX}",
        graph=graph,
        graph_sha256=card.files[graph].sha256,
        gpu=target.generation,
        capabilities=list(target.capabilities),
        package=target.package,
        version=target.version,
        most_rows=most_rows,
    )


def _check_unchanged(path: Path, card: ModelCard) -> None:
    if not path.is_file() or file_entry(path) != card.files[path.name]:
        raise CardMismatch(f"{path} is not the file of its card. Install or export the bundle again.")


def _put_in_place(folder: Path, workplace: Path, card: ModelCard, built: list[EngineFile]) -> None:
    """Moves engines into the bundle, then its card, then takes away the engines that they replace."""
    replaced = {(engine.graph, engine.gpu, engine.package) for engine in built}
    kept = [engine for engine in card.engines if (engine.graph, engine.gpu, engine.package) not in replaced]
    engines = [*kept, *built]
    gone = {engine.file for engine in card.engines} - {engine.file for engine in engines}
    files = {name: entry for name, entry in card.files.items() if name not in gone}
    files |= {engine.file: file_entry(workplace / engine.file) for engine in built}
    write_card(msgspec.structs.replace(card, engines=engines, files=files), workplace)
    moved: list[Path] = []
    try:
        for engine in built:
            place = folder / engine.file
            if not place.exists():
                moved.append(place)
            (workplace / engine.file).replace(place)
        (workplace / CARD_FILE).replace(folder / CARD_FILE)
    except OSError as cause:
        for place in moved:
            place.unlink(missing_ok=True)
        raise ModelError(f"{folder} cannot be written to ({cause.strerror}); the bundle is as it was.") from cause
    for name in gone:
        (folder / name).unlink(missing_ok=True)
