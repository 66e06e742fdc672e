"""The text encoder as it ships: the laws its callers rely on."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import ponimator_runtime.models
from ponimator_runtime.errors import BundleNotFound, ConfigError, ModelError, ShapeError
from ponimator_runtime.models.text import EMBEDDING_WIDTH, TextEncoder

LITE = Path(ponimator_runtime.models.__file__).parent / "bundles" / "lite"
MODEL, TOKENIZER = LITE / "text_encoder.onnx", LITE / "tokenizer.json"

PHRASES = ["two people shake hands", "a hug", "one person pushes the other away", "", "Ω 握手 🤝", "high five!" * 30]


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder(MODEL, TOKENIZER)


def test_every_text_becomes_one_unit_vector(encoder):
    embeddings = encoder.encode(PHRASES)
    assert embeddings.shape == (len(PHRASES), EMBEDDING_WIDTH)
    assert embeddings.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1.0, atol=1e-5)


def test_no_texts_become_no_vectors(encoder):
    assert encoder.encode([]).shape == (0, EMBEDDING_WIDTH)


def test_a_text_gives_the_same_vector_in_every_company():
    together = TextEncoder(MODEL, TOKENIZER).encode(PHRASES)
    for phrase, embedding in zip(PHRASES, together, strict=True):
        alone = TextEncoder(MODEL, TOKENIZER).encode([phrase])[0]
        np.testing.assert_allclose(alone, embedding, atol=1e-4)


def test_a_remembered_text_cannot_be_changed_by_its_caller(encoder):
    first = encoder.encode(["a hug"])
    untouched = first.copy()
    first[:] = 0.0
    np.testing.assert_array_equal(encoder.encode(["a hug"]), untouched)


@pytest.mark.parametrize(
    ("phrase", "near", "far"),
    [
        ("two people shake hands", "a handshake", "a hug"),
        ("they embrace each other", "a warm hug", "a handshake"),
        ("he shoves him away", "one person pushes the other", "two people bow to each other"),
        ("TWO PEOPLE SHAKE HANDS", "they are shaking hands", "a karate kick"),
    ],
)
def test_what_means_the_same_lies_nearer(encoder, phrase, near, far):
    here, nearer, farther = encoder.encode([phrase, near, far])
    assert here @ nearer > here @ farther + 0.1


def test_case_and_spaces_around_do_not_matter(encoder):
    plain, shouted = encoder.encode(["two people shake hands", "  Two People SHAKE hands\n"])
    np.testing.assert_array_equal(plain, shouted)


def test_only_the_first_256_tokens_are_read(encoder):
    words = ["hug"] * 254  # with [CLS] and [SEP]: 256 tokens
    full, longer, changed = encoder.encode(
        [" ".join(words), " ".join([*words, "push", "kick"]), " ".join([*words[:-1], "push"])]
    )
    np.testing.assert_array_equal(full, longer)
    assert not np.array_equal(full, changed)


@pytest.mark.parametrize("text", ["hug " * 25_000, "x" * 100_000, " " * 100_000, "握" * 100_000])
def test_a_huge_text_is_cut_fast(encoder, text):
    started = time.process_time()
    embedding = encoder.encode([text])[0]
    assert time.process_time() - started < 2.0
    assert np.isfinite(embedding).all()


def test_words_as_long_as_wordpiece_allows_are_not_cut_short(encoder):
    words = ["a" * 100] + ["b" * 101] * 300  # the longer ones are one [UNK] each
    head = " ".join(words[:255])
    np.testing.assert_array_equal(encoder.encode([" ".join(words)]), encoder.encode([head]))


def test_a_lone_surrogate_is_read_as_unknown(encoder):
    assert np.isfinite(encoder.encode(["hug \ud800"])).all()


def test_threads_may_share_one_encoder(encoder):
    expected = encoder.encode(PHRASES)
    shared = TextEncoder(MODEL, TOKENIZER)
    with ThreadPoolExecutor(4) as pool:
        for embeddings in pool.map(shared.encode, [PHRASES] * 8):
            np.testing.assert_array_equal(embeddings, expected)


def test_memory_of_phrases_is_bounded(encoder):
    for number in range(encoder._embedding_of.cache_info().maxsize + 5):
        encoder.encode([f"hug {number}"])
    cache = encoder._embedding_of.cache_info()
    assert cache.currsize == cache.maxsize


def test_one_string_is_refused_rather_than_read_as_letters(encoder):
    with pytest.raises(ShapeError, match=r"pass \[text\]"):
        encoder.encode("hug")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BundleNotFound, match=r"nowhere\.onnx"):
        TextEncoder(tmp_path / "nowhere.onnx", TOKENIZER)


@pytest.mark.parametrize("broken", ["model", "tokenizer"])
def test_a_broken_file_is_named_with_its_cause(tmp_path, broken):
    rubbish = tmp_path / "rubbish"
    rubbish.write_bytes(b"not a model")
    paths = (rubbish, TOKENIZER) if broken == "model" else (MODEL, rubbish)
    with pytest.raises(ModelError, match="rubbish") as failure:
        TextEncoder(*paths)
    assert failure.value.__cause__ is not None


def test_no_threads_are_refused():
    with pytest.raises(ConfigError, match="threads must lie between 1 and 256, got 0"):
        TextEncoder(MODEL, TOKENIZER, threads=0)
