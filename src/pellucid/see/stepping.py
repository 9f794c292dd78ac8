"""Going through a graph forwards and backwards, one operation at a time."""

import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from pellucid.engines.trace import short_array
from pellucid.errors import GraphError
from pellucid.graph.tensor import Constant, Tensor
from pellucid.graph.walk import evaluate
from pellucid.see.drawing import MOST_BOXES, Subject, drawn, subject_of
from pellucid.see.graph_picture import fold
from pellucid.see.notation import ATOM, SUM, Formula, formula
from pellucid.see.slopes import links_of
from pellucid.see.theme import style

__all__ = ["Frame", "Stepper", "step"]

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Frame:
    """One operation, on the way forwards or back.

    Attributes:
        direction: ``"forward"`` or ``"backward"``.
        node: The node that is computed, or whose gradient is handed on.
        text: What happens, with the numbers.
    """

    direction: str
    node: Tensor
    text: str

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


class Stepper:
    """A run of a graph, forwards and backwards, that is stood still after every operation.

    Printed it shows all of it; :meth:`run` goes through it in a terminal, key by key; in a
    notebook it shows itself with a slider.

    Attributes:
        frames: All operations in order, first those forwards, then those backwards.
        place: The number of the frame that it stands at.

    Examples:
        >>> x, y = placeholder(name="x"), placeholder(name="y")
        >>> stepper = step(x ** 2 * y, {x: 3, y: 2})
        >>> print(stepper)
        1. forward: x² = 9
        2. forward: x² · y = 18
        3. backward: ∇(x² · y) = 1, where it begins
        4. backward: through x² · y: ∇(x²) gets ∇ · y = 2; ∇y gets ∇ · x² = 9
        5. backward: through x²: ∇x gets ∇ · (2 · x) = 12
        >>> stepper.next(), stepper.next(), stepper.back()
        (x² · y = 18, ∇(x² · y) = 1, where it begins, x² · y = 18)
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.frames = [*_forward(subject), *_backward(subject)]
        self.place = 0

    def __len__(self) -> int:
        return len(self.frames)

    def __iter__(self) -> Iterator[Frame]:
        return iter(self.frames)

    def __getitem__(self, number: int) -> Frame:
        return self.frames[number]

    def next(self) -> Frame:
        """Go one operation on, and show it; the last one stays."""
        self.place = min(self.place + 1, len(self) - 1)
        return self.frames[self.place]

    def back(self) -> Frame:
        """Go one operation back, and show it; the first one stays."""
        self.place = max(self.place - 1, 0)
        return self.frames[self.place]

    def line(self, number: int) -> str:
        """A frame with its number and its direction."""
        frame = self.frames[number]
        return f"{number + 1}. {frame.direction}: {frame.text}"

    def __str__(self) -> str:
        return "\n".join(self.line(i) for i in range(len(self)))

    def __repr__(self) -> str:
        return f"<Stepper at {self.place + 1} of {len(self)}: {self.frames[self.place]}>"

    def run(self, ask: Callable[[str], str] = input) -> None:
        """Go through it in a terminal: Enter goes on, ``b`` back, ``q`` stops."""
        while True:
            try:
                answer = ask(f"{self.line(self.place)}   [Enter: on, b: back, q: stop] ")
            except (EOFError, KeyboardInterrupt):
                return
            if answer.strip() == "q" or (not answer and self.place == len(self) - 1):
                return
            if answer.strip() == "b":
                self.back()
            else:
                self.next()

    def fragment(self) -> str:
        """A piece of a page: the graph, which fills with its numbers, above a slider."""
        own = f"pellucid-step-{next(_numbers)}"
        lines = [self.line(i) for i in range(len(self))]
        picture, times = self._picture()
        data = json.dumps({"lines": lines, "times": times}).replace("</", "<\\/")
        listed = "".join(
            f"<li>{escape(frame.direction)}: {escape(frame.text)}</li>" for frame in self.frames
        )
        return (
            f'<div class="{own}"><style>{style(f".{own}")}\n{_STYLE.replace("OWN", own)}</style>'
            f'<label>Operation <input type="range" min="0" max="{len(self) - 1}" value="0" '
            f'aria-label="Operation, of {len(self)}"></label>'
            f'<p aria-live="polite">{escape(lines[0])}</p>{picture}'
            f"<details><summary>All operations</summary><ol>{listed}</ol></details>"
            f"<script>{_SCRIPT.replace('OWN', own).replace('DATA', data)}</script></div>"
        )

    def _picture(self) -> tuple[str, list[dict[str, int]]]:
        """The graph node by node, and for each box when its value and its gradient are known."""
        boxes = fold(self.subject.outputs, 0, (), self.subject.stop).boxes
        if len(boxes) > MOST_BOXES:
            return "", []
        forward = {f.node: i for i, f in enumerate(self.frames) if f.direction == "forward"}
        handed = {f.node: i for i, f in enumerate(self.frames) if f.direction == "backward"}
        users: dict[Tensor, list[int]] = {}
        for node in self.subject.nodes:
            for x in node.inputs:
                users.setdefault(x, []).append(handed.get(node, 0))
        begin = next(i for i, f in enumerate(self.frames) if f.direction == "backward")
        times = []
        for node in (box.nodes[0] for box in boxes):
            known = max(users.get(node, []), default=0) or begin
            # `now` is where it is computed, and `back` where its gradient is handed on.
            times.append(
                {
                    "value": forward.get(node, 0),
                    "gradient": known,
                    "now": forward.get(node, -1),
                    "back": handed.get(node, -1),
                }
            )
        return drawn(self.subject, 0)._element(), times

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.fragment()}


def step(target: Any, feed: Any = None) -> Stepper:
    """Go through a graph forwards and backwards, one operation at a time.

    Args:
        target: A tensor, or several; or a model.
        feed: As for :func:`~pellucid.see.draw`: by placeholder, or ``(x, y)`` for a model.

    Raises:
        GraphError: If the graph needs something that is not fed.

    Examples:
        >>> x = placeholder(name="x")
        >>> for frame in step(ops.exp(2 * x), {x: 0}):
        ...     print(frame.direction, frame)
        forward 2 · x = 0
        forward exp(2 · x) = 1
        backward ∇exp(2 · x) = 1, where it begins
        backward through exp(2 · x): ∇(2 · x) gets ∇ · exp(2 · x) = 1
        backward through 2 · x: ∇x gets ∇ · 2 = 2
    """
    subject = subject_of(target, feed)
    if subject.trace is None:
        raise GraphError(
            "Only a graph with numbers can be gone through.",
            given="nothing to feed",
            expected="a value for each placeholder; for a model, data",
            mend="see.step(loss, feed={x: ...}) or see.step(model, (x, y))",
        )
    return Stepper(subject)


def _forward(subject: Subject) -> Iterator[Frame]:
    assert subject.trace is not None
    for node in subject.nodes:
        if not node.inputs or node in subject.stop or isinstance(node.spec, tuple):
            continue
        value = short_array(subject.trace.value(node))
        own, short = subject.written[node].inside(SUM).text, subject.short[node].inside(SUM).text
        name = "" if own == short else f"{short} = "
        yield Frame("forward", node, f"{name}{own} = {value}")


def _short(subject: Subject, node: Tensor) -> str:
    return subject.short[node].inside(ATOM).text


def _backward(subject: Subject) -> Iterator[Frame]:
    trace = subject.trace
    assert trace is not None
    given = {x: trace.value(x) for x in subject.nodes if not isinstance(x.spec, tuple)}
    ends = set(subject.outputs)
    for node in subject.outputs:
        if trace.gradient(node) is not None:
            yield Frame("backward", node, f"∇{_short(subject, node)} = 1, where it begins")
    reached = ends | _between(subject)
    for node in reversed(subject.nodes):
        if node not in reached or node in subject.stop or trace.names.get(node) is None:
            continue
        upstream = None if isinstance(node.spec, tuple) else trace.gradient(node)
        if upstream is None:
            continue
        parts = []
        for link in links_of(node):
            if isinstance(link.input.op, Constant):
                continue
            names = {x: subject.short[x] for x in (node, *node.inputs)}
            names[link.upstream] = Formula("∇", r"\nabla")
            text = formula(link.rule, names, tidy=True).text
            value = evaluate([link.rule], {**given, link.upstream: upstream})[link.rule]
            parts.append(f"∇{_short(subject, link.input)} gets {text} = {short_array(value)}")
        if parts:
            yield Frame("backward", node, f"through {subject.short[node].text}: {'; '.join(parts)}")


def _between(subject: Subject) -> set[Tensor]:
    """The nodes that a gradient arrives at from the outputs."""
    reached = set(subject.outputs)
    for node in reversed(subject.nodes):
        if node in reached:
            several = not links_of(node)
            reached |= set(node.inputs) if several else {link.input for link in links_of(node)}
    return reached


_STYLE = """
.OWN { padding: .5rem; overflow-x: auto; } .OWN svg { max-width: 100%; height: auto; }
.OWN input { width: min(30rem, 60vw); vertical-align: middle; } .OWN p { min-height: 1.5em; }
.OWN .hide-value [fill="var(--value)"], .OWN .hide-gradient [fill="var(--gradient)"] {
  visibility: hidden; }
.OWN .now > polygon, .OWN .now > path { stroke: currentColor; stroke-width: 2.5; }
"""
_SCRIPT = """
for (const own of document.querySelectorAll(".OWN")) {
  const {lines, times} = DATA, slider = own.querySelector("input");
  const show = () => {
    const at = Number(slider.value);
    own.querySelector("p").textContent = lines[at];
    times.forEach((t, i) => {
      const box = own.querySelector(".box" + i);
      box.classList.toggle("hide-value", at < t.value);
      box.classList.toggle("hide-gradient", at < t.gradient);
      box.classList.toggle("now", at === t.now || at === t.back);
    });
  };
  slider.addEventListener("input", show);
  show();
}
"""
