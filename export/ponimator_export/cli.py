"""`ponimator export`: two checkpoints to one bundle, and bundles to engines."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from ponimator_runtime.commands.parsing import parsed
from ponimator_runtime.errors import CardMismatch, ConfigError, MissingExtra, PonimatorError
from ponimator_runtime.models.card import Precision

FAILURE = 1
USAGE_ERROR = 2
INTERRUPTED = 130


@dataclass(frozen=True, kw_only=True)
class ExportCommand:
    """Turn trained checkpoints into a bundle for `ponimator serve --bundle`, or build a bundle's TensorRT engines.

    The bundle is compared with torch before it is written; what differs too much writes nothing.

    Attributes:
        animator: checkpoint of the animator (checkpoint.pt of its training).
        generator: checkpoint of the generator.
        out: folder of the bundle; one that lies there is replaced. With --bundle: a new folder for its copy.
        bundle: name or folder of a bundle that is there, instead of checkpoints; without --out it gets the engines.
        tensorrt: build engines for this generation of NVIDIA GPUs (ampere, ada, hopper or blackwell).
        name: of the bundle; by default its folder's.
        data: clip set (.npz) to draw the compared conditions from, and int8's calibration; by default synthetic clips.
        text_encoder: folder with text_encoder.onnx and tokenizer.json; by default they are exported anew.
        precision: of the networks: fp32; int8 for processors, where the generator stays fp32; fp16 for GPUs.
        body: body in SMPL-X layout (.npz) that the models were trained for; by default the built-in one.
        threads: CPU threads of torch.
    """

    animator: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="[ANIMATOR]")] = None
    generator: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="[GENERATOR]")] = None
    out: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    bundle: Annotated[str | None, tyro.conf.arg(metavar="BUNDLE")] = None
    tensorrt: Annotated[str | None, tyro.conf.arg(metavar="GPU")] = None
    name: Annotated[str | None, tyro.conf.arg(metavar="NAME")] = None
    data: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    text_encoder: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    precision: Precision = Precision.FP32
    body: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    threads: int = 1

    def check(self) -> None:
        """Refuses what does not go together and paths that are not there.

        Not at construction, where tyro would box the message.
        """
        if self.bundle is None and None in (self.animator, self.generator, self.out):
            raise ConfigError("expected ANIMATOR GENERATOR --out FOLDER, or --bundle BUNDLE --tensorrt GPU.")
        if self.bundle is not None and (self.animator is not None or self.tensorrt is None):
            raise ConfigError("--bundle takes no checkpoints and needs --tensorrt GPU: it builds a bundle's engines.")
        files = {"ANIMATOR": self.animator, "GENERATOR": self.generator, "--data": self.data, "--body": self.body}
        for option, path in files.items():
            if path is not None and not path.is_file():
                raise ConfigError(f"{option}: there is no file {path}.")
        if self.text_encoder is not None and not self.text_encoder.is_dir():
            raise ConfigError(f"--text-encoder: there is no folder {self.text_encoder}.")
        if self.threads < 1:
            raise ConfigError(f"--threads must be at least 1, got {self.threads}.")


def main(arguments: list[str]) -> int:
    """`ponimator export …`; returns the exit code."""
    try:
        command = parsed(ExportCommand, arguments, command="export")
        command.check()
        if command.bundle is None:
            export(command)
        elif command.tensorrt is not None:
            add_engines(command.bundle, command.out, command.tensorrt)
    except ConfigError as error:
        return _told(error, USAGE_ERROR)
    except (PonimatorError, OSError) as error:
        return _told(error, FAILURE)
    except KeyboardInterrupt:
        print("ponimator export: stopped, nothing was written.", file=sys.stderr)
        return INTERRUPTED
    return 0


def export(command: ExportCommand) -> None:
    """Reads the checkpoints and writes the bundle.

    Raises:
        MissingExtra: the packages for it are not installed.
        PonimatorError: the checkpoints, the data or the place cannot be used, or the comparison failed.
    """
    try:
        import torch

        from ponimator_export.bundle import BundleSources, check_place, write_bundle
        from ponimator_export.engines import target_at_hand
        from ponimator_export.provenance import BUILT_IN_BODY, notice, provenance
        from ponimator_training.body.model import BodyModel, default_body
        from ponimator_training.checkpoint import build_network, load_checkpoint
        from ponimator_training.data.clips import load_clips
        from ponimator_training.network.animator import Animator
        from ponimator_training.network.generator import Generator
    except ModuleNotFoundError as cause:
        if (cause.name or "").startswith("ponimator_"):
            raise
        raise MissingExtra("`ponimator export`", "export") from cause
    if command.animator is None or command.generator is None or command.out is None:
        raise ConfigError("expected ANIMATOR GENERATOR --out FOLDER.")
    name = command.name or command.out.resolve().name
    check_place(name, command.out)
    if command.tensorrt is not None:
        target_at_hand(command.tensorrt)  # refused before the work, not after it
    torch.set_num_threads(command.threads)
    checkpoints = [load_checkpoint(path) for path in (command.animator, command.generator)]
    animator, generator = (build_network(checkpoint) for checkpoint in checkpoints)
    if not isinstance(animator, Animator) or not isinstance(generator, Generator):
        kinds = " and ".join(checkpoint.kind for checkpoint in checkpoints)
        raise CardMismatch(f"Expected the checkpoints of an animator and a generator in this order, got {kinds}.")
    body = BUILT_IN_BODY if command.body is None else command.body.name
    sources = BundleSources(
        name=name,
        animator=animator,
        generator=generator,
        body=default_body() if command.body is None else BodyModel.load(command.body),
        text_encoder=command.text_encoder,
        clips=None if command.data is None else load_clips(command.data),
        provenance=provenance(checkpoints, body=body),
        notice=notice(body),
        precision=command.precision,
    )
    write_bundle(sources, command.out, show=_show)
    print(f"{name}: written to {command.out}")
    if command.tensorrt is not None:
        add_engines(str(command.out.resolve()), None, command.tensorrt)


def add_engines(bundle: str, out: Path | None, gpu: str) -> None:
    """Builds the engines of a bundle, in its own folder or in a copy; it needs no torch.

    Raises:
        PonimatorError: there is no such bundle or GPU, no package builds for it here, or the copy has no place.
    """
    from ponimator_export.engines import build_engines, copy_with_engines
    from ponimator_runtime.models.bundle import bundle_folder, embedded_folder

    folder = bundle_folder(bundle)
    if out is None and folder.parent == embedded_folder():
        raise ConfigError(f"{bundle} is installed with this package; name a folder for its copy with --out FOLDER.")
    if out is None or out.resolve() == folder.resolve():
        built, place = build_engines(folder, gpu, show=_show), folder
    else:
        built, place = copy_with_engines(folder, out, gpu, show=_show), out
    print(f"{len(built)} engines for {gpu} ({built[0].package} {built[0].version}): written to {place}")


def _show(text: str) -> None:
    print(text, flush=True)


def _told(error: Exception, code: int) -> int:
    # Errors of other packages that ours quote may run over many lines; the first tells what happened.
    print(f"ponimator export: {str(error).splitlines()[0]}", file=sys.stderr)
    return code
