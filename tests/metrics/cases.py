"""Every metric with options, and data for it: the rows of the table tests."""

import numpy as np


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def numbers(rng, batch):
    return rng.normal(size=(batch, 4)).astype("float32")


def probabilities(rng, batch):
    return softmax(rng.normal(size=(batch, 4))).astype("float32")


def labels(rng, batch):
    return rng.integers(0, 4, batch).astype("int32")


def columns(rng, batch):
    return labels(rng, batch)[:, None]


def one_hot(rng, batch):
    return np.eye(4, dtype="float32")[labels(rng, batch)]


def yes_no(rng, batch):
    return rng.integers(0, 2, (batch, 4)).astype("float32")


def yes_no_of_one(rng, batch):
    return rng.integers(0, 2, (batch, 1)).astype("int32")


def probability_of_one(rng, batch):
    return rng.uniform(0, 1, (batch, 1)).astype("float32")


def signs(rng, batch):
    return 2 * yes_no(rng, batch) - 1


def amounts(rng, batch):
    return rng.uniform(0.5, 2.0, (batch, 4)).astype("float32")


def picture_classes(rng, batch):
    """Class numbers, some of which (-1, 4) are no class of four."""
    return rng.integers(-1, 5, (batch, 2, 3)).astype("int32")


def picture_one_hot(rng, batch):
    return np.eye(4, dtype="float32")[pictures(rng, batch)]


def picture_mask(rng, batch):
    return rng.integers(0, 2, (batch, 2, 3)).astype("int32")


def picture_probabilities(rng, batch):
    return rng.uniform(0, 1, (batch, 2, 3)).astype("float32")


def pictures(rng, batch):
    return rng.integers(0, 4, (batch, 2, 3)).astype("int32")


def picture_logits(rng, batch):
    return rng.normal(size=(batch, 2, 3, 4)).astype("float32")


PICTURES = (pictures, picture_classes, picture_one_hot, picture_mask)

