"""The doctor judged: `python -m benchmarks.doctor`, or `--unseen` for what it was not tuned on.

Each network is made, examined, trained, examined again, and treated as was advised. A healthy one
should get no error and no warning; of a sick one the true cause should be told first.
"""

import argparse
import json
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.doctor_cases import PATIENTS, Patient
from benchmarks.doctor_cases.consultation import Outcome, consult
from benchmarks.doctor_cases.cost import costs

GENERATION = 20  # networks a process sees before a new one takes its place: programs fill memory
GOALS = {  # of the networks of the study, and of those that the doctor never saw
    "first": (0.95, 0.85),
    "among the first three": (0.99, 0.95),
    "cured": (0.80, 0.80),
}


def main() -> None:
    """Run what the command line names, and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.doctor", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", nargs="*", help="parts of the names of networks")
    parser.add_argument("--healthy", action="store_true", help="healthy networks alone")
    parser.add_argument("--sick", action="store_true", help="sick networks alone")
    parser.add_argument("--unseen", action="store_true", help="the networks it was not tuned on")
    parser.add_argument("--no-treatment", action="store_true")
    parser.add_argument("--cost", action="store_true", help="the time that it takes, alone")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--json", type=Path, help="where to write all that was said")
    arguments = parser.parse_args()

    console = Console(width=130)
    if not arguments.cost:
        chosen = [p.name for p in PATIENTS.values() if _chosen(p, arguments)]
        jobs = [(n, s, not arguments.no_treatment) for n in chosen for s in range(arguments.seeds)]
        outcomes = run(jobs, arguments.workers, console)
        for table in (alarms_of(outcomes), misses_of(outcomes), score(outcomes)):
            console.print(table)
        if arguments.json:
            arguments.json.write_text(json.dumps([o.as_dict() for o in outcomes], indent=1))
    if arguments.cost or not (arguments.only or arguments.healthy or arguments.sick):
        console.print(costs())


def _chosen(patient: Patient, arguments: argparse.Namespace) -> bool:
    if arguments.only:
        return any(part in patient.name for part in arguments.only)
    if patient.unseen != arguments.unseen:
        return False
    return arguments.healthy == arguments.sick or patient.healthy == arguments.healthy


def run(jobs: list[tuple[str, int, bool]], workers: int, console: Console) -> list[Outcome]:
    """Consult the doctor on each network, some at a time."""
    done = _generations(jobs, workers)
    return list(track(done, total=len(jobs), console=console, description="networks"))


def _generations(jobs: list[tuple[str, int, bool]], workers: int) -> Iterator[Outcome]:
    # A new pool each time: Python 3.11's stands still where it is to replace processes itself
    # (`max_tasks_per_child`, python/cpython#115634).
    context, size = multiprocessing.get_context("spawn"), workers * GENERATION
    for first in range(0, len(jobs), size):
        with ProcessPoolExecutor(workers, context) as pool:
            yield from pool.map(_consulted, jobs[first : first + size])


def _consulted(job: tuple[str, int, bool]) -> Outcome:
    return consult(*job)


def alarms_of(outcomes: Iterable[Outcome]) -> Table:
    """What was said of healthy networks."""
    table = Table(title="alarms on healthy networks", title_justify="left")
    for heading in ("network", "seed", "said", "learned"):
        table.add_column(heading)
    for o in outcomes:
        if o.patient.healthy and (o.alarms or o.refused or o.failed):
            said = [f"{check} {severity}: {symptom}" for check, severity, symptom in o.alarms]
            said += [f"{check} failed: {why[:150]}" for check, why in o.failed.items()]
            said += [f"refused: {o.refused}"] if o.refused else []
            table.add_row(o.name, str(o.seed), "\n".join(said), _share(o.learned))
    return table


def misses_of(outcomes: Iterable[Outcome]) -> Table:
    """Sick networks whose cause was not told first, or that were not cured."""
    table = Table(title="causes not told first, and no cures", title_justify="left")
    for heading in ("network", "seed", "cause", "told", "learned", "treated", "cured"):
        table.add_column(heading)
    for o in outcomes:
        if not o.patient.healthy and (not o.named_by(1) or o.failed or _uncured(o)):
            told = [f"{check}{'' if kind != 'note' else ' note'}" for check, kind, _ in o.named]
            told += [f"{check} failed: {why[:150]}" for check, why in o.failed.items()]
            cure = {None: "-", True: "yes", False: "no"}[o.cured]
            cause = "/".join(o.patient.expected)
            what = "\n".join([", ".join(told[:5]), *told[5:]]) or "nothing"
            row = (o.name, str(o.seed), cause, what, _share(o.learned), o.treatment or "-", cure)
            table.add_row(*row)
    return table


def score(outcomes: list[Outcome]) -> Table:
    """How much of it was right."""
    healthy = [o for o in outcomes if o.patient.healthy]
    sick = [o for o in outcomes if not o.patient.healthy]
    treated = [o for o in sick if o.treatment]
    unseen = all(o.patient.unseen for o in outcomes)
    table = Table(title="score", title_justify="left")
    for heading in ("", "networks", "share", "goal"):
        table.add_column(heading)
    counts = {
        "first": [o.named_by(1) for o in sick],
        "among the first three": [o.named_by(3) for o in sick],
        "cured": [bool(o.cured) for o in treated],
    }
    if healthy:
        alarmed = sum(bool(o.alarms) for o in healthy)
        table.add_row("healthy, with an alarm", f"{alarmed} of {len(healthy)}", "", "0")
    for what, right in counts.items():
        if right:
            share, goal = sum(right) / len(right), GOALS[what][unseen]
            count = f"{sum(right)} of {len(right)}"
            table.add_row(f"sick, {what}", count, f"{share:.1%}", f"{goal:.0%} or more")
    return table


def _uncured(outcome: Outcome) -> bool:
    return outcome.treatment is not None and not outcome.cured


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    main()
