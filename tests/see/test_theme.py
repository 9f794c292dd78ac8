import re

from pellucid.see.theme import DAY, NAMES, NIGHT, by_day, themed
from tests.see.test_pictures import learning_curve


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
        'var(--baseline) var(--quiet) var(--value) var(--gradient) var(--wrong) var(--page)"/>'
    )


def test_what_comes_before_the_picture_and_comments_are_dropped():
    assert themed('<?xml version="1.0"?>\n<!DOCTYPE svg>\n<svg><!-- a\nb --></svg>\n', "p") == (
        "<svg></svg>"
    )


def test_text_can_be_read_by_day_and_by_night():
    # WCAG 2.2, 1.4.3: a contrast of at least 4.5 to 1 for text.
    for colours in (DAY, NIGHT):
        for name in ("ink", "quiet", "value", "gradient"):
            for behind in ("page", "area"):
                assert contrast(colours[name], colours[behind]) >= 4.5, (name, behind)


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_name_has_a_colour_by_day_and_by_night():
    wanted = {name.removeprefix("var(--").removesuffix(")") for name in NAMES.values()}
    assert wanted - {"currentColor"} <= set(DAY)
    assert set(DAY) == set(NIGHT)
    assert "#0102" not in by_day(" ".join(NAMES))
