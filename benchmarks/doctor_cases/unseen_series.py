"""Sequences, words and signals that the doctor never saw."""

from typing import Any

import numpy as np

import pellucid as pl
from benchmarks.doctor_cases.networks import classifier, compiled, mlp, regressor
from benchmarks.doctor_cases.patient import Setup, healthy, sick
from pellucid import initializers, layers, losses, optimizers

LOGITS = losses.SparseCategoricalCrossentropy
WORDS = ["anna", "berta", "carla", "doris", "elena", "frieda", "gerda"]


def _waves(seed: int, rows: int = 300, length: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """Sines, squares and saws with noise, and which of them each is."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 3, rows)
    turn = rng.uniform(0, 1, (rows, 1)) + np.arange(length) / rng.uniform(8, 14, (rows, 1))
    shapes = [np.sin(2 * np.pi * turn), np.sign(np.sin(2 * np.pi * turn)), 2 * (turn % 1) - 1]
    x = np.choose(kind[:, None], shapes) + rng.normal(0, 0.2, (rows, length))
    return x[..., None].astype(np.float32), kind


def _series(seed: int, length: int = 500, window: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """Windows of a noisy sum of two waves, and the number after each."""
    rng = np.random.default_rng(seed)
    t = np.arange(length)
    wave = np.sin(t / 5) + 0.5 * np.sin(t / 11) + rng.normal(0, 0.1, length)
    views = np.lib.stride_tricks.sliding_window_view(wave, window + 1).astype(np.float32)
    return views[:, :-1, None], views[:, -1]


def _letters(seed: int, length: int = 12) -> np.ndarray:
    """Names one after the other, as numbers of letters, cut into pieces of equal length."""
    rng = np.random.default_rng(seed)
    text = " ".join(rng.choice(WORDS, 900))
    numbers = np.array([0 if c == " " else ord(c) - 96 for c in text])
    return numbers[: len(numbers) // length * length].reshape(-1, length)


def _marked(seed: int, rows: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Sentences of unequal length, ended by zeros: are more words below 10 than above 20?"""
    rng = np.random.default_rng(seed)
    x = rng.integers(1, 30, (rows, 12))
    x[np.arange(12) >= rng.integers(5, 13, (rows, 1))] = 0
    y = ((x > 0) & (x < 10)).sum(axis=1) > (x > 20).sum(axis=1)
    return x, y.astype(np.int32)


@healthy("the next number of a wave, LSTM", unseen=True)
def _(seed: int) -> Setup:
    model = regressor(layers.LSTM(16), 1, optimizer=optimizers.Adam(0.01))
    return Setup(model, *_series(seed), {"epochs": 12, "validation_split": 0.2})


@healthy("a wave in order, not shuffled", unseen=True)
def _(seed: int) -> Setup:
    x, y = _series(seed)
    model = regressor(layers.Flatten(), 16, 1, optimizer=optimizers.Adam(0.005))
    return Setup(model, x, y, {"epochs": 15, "shuffle": False, "validation_split": 0.2})


@healthy("kinds of waves by convolutions", unseen=True)
def _(seed: int) -> Setup:
    model = classifier(
        layers.Conv1D(16, 5, activation="relu"),
        layers.MaxPooling1D(2),
        layers.Conv1D(16, 3, activation="relu"),
        layers.GlobalAveragePooling1D(),
        3,
        optimizer=optimizers.Adam(0.01),
    )
    return Setup(model, *_waves(seed), {"epochs": 15})


@healthy("sentences of unequal length, both ways, masked", unseen=True)
def _(seed: int) -> Setup:
    model = classifier(
        layers.Embedding(30, 8, mask_zero=True),
        layers.Bidirectional(layers.GRU(8)),
        1,
        optimizer=optimizers.Adam(0.01),
    )
    return Setup(model, *_marked(seed), {"epochs": 12})


@healthy("sentences by attention", unseen=True)
def _(seed: int) -> Setup:
    inputs = layers.Input((12,), dtype="int32")
    h = layers.Embedding(30, 16)(inputs)
    h = layers.LayerNormalization()(h + layers.MultiHeadAttention(2, 8)(h, h))
    h = layers.Dropout(0.1)(layers.GlobalAveragePooling1D()(h))
    model = pl.Model(inputs, layers.Dense(1, activation="sigmoid")(h))
    model = compiled(model, optimizers.Adam(0.005), "binary_crossentropy", metrics=["accuracy"])
    return Setup(model, *_marked(seed), {"epochs": 25})


def _speller(*middle: Any) -> Any:
    model = mlp(layers.Embedding(27, 16), *middle, 27, loss=LOGITS(from_logits=True))
    model.optimizer.learning_rate = 0.01
    return model


@healthy("letters of names, GRU", unseen=True)
def _(seed: int) -> Setup:
    text = _letters(seed)
    model = _speller(layers.GRU(32, return_sequences=True))
    return Setup(model, text[:, :-1], text[:, 1:], {"epochs": 10})


@healthy("bags of words, raw counts", unseen=True)
def _(seed: int) -> Setup:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, 400)
    topics = rng.gamma(0.5, 1, (3, 60))
    x = rng.poisson(4 * topics[y]).astype(np.float32)
    model = classifier(16, 3, optimizer="adam", after=lambda: [layers.Dropout(0.3)])
    return Setup(model, x, y, {"epochs": 20, "validation_split": 0.25})


