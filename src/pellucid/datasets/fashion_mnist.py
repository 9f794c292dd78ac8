"""Fashion-MNIST: 70,000 pictures of clothes, in the form of MNIST and harder.

Source:
    Xiao, Rasul, Vollgraf 2017, "Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine
    Learning Algorithms", https://arxiv.org/abs/1708.07747.
"""

from os import PathLike

from pellucid.datasets import labelled
from pellucid.datasets.download import download

__all__ = ["CLASSES", "load_data"]

CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
"""What the labels 0 to 9 stand for."""

URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
FILES = {
    "train-images-idx3-ubyte.gz": (
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
    ),
    "train-labels-idx1-ubyte.gz": (
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"
    ),
}
"""Each file, and its SHA-256."""


def load_data(
    path: str | PathLike[str] | None = None,
) -> tuple[labelled.Labelled, labelled.Labelled]:
    """Fashion-MNIST: pictures of clothes, 60,000 to train and 10,000 to test.

    Args:
        path: A ``.npz`` file or a folder of IDX files, as in :func:`mnist.load_data
            <pellucid.datasets.mnist.load_data>`. By default the user's cache, to which the four
            files (31 MB) are downloaded when they are not yet there.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``: grey values from 0 to 255, and the numbers of
        the :data:`CLASSES`.

    Shapes:
        x (N, 28, 28) uint8, y (N,) uint8

    Raises:
        DataError: If a file is missing, broken or cannot be downloaded.

    Examples:
        >>> (x_train, y_train), (x_test, y_test) = load_data()  # doctest: +SKIP
        >>> CLASSES[y_train[0]]  # doctest: +SKIP
        'Ankle boot'
    """
    if path is None:
        files = [
            download(URL + name, sha256, f"fashion-mnist/{name}") for name, sha256 in FILES.items()
        ]
        path = files[0].parent
    return labelled.load(path)
