"""All-MiniLM-L6-v2 in plain torch, so that exporting it needs no transformers package.

BERT (Devlin et al. 2019) with post-norm blocks, then the mean over real tokens and unit length. It knows the
published checkpoint's names; it must never know tokenising or ONNX.

Legend: B texts, L tokens, D = 384 features, H heads.
"""

from typing import Final

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

VOCABULARY: Final = 30_522
WIDTH: Final = 384
HIDDEN_WIDTH: Final = 1_536
HEADS: Final = 12
LAYERS: Final = 6
POSITIONS: Final = 256
"""The network was trained to 256 tokens; the table published has 512 rows, the upper half never read."""

_NORM_EPSILON: Final = 1e-12
_MASKED_SCORE: Final = -1e4
"""Added to the scores of padding; far below any real score, and finite in every number format."""


class SelfAttention(nn.Module):
    """Multi-head attention over the real tokens of each text."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key = nn.Linear(WIDTH, WIDTH)
        self.value = nn.Linear(WIDTH, WIDTH)
        self.output = nn.Linear(WIDTH, WIDTH)

    def forward(self, tokens: Float[Tensor, "B L D"], score_bias: Float[Tensor, "B 1 1 L"]) -> Float[Tensor, "B L D"]:
        """Tokens mixed by attention; `score_bias` shuts padding out."""
        query, key, value = (
            layer(tokens).unflatten(-1, (HEADS, WIDTH // HEADS)).transpose(1, 2)  # B H L D/H
            for layer in (self.query, self.key, self.value)
        )
        scores = query @ key.transpose(-1, -2) / (WIDTH // HEADS) ** 0.5 + score_bias
        mixed: Tensor = self.output((scores.softmax(-1) @ value).transpose(1, 2).flatten(-2))  # B L D
        return mixed


class Block(nn.Module):
    """One transformer layer, normalised after each residual sum."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = SelfAttention()
        self.attention_norm = nn.LayerNorm(WIDTH, _NORM_EPSILON)
        self.expand = nn.Linear(WIDTH, HIDDEN_WIDTH)
        self.contract = nn.Linear(HIDDEN_WIDTH, WIDTH)
        self.output_norm = nn.LayerNorm(WIDTH, _NORM_EPSILON)

    def forward(self, tokens: Float[Tensor, "B L D"], score_bias: Float[Tensor, "B 1 1 L"]) -> Float[Tensor, "B L D"]:
        """Tokens after attention and feed-forward."""
        tokens = self.attention_norm(tokens + self.attention(tokens, score_bias))
        hidden = nn.functional.gelu(self.expand(tokens))
        normed: Tensor = self.output_norm(tokens + self.contract(hidden))
        return normed


class MiniLM(nn.Module):
    """Tokens in, one unit-length sentence embedding out."""

    def __init__(self) -> None:
        super().__init__()
        self.word_embedding = nn.Embedding(VOCABULARY, WIDTH)
        self.position_embedding = nn.Parameter(torch.zeros(POSITIONS, WIDTH))
        self.embedding_norm = nn.LayerNorm(WIDTH, _NORM_EPSILON)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))

    def forward(self, input_ids: Int[Tensor, "B L"], attention_mask: Int[Tensor, "B L"]) -> Float[Tensor, "B 384"]:
        """Unit-length mean of the last layer over the tokens whose mask is 1."""
        tokens = self.word_embedding(input_ids) + self.position_embedding[: input_ids.shape[1]]
        tokens = self.embedding_norm(tokens)
        is_real = attention_mask.to(tokens.dtype)
        score_bias = (1.0 - is_real)[:, None, None, :] * _MASKED_SCORE
        for block in self.blocks:
            tokens = block(tokens, score_bias)
        mean = (tokens * is_real[:, :, None]).sum(1) / is_real.sum(1, keepdim=True)
        return nn.functional.normalize(mean, dim=-1)


def minilm_from_checkpoint(weights: dict[str, Tensor]) -> MiniLM:
    """The network with the published weights, in evaluation mode.

    Args:
        weights: tensors by their names in `model.safetensors`. The pooler is not part of the sentence embedding
            and stays behind; sentences have one segment, so its row of the token-type table joins the positions.
    """
    renamed = {
        "word_embedding.weight": weights["embeddings.word_embeddings.weight"],
        "position_embedding": weights["embeddings.position_embeddings.weight"][:POSITIONS]
        + weights["embeddings.token_type_embeddings.weight"][0],
    }
    published_from_ours = {"embedding_norm": "embeddings.LayerNorm"}
    for layer in range(LAYERS):
        ours, published = f"blocks.{layer}", f"encoder.layer.{layer}"
        published_from_ours |= {
            f"{ours}.attention.query": f"{published}.attention.self.query",
            f"{ours}.attention.key": f"{published}.attention.self.key",
            f"{ours}.attention.value": f"{published}.attention.self.value",
            f"{ours}.attention.output": f"{published}.attention.output.dense",
            f"{ours}.attention_norm": f"{published}.attention.output.LayerNorm",
            f"{ours}.expand": f"{published}.intermediate.dense",
            f"{ours}.contract": f"{published}.output.dense",
            f"{ours}.output_norm": f"{published}.output.LayerNorm",
        }
    for ours, published in published_from_ours.items():
        for part in ("weight", "bias"):
            renamed[f"{ours}.{part}"] = weights[f"{published}.{part}"]
    network = MiniLM()
    network.load_state_dict(renamed)
    return network.eval()
