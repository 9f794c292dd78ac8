"""Networks as scikit-learn's estimators: for pipelines, searches and cross-validation."""

from pellucid.sklearn.classifier import NeuralNetClassifier
from pellucid.sklearn.regressor import NeuralNetRegressor

__all__ = ["NeuralNetClassifier", "NeuralNetRegressor"]
