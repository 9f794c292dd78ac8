"""Models as scikit-learn's estimators, under the names of Keras's ``keras.wrappers``."""

from pellucid.wrappers.classifier import SKLearnClassifier
from pellucid.wrappers.regressor import SKLearnRegressor
from pellucid.wrappers.transformer import SKLearnTransformer

__all__ = ["SKLearnClassifier", "SKLearnRegressor", "SKLearnTransformer"]
