"""The search's addresses, and the search that an address asks for."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from flask import Blueprint, request, url_for
from werkzeug.datastructures import MultiDict

from marketplace.clock import today
from marketplace.reference.queries import Lists, lists
from marketplace.reference.rules import distance_km
from marketplace.tenancy import current_actor
from placements.choice.models import ChoiceRound
from placements.choice.queries import choice_round, criteria_for
from placements.search.forms import PARAMETERS, Asked, SearchForm, Starting, read_search, starting_today
from placements.search.rules import SearchCriteria
from placements.search.saved_rules import shared_address

bp = Blueprint("search", __name__, url_prefix="/sok")

_AROUND_KM = 60
"""How far from the searcher's own kommuner those lie that can be ticked; farther ones are found by distance."""


def asked_round() -> ChoiceRound | None:
    choice_round_id = request.args.get("valomgang", type=int)
    return None if choice_round_id is None else choice_round(choice_round_id)


def asked_search(choice: ChoiceRound | None) -> tuple[SearchForm, Asked]:
    known = lists()
    form = SearchForm(
        choices={
            "kommun": _kommuner_around(known),
            "nara": {"": "Välj kommun"} | {code: one.name for code, one in known.kommuner.items()},
            "omrade": {"": "Alla områden", **known.fields},
            "yrke": {"": "Alla yrken"} | {ssyk: trade.plain_name for ssyk, trade in known.trades.items()},
        }
    )
    starting = starting_today(today())
    if choice is not None:
        wanted = criteria_for(choice.grant)
        starting = Starting(
            start_by=wanted.start_by,
            until=wanted.until,
            from_day=wanted.from_day,
            last_day=choice.grant.last_day,
            hours_per_week=wanted.hours_per_week,
            days_per_week=choice.grant.days_per_week,
            support_level=wanted.support_level,
            system_id=wanted.system_id,
        )
    return form, read_search(form, starting, today())


def _kommuner_around(known: Lists) -> dict[str, str]:
    """Those near the searcher's own, and those that the address names; all, where no position is known."""
    own = [place for code in current_actor().kommun_codes if (place := known.positions.get(code))]
    named = request.args.getlist("kommun")
    return {
        code: one.name
        for code, one in known.kommuner.items()
        if code in named
        or not own
        or one.position is None
        or any(distance_km(one.position, near) <= _AROUND_KM for near in own)
    }


def address(endpoint: str, query: Mapping[str, Sequence[str]]) -> str:
    """A page of the search with a query. What a visitor has put there is never an argument of url_for()."""
    path = url_for(endpoint)
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


def address_of(criteria: SearchCriteria) -> dict[str, list[str]]:
    """The query that asks for the same without a participant's round, to share or to save. What only the grant says
    comes along as days and hours; never the round itself, nor the level of support."""
    arguments: MultiDict[str, str] = request.args
    said = {name: arguments.getlist(name) for name in PARAMETERS}
    said["senast"], said["till"] = [criteria.start_by.isoformat()], [criteria.until.isoformat()]
    hours = criteria.hours_per_week
    said["timmar"] = [f"{hours.normalize():f}".replace(".", ",")] if hours is not None else []
    return shared_address(said, PARAMETERS)
