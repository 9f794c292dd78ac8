"""Keras's wrapper of a model that makes other features of features."""

from dataclasses import dataclass
from typing import Any

from sklearn.base import TransformerMixin

from pellucid.wrappers.base import Wrapper

__all__ = ["SKLearnTransformer"]


@dataclass(eq=False, repr=False)
class SKLearnTransformer(TransformerMixin, Wrapper):
    """A model as a transformer of scikit-learn, as ``keras.wrappers.SKLearnTransformer``.

    Its outputs are features for a later step of a pipeline. Arguments and attributes are those of
    :class:`~pellucid.wrappers.base.Wrapper`.

    Examples:
        >>> from pellucid.wrappers import SKLearnTransformer
        >>> model = Sequential([layers.Dense(2)])
        >>> model.compile("adam", "mse")
        >>> x = np.ones((8, 3))
        >>> SKLearnTransformer(model, fit_kwargs={"verbose": 0}).fit_transform(x, x[:, :2]).shape
        (8, 2)
    """

    def transform(self, X: Any) -> Any:
        """What the model gives for each row."""
        return self._outputs(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        tags.non_deterministic = True
        return tags
