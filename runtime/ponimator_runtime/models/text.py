"""Turns phrases into the embeddings that steer the pose generator.

All-MiniLM-L6-v2 (Wang et al. 2020; sentence-transformers) as an ONNX graph with pooling and normalisation
inside it, plus its tokenizer. It knows phrases and vectors; it must never know torch, transformers or a socket.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from jaxtyping import Float32
from tokenizers import Tokenizer

from ponimator_runtime.errors import BundleNotFound, CardMismatch, ModelError, ShapeError
from ponimator_runtime.models.backends.execution import Execution
from ponimator_runtime.models.backends.onnx import onnx_session

if TYPE_CHECKING:
    import onnxruntime

EMBEDDING_WIDTH: Final = 384
MAX_TOKENS: Final = 256
"""Length the network was trained to, [CLS] and [SEP] included; the rest of a text is not read."""

MAX_CHARACTERS: Final = 32_768
"""Cut made before tokenising, so that a huge text costs no more than a long one.

WordPiece reads a word of up to 100 characters as at least one token: 256 tokens of text separated by single
spaces always fit in 256 · 101 < 32,768 characters, so the cut changes no ordinary embedding.
"""

_CACHED_PHRASES: Final = 256


class TextEncoder:
    """Sentence embeddings of all-MiniLM-L6-v2, one row for each text.

    Texts run one at a time: the shipped graph may quantise activations by their range over a whole batch,
    and a phrase must not change with its neighbours or with padding. Safe to share between threads.
    """

    def __init__(self, model_path: Path, tokenizer_path: Path, threads: int = 1) -> None:
        """Loads both files.

        Args:
            model_path: ONNX graph, (input_ids, attention_mask) to `sentence_embedding`.
            tokenizer_path: its `tokenizer.json`.
            threads: CPU threads of one encoding.

        Raises:
            ConfigError: `threads` is outside its limits.
            BundleNotFound: a file is missing.
            ModelError: a file is there but cannot be loaded, or is another graph.
        """
        for path in (model_path, tokenizer_path):
            if not path.is_file():
                raise BundleNotFound(f"expected a text encoder file at {path}; reinstall or re-export the bundle")
        self._tokenizer = _tokenizer_from(tokenizer_path)
        self._session = _session_from(model_path, threads)
        self._embedding_of = lru_cache(maxsize=_CACHED_PHRASES)(self._embed)

    def encode(self, texts: Sequence[str]) -> Float32[np.ndarray, "B 384"]:
        """Unit-length embeddings, in the order of the texts; text beyond 256 tokens is not read.

        Raises:
            ShapeError: a single string came instead of a sequence of them.
        """
        if isinstance(texts, str):
            raise ShapeError("expected a sequence of texts, got one string; pass [text]")
        embeddings = np.empty((len(texts), EMBEDDING_WIDTH), np.float32)
        for row, text in enumerate(texts):
            embeddings[row] = self._embedding_of(text[:MAX_CHARACTERS])
        return embeddings

    def _embed(self, text: str) -> Float32[np.ndarray, "384"]:
        # A lone surrogate is a legal Python string but no Unicode text, and the tokenizer refuses it.
        encoding = self._tokenizer.encode(text.encode("utf-8", "replace").decode("utf-8"))
        feeds = {
            "input_ids": np.array([encoding.ids], np.int64),
            "attention_mask": np.array([encoding.attention_mask], np.int64),
        }
        (embeddings,) = self._session.run(["sentence_embedding"], feeds)
        embedding: Float32[np.ndarray, "384"] = embeddings[0]
        return embedding


def _tokenizer_from(path: Path) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the tokenizers package raises bare Exception
        raise ModelError(f"expected a tokenizer.json at {path}, could not read it: {error}") from error
    # The published file pads and truncates every text to 128; the network takes any length to 256.
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def _session_from(path: Path, threads: int) -> "onnxruntime.InferenceSession":
    try:
        session = onnx_session(path, Execution(threads=threads))
    except CardMismatch as error:
        raise ModelError(f"expected a text encoder graph at {path}, could not load it: {error}") from error
    inputs = [argument.name for argument in session.get_inputs()]
    outputs = [(argument.name, argument.shape[-1]) for argument in session.get_outputs()]
    if inputs != ["input_ids", "attention_mask"] or outputs != [("sentence_embedding", EMBEDDING_WIDTH)]:
        raise ModelError(
            f"expected (input_ids, attention_mask) to sentence_embedding of width {EMBEDDING_WIDTH} in {path}, "
            f"got {inputs} to {outputs}; re-export the text encoder"
        )
    return session
