"""What the doctor's page says is checked is what is checked."""

import inspect
import re
from pathlib import Path

from pellucid.doctor.check import Moment
from pellucid.doctor.checking import checks_of

PAGE = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text()


def test_the_table_has_every_check_as_its_file_describes_it():
    rows = dict(re.findall(r"^\| ([A-Z]\d+) \| .* \| (.*) \|$", PAGE, flags=re.MULTILINE))
    checks = checks_of(Moment)
    said = [inspect.getdoc(inspect.getmodule(type(check))).splitlines()[0] for check in checks]
    pairs = zip(checks, said, strict=True)
    assert rows == {check.id: s.removeprefix(f"{check.id}: ").rstrip(".") for check, s in pairs}
