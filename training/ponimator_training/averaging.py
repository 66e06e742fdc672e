"""The exponential moving average of a network's weights, which samples better than the last weights do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class WeightAverage:
    """Keeps the average beside the network; early on it forgets faster, so that the start does not weigh on it."""

    def __init__(self, network: nn.Module, *, decay: float) -> None:
        """Starts from the network's present state; buffers are kept as they are."""
        self._decay = decay
        self._updates = 0
        self._state = {name: value.detach().clone() for name, value in network.state_dict().items()}
        parameters = dict(network.named_parameters())
        self._present: list[Tensor] = list(parameters.values())
        self._averages = [self._state[name] for name in parameters]

    @torch.no_grad()
    def update(self) -> None:
        """Moves the average towards the network's weights."""
        self._updates += 1
        decay = min(self._decay, (1 + self._updates) / (10 + self._updates))
        torch._foreach_lerp_(self._averages, self._present, 1 - decay)

    def state(self) -> dict[str, Tensor]:
        """The averaged network's state."""
        return self._state

    def load(self, state: Mapping[str, Tensor], *, updates: int) -> None:
        """Goes on from a saved average."""
        self._updates = updates
        for name, value in state.items():
            self._state[name].copy_(value)

    @contextmanager
    def in_place_of(self, network: nn.Module) -> Iterator[None]:
        """The network carries the averaged weights while this lasts."""
        own = {name: value.detach().clone() for name, value in network.state_dict().items()}
        network.load_state_dict(self._state)
        try:
            yield
        finally:
            network.load_state_dict(own)
