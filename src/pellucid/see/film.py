"""A decision boundary while it is learned: a film that a notebook plays and a file keeps."""

import base64
import tempfile
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.callbacks.callback import Callback
from pellucid.errors import ArgumentError, StateError
from pellucid.see.boundary import plot_boundary

__all__ = ["BoundaryFilm"]

DOTS = 100  # an inch of a file


class BoundaryFilm(Callback):
    """Keeps what a model says over two features, before training and after epochs of it.

    In a notebook it plays itself; :meth:`save` writes a GIF.

    Args:
        x: Rows of features.
        y: Their classes, or their targets.
        every: After every how many epochs a picture is taken; the last always is.
        seconds: How long each is shown.
        steps: Points to each side of the plane.
        **options: What else :func:`~pellucid.see.plot_boundary` takes: ``features``, ``plane``,
            ``at``, ``names``, ``labels``.

    Attributes:
        epochs: After how many epochs each picture was taken.

    Raises:
        ArgumentError: If ``every`` or ``seconds`` is not above 0.

    Examples:
        >>> x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
        >>> y = np.array([0, 1, 1, 0])
        >>> model = Sequential([Input((2,)), layers.Dense(8, "tanh"), layers.Dense(1, "sigmoid")])
        >>> model.compile("adam", "binary_crossentropy")
        >>> film = BoundaryFilm(x, y, every=2, steps=8)
        >>> _ = model.fit(x, y, epochs=5, callbacks=[film], verbose=0)
        >>> film.epochs
        [0, 2, 4, 5]
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        every: int = 1,
        seconds: float = 0.2,
        steps: int = 60,
        **options: Any,
    ) -> None:
        super().__init__()
        if every < 1 or not seconds > 0:
            raise ArgumentError(
                "A film has pictures, each of which is shown for a while.",
                given=f"every={every}, seconds={seconds}",
                expected="a picture every epoch or more epochs, and a time above 0",
            )
        self.x = x
        self.y = y
        self.every = every
        self.seconds = seconds
        self.options = {"steps": steps, **options}
        self.epochs: list[int] = []
        self._said: list[np.ndarray] = []
        self._done = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Begin anew, with what is said before anything is learned."""
        self.epochs, self._said, self._done = [], [], 0
        self._take()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Take a picture, if it is time to."""
        self._done = epoch + 1
        if self._done % self.every == 0:
            self._take()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Take the last picture, if it was not taken yet."""
        if self.epochs[-1] != self._done:
            self._take()

    def _take(self) -> None:
        from matplotlib.figure import Figure

        said = _Recorder(self.model)
        plot_boundary(said, self.x, self.y, ax=Figure().subplots(), **self.options)
        self.epochs.append(self._done)
        self._said.append(said.rows)

    def draw(self, number: int, ax: Any = None) -> Any:
        """One picture of the film.

        Args:
            number: Which, from 0; -1 is the last.
            ax: Where to draw; new axes by default.

        Returns:
            The axes.

        Raises:
            StateError: If it saw no training yet.
        """
        self._need_pictures()
        drawn = plot_boundary(_Played(self._said[number]), self.x, self.y, ax=ax, **self.options)
        epoch = self.epochs[number]
        drawn.set_title(f"Epoch {epoch} of {self.epochs[-1]}", loc="left", fontweight="bold")
        first, *rest = drawn.pellucid_words.splitlines()
        drawn.pellucid_words = "\n".join([f"{first[:-1]} after epoch {epoch}.", *rest])
        return drawn

    def animation(self, ax: Any = None) -> Any:
        """The film as matplotlib's ``FuncAnimation``, for other forms than GIF.

        Args:
            ax: Where to draw; axes of a figure of their own by default.

        Raises:
            StateError: If it saw no training yet.
        """
        from matplotlib.animation import FuncAnimation
        from matplotlib.figure import Figure

        self._need_pictures()
        if ax is None:
            ax = Figure(figsize=(4.8, 4.0), layout="constrained").subplots()

        def show(number: int) -> tuple[()]:
            for image in ax.images:
                if image.colorbar is not None:
                    image.colorbar.remove()
            ax.clear()
            self.draw(number, ax)
            return ()

        count = len(self.epochs)
        milliseconds = 1000 * self.seconds
        return FuncAnimation(ax.figure, show, count, init_func=tuple, interval=milliseconds)

    def save(self, path: str | Path) -> None:
        """Write the film to a file: ``"boundary.gif"``.

        Raises:
            ArgumentError: If the name does not end in ``.gif``.
            StateError: If it saw no training yet.
        """
        if Path(path).suffix != ".gif":
            raise ArgumentError(
                "A film cannot be written as that.",
                given=f"a file's name that ends in '{Path(path).suffix}'",
                expected="one that ends in '.gif'",
                mend="film.animation().save(path), which writes what matplotlib can",
            )
        self.animation().save(path, writer="pillow", dpi=DOTS)

    def describe(self) -> str:
        """The film in words: how it begins, and how it ends."""
        from matplotlib.figure import Figure

        self._need_pictures()
        ends = [self.draw(i, Figure().subplots()).pellucid_words for i in (0, -1)]
        return "\n".join([f"A film of {len(self.epochs)} pictures.", *ends])

    def _need_pictures(self) -> None:
        if not self.epochs:
            raise StateError(
                "Nothing has been filmed yet.",
                given="a BoundaryFilm that saw no training",
                expected="one that fit was given",
                mend="model.fit(x, y, callbacks=[film])",
            )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        if not self.epochs:
            return {"text/plain": repr(self)}
        words = self.describe()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "film.gif"
            self.save(path)
            data = base64.b64encode(path.read_bytes()).decode()
        image = f'<img src="data:image/gif;base64,{data}" alt="{escape(words)}">'
        return {"text/plain": words, "text/html": image}


class _Recorder:
    """A model whose last predictions are kept."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.rows = np.empty(0)

    def predict(self, rows: np.ndarray) -> np.ndarray:
        self.rows = np.asarray(self.model.predict(rows, batch_size=1024, verbose=0))
        return self.rows


class _Played:
    """A model that says what was kept."""

    def __init__(self, said: np.ndarray) -> None:
        self.said = said

    def predict(self, rows: np.ndarray) -> np.ndarray:
        return self.said
