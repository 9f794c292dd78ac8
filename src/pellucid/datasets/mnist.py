"""MNIST: 70,000 handwritten digits.

Source:
    LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based learning applied to document recognition".
"""

from os import PathLike
from pathlib import Path

from pellucid.datasets import labelled
from pellucid.datasets.download import download

__all__ = ["load_data"]

URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"


def load_data(
    path: str | PathLike[str] = "mnist.npz",
) -> tuple[labelled.Labelled, labelled.Labelled]:
    """MNIST: handwritten digits, 60,000 to train and 10,000 to test.

    Args:
        path: A ``.npz`` file with the arrays ``x_train``, ``y_train``, ``x_test``, ``y_test``, or
            a folder with the IDX files, compressed or not (``train-images-idx3-ubyte.gz`` and so
            on). If the folder has only the ``train`` or only the ``t10k`` files, their first nine
            tenths are given to train and the last tenth to test, in the order of the file. A
            bare name that does not exist, such as the default, is that of a file in the user's
            cache, downloaded (11 MB) when it is not yet there.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: grey values from 0 (paper) to 255 (ink), and the
        digits 0 to 9.

    Shapes:
        x (N, 28, 28) uint8, y (N,) uint8

    Raises:
        DataError: If the file is missing, broken or cannot be downloaded.

    Examples:
        >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
        >>> x_train.shape, x_test.shape  # doctest: +SKIP
        ((60000, 28, 28), (10000, 28, 28))
    """
    path = Path(path)
    if not path.exists() and path.name == str(path):
        path = download(URL, SHA256, path.name)
    return labelled.load(path)
