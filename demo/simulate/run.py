"""Runs the history: the market first, then the participants, in as many processes as there are independent parts.

Authorities that share no enterprise share no seat, so they can be done side by side without either waiting for or
changing the other. What happens is the same whatever the number of processes; only the ids of rows differ.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from demo.simulate import (
    absence,
    following_up,
    money,
    participants,
    placing,
    reporting_out,
    supply,
    training,
    visiting,
)
from demo.simulate.agenda import Agenda
from demo.simulate.cases import draw_cases
from demo.simulate.foundation import DEMO_AUTHORITY, DEMO_ENTERPRISE, Directory
from demo.simulate.history import History
from demo.simulate.market import Published
from demo.simulate.waiting import EXTRA, away
from demo.story import Story, apportioned, read_story
from marketplace.db import transaction
from marketplace.reference.queries import trades
from marketplace.reference.rules import dominance
from marketplace.tenancy import acting_as, system_actor

SEED = "platstorget 1"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Part:
    """Authorities that are done in one process, and what the others need not know of."""

    authorities: tuple[str, ...]
    published: Published
    authority_ids: dict[str, int]
    participants: int
    begins_on: date
    ends_on: date


def parts(story: Story) -> list[tuple[str, ...]]:
    """The authorities in groups that share no enterprise."""
    groups: list[set[str]] = [{authority.key} for authority in story.authorities]
    for enterprise in story.enterprises:
        joined = [group for group in groups if group & set(enterprise.authorities)]
        groups = [group for group in groups if group not in joined] + [set().union(*joined)]
    order = [authority.key for authority in story.authorities]
    return sorted(tuple(sorted(group, key=order.index)) for group in groups)


def run_part(part: Part, tell: Progress) -> Counter[str]:
    """Registers, places, trains and invoices for some of the authorities. Needs an application context."""
    story = read_story()
    with acting_as(system_actor()), transaction():
        directory = Directory()
        dominances = {trade.ssyk: dominance(trade.women, trade.men) for trade in trades()}
    agenda = Agenda(part.ends_on, away(directory, story, part.ends_on))
    history = History(
        story=story,
        agenda=agenda,
        directory=directory,
        published=part.published,
        dominances=dominances,
        seed=SEED,
        begins_on=part.begins_on,
        look=placing.look,
    )
    how_many = shares(story, part.participants)
    enterprises = [e.key for e in story.enterprises if set(e.authorities) & set(part.authorities)]
    for authority in story.authorities:
        if authority.key not in part.authorities:
            continue
        cases = draw_cases(story, authority, how_many[authority.key], part.begins_on, part.ends_on, SEED)
        for case in cases:
            participants.plan(history, case)
        money.plan(history, authority)
        reporting_out.plan(history, authority)
        day = part.begins_on
        while day <= part.ends_on:
            participants.plan_lapses(history, part.authority_ids[authority.key], day)
            day += timedelta(weeks=2)
    for enterprise in enterprises:
        supply.plan(history, enterprise)
        visiting.plan(history, enterprise)
    training.plan_attendance(history, part.begins_on, enterprises)
    following_up.plan(history, part.begins_on, enterprises)
    if DEMO_ENTERPRISE in enterprises:
        absence.plan(history)
    names = _names(story, part.authorities)

    def on_new_month(month: date) -> None:
        if month.month % 3 == 1:
            counts = history.counts
            begun = counts["placements begun"]
            tell(f"{names}: {month:%Y-%m}, {counts['participants']} participants, {begun} placements begun")

    agenda.run(on_new_month)
    return history.counts


def shares(story: Story, participants_in_all: int) -> dict[str, int]:
    """How many participants each authority has, but for those that wait for the demo's own people."""
    planned = [authority.participants for authority in story.authorities]
    how_many = apportioned(participants_in_all, planned)
    found = {authority.key: number for authority, number in zip(story.authorities, how_many, strict=True)}
    found[DEMO_AUTHORITY] = max(0, found[DEMO_AUTHORITY] - EXTRA)
    return found


def _names(story: Story, keys: Sequence[str]) -> str:
    names = [a.name.removeprefix("Samordningsförbundet ") for a in story.authorities if a.key in keys]
    return names[0] if len(names) == 1 else f"{names[0]} and others"
