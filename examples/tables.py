"""Who survived the Titanic: columns of text and numbers, gaps among them, straight from a CSV file.

Run it with ``python examples/tables.py [titanic.csv]``; without a file it makes up passengers.
"""

import csv
import sys
from pathlib import Path

import numpy as np

from pellucid import Model, layers, utils

HERE = Path(__file__).resolve().parents[2] / "shared" / "data" / "tables" / "titanic.csv"


def passengers(file):
    """The columns of the file, as text; made-up ones if it is not there."""
    if file.exists():
        with file.open(newline="") as lines:
            rows = list(csv.DictReader(lines))
        return {name: np.array([row[name] for row in rows]) for name in rows[0]}
    rng = np.random.default_rng(0)
    sex, pclass = rng.choice(["male", "female"], 900), rng.choice(["1", "2", "3"], 900)
    age = np.where(rng.random(900) < 0.2, "", rng.integers(1, 80, 900).astype(str))
    survived = (rng.random(900) < np.where(sex == "female", 0.9, 0.15)).astype(int).astype(str)
    blank = {"sibsp": "0", "parch": "0", "fare": "8.05", "embarked": "S", "deck": ""}
    more = {name: np.full(900, value) for name, value in blank.items()}
    return {"survived": survived, "sex": sex, "pclass": pclass, "age": age, **more}


def filled(numbers):
    """A column of numbers with the median in its gaps, and where those were."""
    gaps = numbers == ""
    known = numbers[~gaps].astype("float32")
    return np.where(gaps, str(np.median(known)), numbers).astype("float32"), gaps.astype("float32")


utils.set_random_seed(0)
table = passengers(Path(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1][-4:] == ".csv" else HERE)
table["age"], table["age_unknown"] = filled(table["age"])
table["fare"] = np.log1p(table["fare"].astype("float32"))
y = table.pop("survived").astype("float32")

order = np.random.default_rng(1).permutation(len(y))
train, test = order[180:], order[:180]

# Text is indexed by what the training rows hold, gaps as a category; numbers are normalized.
space = utils.FeatureSpace(
    {
        "sex": "string_categorical",
        "pclass": "string_categorical",
        "embarked": "string_categorical",
        "deck": "string_categorical",
        "sibsp": "string_categorical",
        "parch": "string_categorical",
        "age": "float_normalized",
        "fare": "float_normalized",
        "age_unknown": "float",
    },
    crosses=[("sex", "pclass")],
)
x_train, x_test = ({name: column[rows] for name, column in table.items()} for rows in (train, test))
space.adapt(x_train)

inputs = space.get_encoded_features()
hidden = layers.Dropout(0.3)(layers.Dense(16, "relu")(inputs))
model = Model(inputs, layers.Dense(1, "sigmoid")(hidden))
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(space(x_train), y[train], epochs=40, batch_size=32, verbose=0)

loss, accuracy = model.evaluate(space(x_test), y[test], verbose=0)
print(f"{len(train)} passengers in {inputs.shape[-1]} columns, {len(test)} held out")
print(f"deck: {', '.join(space.preprocessors['deck'].get_vocabulary()[1:])} ('' where unknown)")
print(f"survival is foretold for {accuracy:.1%} of those held out (loss {loss:.3f})")
assert accuracy > 0.77  # always "no" is right for some 62 %