@sick("the next letter, read in both directions", "P4", unseen=True)
def _(seed: int) -> Setup:
    text = _letters(seed)
    model = _speller(layers.Bidirectional(layers.GRU(16, return_sequences=True)))
    return Setup(model, text[:, :-1], text[:, 1:], {"epochs": 8})


@sick("the next letter, attention without a mask", "P4", unseen=True)
def _(seed: int) -> Setup:
    text = _letters(seed)
    inputs = layers.Input((11,), dtype="int32")
    h = layers.Embedding(27, 16)(inputs)
    h = layers.LayerNormalization()(h + layers.MultiHeadAttention(2, 8)(h, h))
    model = pl.Model(inputs, layers.Dense(27)(layers.Dense(32, activation="relu")(h)))
    model = compiled(model, optimizers.Adam(0.005), LOGITS(from_logits=True))
    return Setup(model, text[:, :-1], text[:, 1:], {"epochs": 8})


@sick("a recurrent network that multiplies by 3", "I6", "I2", "I1", "R1", "I5", unseen=True)
def _(seed: int) -> Setup:
    recurrent = layers.SimpleRNN(
        16, activation="relu", recurrent_initializer=initializers.Identity(3.0)
    )
    x, y = _series(seed, window=40)
    return Setup(regressor(recurrent, 1, optimizer=optimizers.SGD(0.01)), x, y, {"epochs": 8})


@sick("waves without a function between convolutions", "S4", curable=True, unseen=True)
def _(seed: int) -> Setup:
    model = classifier(
        layers.Conv1D(8, 5),
        layers.Conv1D(8, 3),
        layers.Flatten(),
        3,
        optimizer=optimizers.Adam(0.01),
    )
    return Setup(model, *_waves(seed), {"epochs": 10})


@sick("a padding word that is no class", "S3", unseen=True)
def _(seed: int) -> Setup:
    text = _letters(seed)
    y = text[:, 1:].copy()
    y[:, -2:] = -1
    return Setup(_speller(layers.GRU(16, return_sequences=True)), text[:, :-1], y, {"epochs": 5})


@sick("sentences all but frozen", "S6", unseen=True)
def _(seed: int) -> Setup:
    chain = [
        layers.Embedding(30, 8, trainable=False),
        layers.LSTM(8, trainable=False),
        layers.Dense(1, activation="sigmoid", trainable=False),
    ]
    model = compiled(pl.Sequential(chain), "adam", "binary_crossentropy")
    return Setup(model, *_marked(seed), {"epochs": 8})
