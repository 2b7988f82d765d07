"""What a participant sees on her own page: her rounds, the places in them as they can be had now, and what came of it.

She reads her own rows as herself. What is free now, and what else there is, nobody but a buyer can count, so that is
counted for her as her authority's system does; nothing of anyone else is in the answer.
"""

from dataclasses import dataclass

from sqlalchemy import select

from marketplace.clock import today
from marketplace.db import db
from marketplace.tenancy import acting_as, current_actor, system_actor
from placements.booking.queries import placements_of_round
from placements.choice import queries as choices
from placements.choice.models import ChoiceRound
from placements.choice.rules import ChoiceState
from placements.own_page.rules import news_sv
from placements.search.queries import PlaceOption
from placements.visits.models import VisitTime
from placements.visits.queries import times_of


def round_ids() -> list[int]:
    """The participant's rounds, newest first."""
    return list(
        db.session.scalars(
            select(ChoiceRound.id)
            .where(ChoiceRound.participant_id == current_actor().participant_id)
            .order_by(ChoiceRound.id.desc())
        )
    )


def own_round(choice_round_id: int, *, is_fresh: bool = False) -> ChoiceRound:
    """One of the participant's rounds with what was shown. Raises NotFound for another's."""
    return choices.choice_round(choice_round_id, is_fresh=is_fresh)


def may_answer(choice_round: ChoiceRound) -> bool:
    """Whether she can still choose in the round."""
    grant = choice_round.grant
    return choice_round.state is ChoiceState.OPEN and choice_round.is_sought_on and grant.last_day >= today()


@dataclass(frozen=True)
class Outlook:
    """How things are now."""

    options: dict[int, PlaceOption]
    """By place: what can be had, and from when."""
    other_trades: list[str]
    """Plain names of trades that fit too, when all that was shown is of one sort."""
    times: dict[int, list[VisitTime]]
    """By place: coming times for a visit."""


def outlook(choice_round: ChoiceRound) -> Outlook:
    """What is free now, for a round that is the participant's own; nothing when it is over."""
    if not may_answer(choice_round):
        return Outlook({}, [], {})
    with acting_as(system_actor(authority_id=choice_round.authority_id)):
        narrow = choices.narrow_choice(choice_round)
        names = [option.trade.plain_name for option in narrow.options] if narrow else []
        options = choices.as_now(choice_round)
    return Outlook(
        options, list(dict.fromkeys(names)), times_of([shown.place_id for shown in choice_round.shown])
    )


def news_of(choice_round: ChoiceRound) -> list[str]:
    """What has come of the choice, newest first, in easy words."""
    return [
        news_sv(
            placement.state,
            placement.enterprise.name,
            placement.first_day,
            placement.last_day,
        )
        for placement in placements_of_round(choice_round.id)
    ]
