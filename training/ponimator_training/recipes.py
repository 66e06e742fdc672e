"""Sizes and settings that are known to work, by name; recipes are functions, so that each can be read as one thing.

`paper` is what was published, `lite` trains and runs on a CPU, `lite-gpu` trains the same networks on a GPU, `smoke`
learns one clip by heart in two minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ponimator_training.losses import AnimatorWeights, GeneratorWeights
from ponimator_training.network.layers import TransformerSize
from ponimator_training.training_config import TrainingConfig
from ponimator_training.windows import NO_AUGMENTATION, AnchorChoice, Augmentation

_PAPER_STEPS = 1_000_000
_GPU_TRAINING: dict[str, Any] = {"batch_size": 512, "warmup_steps": 1000, "average_decay": 0.9995}


@dataclass(frozen=True, kw_only=True, slots=True)
class AnimatorRecipe:
    """Everything an animator's training is set by, but for the data.

    Attributes:
        size: of the network.
        training: how it is optimised.
        weights: of the losses.
        augmentation: noise on the anchors.
        choice: which frames are anchors.
        clips: train on the first so many; None takes all.
    """

    size: TransformerSize
    training: TrainingConfig
    weights: AnimatorWeights = field(default_factory=AnimatorWeights)
    augmentation: Augmentation = field(default_factory=Augmentation)
    choice: AnchorChoice = field(default_factory=AnchorChoice)
    clips: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GeneratorRecipe:
    """Everything a generator's training is set by, but for the data; attributes as for the animator.

    Attributes:
        drop_pose: probability that no pose is given.
        drop_text: probability that no text is given.
    """

    size: TransformerSize
    training: TrainingConfig
    weights: GeneratorWeights = field(default_factory=GeneratorWeights)
    drop_pose: float = 0.8
    drop_text: float = 0.1
    clips: int | None = None


def paper_animator() -> AnimatorRecipe:
    """As published, for several large GPUs."""
    training = TrainingConfig(batch_size=256, steps=_PAPER_STEPS, precision="bf16-mixed", average_decay=0.9999)
    return AnimatorRecipe(size=TransformerSize(), training=training)


def paper_generator() -> GeneratorRecipe:
    """As published, for several large GPUs."""
    training = TrainingConfig(batch_size=512, steps=_PAPER_STEPS, precision="bf16-mixed", average_decay=0.9999)
    return GeneratorRecipe(size=TransformerSize(), training=training)


def lite_animator() -> AnimatorRecipe:
    """Half a second per step on one core; the bundle that ships.

    The joints' and velocity terms take over from the surface's, which cost as much as the network at this size.
    """
    training = TrainingConfig(
        batch_size=64, steps=300_000, learning_rate=5e-4, warmup_steps=300, decay="cosine", precision="bf16-mixed"
    )
    return AnimatorRecipe(
        size=TransformerSize(blocks=6, width=192, heads=6, feed_forward=384, dropout=0.0),
        training=training,
        weights=AnimatorWeights(joints=2.0, vertices=0.0, velocity=3.0, planted=30.0),
    )


def lite_generator() -> GeneratorRecipe:
    """A fifth of a second per step on one core; the bundle that ships."""
    training = TrainingConfig(
        batch_size=256, steps=300_000, learning_rate=5e-4, warmup_steps=300, decay="cosine", precision="bf16-mixed"
    )
    return GeneratorRecipe(
        size=TransformerSize(blocks=6, width=256, heads=4, feed_forward=512, dropout=0.0), training=training
    )


def lite_gpu_animator() -> AnimatorRecipe:
    """The lite network in batches that fill a GPU; there the surface's term costs little, and is on."""
    lite = lite_animator()
    return replace(
        lite,
        training=replace(lite.training, **_GPU_TRAINING, learning_rate=1e-3),
        weights=replace(lite.weights, vertices=1.0),
    )


def lite_gpu_generator() -> GeneratorRecipe:
    """The lite network in batches that fill a GPU."""
    lite = lite_generator()
    return replace(lite, training=replace(lite.training, **_GPU_TRAINING, learning_rate=7e-4))


def smoke_animator() -> AnimatorRecipe:
    """One clip by heart, anchored where the two touch: there a pose tells which moment of the clip it is."""
    training = TrainingConfig(batch_size=16, steps=800, learning_rate=2e-3, warmup_steps=50, decay="cosine")
    return AnimatorRecipe(
        size=TransformerSize(blocks=4, width=96, heads=4, feed_forward=192, dropout=0.0),
        training=replace(training, average_decay=0.98),
        weights=AnimatorWeights(vertices=0.0),
        augmentation=NO_AUGMENTATION,
        choice=AnchorChoice(interactive_share=1.0),
        clips=1,
    )


def smoke_generator() -> GeneratorRecipe:
    """One clip's poses by heart."""
    training = TrainingConfig(batch_size=64, steps=900, learning_rate=1e-3, warmup_steps=50, decay="cosine")
    return GeneratorRecipe(
        size=TransformerSize(blocks=4, width=96, heads=4, feed_forward=192, dropout=0.0),
        training=replace(training, average_decay=0.98),
        clips=1,
    )


ANIMATOR_RECIPES: dict[str, Callable[[], AnimatorRecipe]] = {
    "paper": paper_animator,
    "lite": lite_animator,
    "lite-gpu": lite_gpu_animator,
    "smoke": smoke_animator,
}
GENERATOR_RECIPES: dict[str, Callable[[], GeneratorRecipe]] = {
    "paper": paper_generator,
    "lite": lite_generator,
    "lite-gpu": lite_gpu_generator,
    "smoke": smoke_generator,
}
