"""Every week the workplaces write up the follow-ups that have been due, and tick what has been done."""

from datetime import date, timedelta
from functools import partial
from random import Random

from sqlalchemy import select

from demo.simulate.agenda import Phase
from demo.simulate.chance import rng_for
from demo.simulate.history import History
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.reference.rules import add_working_days
from placements.followup import services
from placements.followup.models import AgreedAction, FollowUp
from placements.followup.rules import Agreed, FollowUpKind, FollowUpState, Minutes, Party

_WRITTEN, _MISSED = 0.7, 0.06
"""In a week. The rest waits: some are late when the story ends."""
_DONE = 0.6
_FIRST_SV = "De första dagarna har gått bra. Vi har visat runt och bestämt vad som händer härnäst."
_NOTES = {
    FollowUpKind.PLANNED: (
        "Det går framåt. Tiderna hålls de flesta dagar, och målen står kvar som de är.",
        "Uppgifterna passar bra. Vi provar en ny station från nästa vecka.",
        "Tempot är lagom. Ett av målen är nått, och vi går vidare med de andra.",
        "Pauserna gör skillnad. Vi fortsätter som nu och ser om tiden kan ökas.",
    ),
    FollowUpKind.MEETING: (
        "Vi gick igenom frånvaron. Morgonen är svår, så dagen börjar en timme senare från måndag.",
        "Vi pratade om vad som hindrar. Ny rutin: ett meddelande till handledaren före åtta.",
    ),
}
_TO_DO = (
    ("Boka tid för studievägledning", Party.CASE_OFFICER),
    ("Skriva ett första utkast till cv", Party.PARTICIPANT),
    ("Skicka meddelande före åtta vid frånvaro", Party.PARTICIPANT),
    ("Visa den nya stationen", Party.SUPERVISOR),
    ("Se över arbetstiderna i planen", Party.SUPERVISOR),
    ("Ta upp nästa steg i Resursrådet", Party.COORDINATOR),
)


def plan(history: History, first: date, enterprises: list[str]) -> None:
    day = add_working_days(first, 0)
    while day <= history.ends_on:
        for key in enterprises:
            supervisor = history.directory.one(history.story.enterprise(key).name, Role.SUPERVISOR)
            rng = rng_for(history.seed, "follow-ups", key, day)
            history.agenda.add(day, Phase.TRAINING, supervisor, partial(_write_up, history, rng))
        day = add_working_days(day + timedelta(weeks=1), 0)


def _write_up(history: History, rng: Random) -> None:
    due = select(FollowUp).where(FollowUp.state == FollowUpState.PLANNED, FollowUp.due_on <= today())
    for follow_up in list(db.session.scalars(due.order_by(FollowUp.due_on, FollowUp.id))):
        drawn = rng.random()
        if drawn < _MISSED:
            services.miss(follow_up.id)
        elif drawn < _MISSED + _WRITTEN:
            services.hold(follow_up.id, _minutes(rng, follow_up))
            history.counts["follow-ups held"] += 1
    left = select(AgreedAction.id).where(AgreedAction.done_on.is_(None), AgreedAction.due_on <= today())
    for action_id in list(db.session.scalars(left.order_by(AgreedAction.due_on, AgreedAction.id))):
        if rng.random() < _DONE:
            services.tick_action(action_id, is_done=True)


def _minutes(rng: Random, follow_up: FollowUp) -> Minutes:
    placement = follow_up.placement
    held_on = max(follow_up.due_on, placement.started_on or placement.first_day)
    to_do = rng.sample(_TO_DO, rng.choices((0, 1, 2), (3, 4, 2))[0])
    return Minutes(
        held_on,
        [Party.PARTICIPANT, Party.SUPERVISOR, *([Party.CASE_OFFICER] if rng.random() < _DONE else [])],
        rng.choice(_NOTES[follow_up.kind]),
        [Agreed(text_sv, who, add_working_days(held_on, rng.randint(5, 20))) for text_sv, who in to_do],
    )


def first_days(placement_id: int) -> None:
    """A talk at which something was agreed that will be late, and the next one, which nobody will write up."""
    to_do = [
        Agreed(text_sv, who, add_working_days(today(), 1 if number == 0 else 5))
        for number, (text_sv, who) in enumerate(_TO_DO[:3])
    ]
    took_part = [Party.PARTICIPANT, Party.SUPERVISOR]
    minutes = Minutes(today(), took_part, _FIRST_SV, to_do)
    services.hold(services.plan_extra(placement_id, today()).id, minutes)
    services.plan_extra(placement_id, add_working_days(today(), 1))