CASES = [
    ("Accuracy", {}, yes_no, yes_no),
    ("BinaryAccuracy", {}, yes_no, probabilities),
    ("BinaryAccuracy", {"threshold": 0.2}, yes_no, probabilities),
    ("CategoricalAccuracy", {}, one_hot, numbers),
    ("SparseCategoricalAccuracy", {}, labels, numbers),
    ("SparseCategoricalAccuracy", {}, columns, numbers),
    ("SparseCategoricalAccuracy", {}, pictures, picture_logits),
    ("TopKCategoricalAccuracy", {"k": 2}, one_hot, numbers),
    ("SparseTopKCategoricalAccuracy", {"k": 2}, labels, numbers),
    ("SparseTopKCategoricalAccuracy", {"k": 3}, pictures, picture_logits),
    ("MeanSquaredError", {}, numbers, numbers),
    ("RootMeanSquaredError", {}, numbers, numbers),
    ("MeanAbsoluteError", {}, numbers, numbers),
    ("BinaryCrossentropy", {}, yes_no, probabilities),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, yes_no, numbers),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}, one_hot, probabilities),
    ("CategoricalCrossentropy", {"from_logits": True}, one_hot, numbers),
    ("SparseCategoricalCrossentropy", {}, labels, probabilities),
    ("SparseCategoricalCrossentropy", {"from_logits": True, "ignore_class": 2}, labels, numbers),
    ("SparseCategoricalCrossentropy", {"from_logits": True}, pictures, picture_logits),
    ("KLDivergence", {}, probabilities, probabilities),
    ("Poisson", {}, amounts, amounts),
    ("Hinge", {}, signs, numbers),
    ("SquaredHinge", {}, yes_no, numbers),
    ("CategoricalHinge", {}, one_hot, probabilities),
    ("MeanAbsolutePercentageError", {}, amounts, numbers),
    ("MeanSquaredLogarithmicError", {}, amounts, amounts),
    ("LogCoshError", {}, numbers, numbers),
    ("CosineSimilarity", {}, numbers, numbers),
    ("CosineSimilarity", {"axis": 1}, picture_logits, picture_logits),
    ("PearsonCorrelation", {}, numbers, numbers),
    ("PearsonCorrelation", {"axis": 1}, picture_logits, picture_logits),
    ("ConcordanceCorrelation", {}, numbers, numbers),
    ("ConcordanceCorrelation", {"axis": 1}, picture_logits, picture_logits),
    *[
        (kind, options, yes_no, probabilities)
        for kind in ("TruePositives", "TrueNegatives", "FalsePositives", "FalseNegatives")
        for options in ({}, {"thresholds": [0.6, 0.1, 0.25]}, {"thresholds": [0.0, 0.5, 1.0]})
    ],
    *[
        (kind, options, yes_no, probabilities)
        for kind in ("Precision", "Recall")
        for options in (
            {},
            {"thresholds": 0.2},
            {"thresholds": [0.6, 0.1, 0.25]},
            {"top_k": 2},
            {"class_id": 1, "thresholds": 0.2},
            {"top_k": 3, "class_id": 2, "thresholds": [0.1, 0.3]},
        )
    ],
    ("Precision", {}, yes_no_of_one, probability_of_one),
    ("Recall", {}, picture_mask, picture_probabilities),
    *[
        (kind, {held: 0.6, **options}, yes_no, probabilities)
        for kind, held in (
            ("SensitivityAtSpecificity", "specificity"),
            ("SpecificityAtSensitivity", "sensitivity"),
            ("PrecisionAtRecall", "recall"),
            ("RecallAtPrecision", "precision"),
        )
        for options in ({}, {"num_thresholds": 12, "class_id": 1}, {"num_thresholds": 1})
    ],
    *[
        ("AUC", {"curve": curve, "summation_method": method, **options}, yes_no, probabilities)
        for curve in ("ROC", "PR", "PRGAIN")
        for method in ("interpolation", "minoring", "majoring")
        for options in ({"num_thresholds": 30}, {"thresholds": [0.5, 0.2, 0.9]})
    ],
    ("AUC", {}, yes_no_of_one, probability_of_one),
    ("AUC", {"from_logits": True}, yes_no, numbers),
    ("AUC", {"label_weights": [0.5, 1.0, 2.0, 0.0]}, yes_no, probabilities),
    *[
        ("AUC", {"multi_label": True, "num_thresholds": 20, **options}, yes_no, probabilities)
        for options in (
            {},
            {"num_labels": 4, "curve": "PR"},
            {"label_weights": [0.5, 1.0, 2.0, 0.0]},
            {"thresholds": [0.1, 0.3, 0.4], "curve": "PR", "label_weights": [1.0, 2.0, 3.0, 4.0]},
        )
    ],
    *[
        (kind, {"average": average, **options}, yes_no, probabilities)
        for kind, extra in (("F1Score", {}), ("FBetaScore", {"beta": 2.0}))
        for average in (None, "micro", "macro", "weighted")
        for options in (extra, {**extra, "threshold": 0.2})
    ],
    *[
        ("IoU", {"num_classes": 4, "target_class_ids": [0, 2], "dtype": "float32", **options}, *y)
        for options, *y in (
            ({}, picture_classes, picture_classes),
            ({"ignore_class": 1}, picture_classes, pictures),
            ({"sparse_y_pred": False}, pictures, picture_logits),
            ({"sparse_y_true": False, "sparse_y_pred": False}, picture_one_hot, picture_logits),
        )
    ],
    ("MeanIoU", {"num_classes": 4, "dtype": "float32"}, labels, labels),
    ("MeanIoU", {"num_classes": 5, "dtype": "float32"}, pictures, pictures),
    (
        "OneHotIoU",
        {"num_classes": 4, "target_class_ids": [1, 3], "dtype": "float32"},
        picture_one_hot,
        picture_logits,
    ),
    ("OneHotMeanIoU", {"num_classes": 4, "dtype": "float32"}, picture_one_hot, picture_logits),
    (
        "OneHotMeanIoU",
        {"num_classes": 4, "dtype": "float32", "sparse_y_pred": True, "ignore_class": 0},
        picture_one_hot,
        pictures,
    ),
    ("BinaryIoU", {"dtype": "float32"}, picture_mask, picture_probabilities),
    (
        "BinaryIoU",
        {"target_class_ids": [1], "threshold": 0.3, "dtype": "float32"},
        yes_no,
        probabilities,
    ),
    *[
        ("R2Score", options, numbers, numbers)
        for options in (
            {},
            {"class_aggregation": "variance_weighted_average"},
            {"class_aggregation": None},
            {"num_regressors": 3},
            {"num_regressors": 30},  # too many at first: the score is not adjusted until later
        )
    ],
]


def drawn(rng, true, pred):
    """Batches of two sizes."""
    sizes = [5, 5, 3]
    return [(true(rng, n), pred(rng, n), rng.uniform(0.5, 2, n).astype("float32")) for n in sizes]
