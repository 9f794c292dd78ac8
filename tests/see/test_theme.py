import re

from pellucid.see.pictures import learning_curve
from pellucid.see.theme import NAMES, themed


def test_two_pictures_share_no_id_and_refer_only_to_their_own():
    found = []
    for name in ("loss", "accuracy"):
        svg = learning_curve(name, [2.0, 1.0], [2.0, 1.0])
        ids = set(re.findall(r' id="([^"]*)"', svg))
        assert set(re.findall(r'(?:url\(|href=")#([^)"]+)', svg)) == ids
        found.append(ids)
    assert found[0]
    assert not found[0] & found[1]


def test_no_number_is_left_where_a_name_belongs():
    drawn = " ".join(NAMES)
    names = themed(f'<svg fill="{drawn}"/>', "p")
    assert names == (
        '<svg fill="currentColor var(--faint) var(--area) var(--train) var(--validation) '
        'var(--baseline)"/>'
    )


def test_what_comes_before_the_picture_and_comments_are_dropped():
    assert themed('<?xml version="1.0"?>\n<!DOCTYPE svg>\n<svg><!-- a\nb --></svg>\n', "p") == (
        "<svg></svg>"
    )
