"""Many texts, one after the other or some at once, each into files of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tqdm import tqdm

from ponimator_runtime.errors import ConfigError, PonimatorError
from ponimator_runtime.wire.limits import MAX_TEXT_CHARACTERS


def texts_of_file(path: Path) -> list[str]:
    """One text a line, but for empty lines and those that begin with #; raises ConfigError where there is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"--texts: {path} cannot be read as UTF-8 text: {error}") from error
    texts = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not texts:
        raise ConfigError(f"--texts: {path} holds no text; expected one a line")
    for number, text in enumerate(texts, start=1):
        if len(text) > MAX_TEXT_CHARACTERS:
            raise ConfigError(
                f"--texts: text {number} of {path} has {len(text)} characters, {MAX_TEXT_CHARACTERS} are the most"
            )
    return texts


def numbered(path: Path, number: int, count: int) -> Path:
    """`hugs.glb` becomes `hugs_007.glb`, with as many digits as the last one needs."""
    return path.with_name(f"{path.stem}_{number:0{max(3, len(str(count)))}d}{path.suffix}")


def run_all(texts: list[str], run: Callable[[int, str], str], *, at_once: int) -> Iterable[tuple[int, str, str]]:
    """Runs all, some at once, behind a progress bar; number, text and what became of each, as they end.

    One that fails is told and ends no other.
    """
    with ThreadPoolExecutor(max_workers=at_once) as pool, tqdm(total=len(texts), unit="text", disable=None) as bar:
        running = {pool.submit(run, number, text): (number, text) for number, text in enumerate(texts, start=1)}
        try:
            for done in as_completed(running):
                number, text = running[done]
                try:
                    outcome = done.result()
                except PonimatorError as error:
                    outcome = f"failed: {error}"
                bar.update()
                yield number, text, outcome
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
