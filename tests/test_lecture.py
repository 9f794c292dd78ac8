"""The lecture's example of a static graph, in our names."""

from pellucid import Session, gradients, placeholder


def test_the_lectures_graph_gives_6_and_its_gradients_4_and_2():
    x = placeholder(name="x")
    y = placeholder(name="y")
    out = x**2 * y + (y + 2)
    assert Session().run(out, {x: 1, y: 2}) == 6
    dx, dy = gradients(out, [x, y])
    assert Session().run([dx, dy], {x: 1, y: 2}) == [4, 2]
