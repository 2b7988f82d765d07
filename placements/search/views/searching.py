"""The search page, and places side by side."""

from dataclasses import dataclass, replace
from datetime import timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.reference.queries import lists
from marketplace.reference.rules import distance_km
from marketplace.swedish import counted
from marketplace.web.addresses import page_number, url_with
from marketplace.web.guards import requires
from placements.choice.models import ChoiceRound
from placements.choice.queries import NarrowChoice, narrow_list
from placements.choice.rules import MAX_COMPARED, ChoiceState
from placements.participants.rules import support_level_sv
from placements.search import queries
from placements.search.contract_queries import Carrying, carrying
from placements.search.forms import PARAMETERS
from placements.search.rules import ORDER_RULE_SV, SearchCriteria, without_wishes
from placements.search.views.blueprint import address, address_of, asked_round, asked_search, bp

_LATER = timedelta(days=28)


@bp.get("/")
@requires(Role.CASE_OFFICER, Role.COORDINATOR)
def index() -> ResponseReturnValue:
    """Everything is in the address, so that a search can be shared; with `valomgang` for a participant's round."""
    choice = asked_round()
    form, asked = asked_search(choice)
    criteria = asked.criteria
    under = carrying(criteria)
    page = queries.search_places(criteria, page_number(), under)
    return render_template(
        "placements/search/index.html",
        form=form,
        page=page,
        problems=asked.problems,
        criteria=criteria,
        choice=choice,
        already_shown={shown.place_id for shown in choice.shown} if choice else set(),
        narrow=_narrow(choice, page, criteria),
        distances=distances(criteria),
        ways_out=[] if page.items else _ways_out(criteria, under),
        left_out=_left_out(criteria, under, choice),
        has_contracts=not under.is_empty,
        shared_url=address("search.index", address_of(criteria)),
        why_url=with_search("search.why"),
        save_url=with_search("search.save"),
        MAX_COMPARED=MAX_COMPARED,
        ORDER_RULE_SV=ORDER_RULE_SV,
    )


@bp.get("/jamfor")
@requires(Role.CASE_OFFICER, Role.COORDINATOR)
def compare() -> ResponseReturnValue:
    """Up to four places side by side over the asked days."""
    choice = asked_round()
    _, asked = asked_search(choice)
    wanted = list(dict.fromkeys(request.args.getlist("plats", type=int)))
    options = queries.options_of(wanted[:MAX_COMPARED], asked.criteria)
    return render_template(
        "placements/search/compare.html",
        options=options,
        left_out=max(0, len(wanted) - MAX_COMPARED),
        criteria=asked.criteria,
        choice=choice,
        distances=distances(asked.criteria),
        back=with_search("search.index", without="plats"),
        MAX_COMPARED=MAX_COMPARED,
    )


def with_search(endpoint: str, without: str = "sida") -> str:
    """Another page about the same search."""
    arguments = {name: values for name, values in request.args.to_dict(flat=False).items() if name != without}
    return address(endpoint, arguments)


def _narrow(
    choice: ChoiceRound | None, page: queries.OptionPage, criteria: SearchCriteria
) -> NarrowChoice | None:
    """Places across the divide, where all that was found for the participant lies on one side of it."""
    if choice is None or choice.state is not ChoiceState.OPEN:
        return None
    return narrow_list(choice, page.items, criteria, is_whole=page.pages == 1)


def distances(criteria: SearchCriteria) -> dict[str, int]:
    """Kilometres from the kommun that the search starts from to each other, by code."""
    positions = lists().positions
    here = positions.get(criteria.near_kommun)
    if here is None:
        return {}
    return {code: round(distance_km(here, there)) for code, there in positions.items()}


@dataclass(frozen=True)
class LeftOutLine:
    text_sv: str
    link_sv: str = ""
    url: str = ""


def _left_out(criteria: SearchCriteria, under: Carrying, choice: ChoiceRound | None) -> list[LeftOutLine]:
    """What is not shown because of a contract, so that nobody believes that there is no such place."""
    found = queries.left_out(criteria, under)
    lines = []
    if found.ends_early and found.latest_end:
        until = found.latest_end.isoformat()
        places = counted(found.ends_early, "plats", "platser")
        lines.append(
            LeftOutLine(
                f"{places} visas inte: leverantörens avtal slutar före {criteria.until.isoformat()}.",
                f"Sök till och med {until}",
                url_with(till=until, senast=criteria.start_by.isoformat(), sida=None),
            )
        )
    if found.capped:
        places = counted(found.capped, "plats", "platser")
        lines.append(
            LeftOutLine(
                f"{places} visas inte: leverantörens avtal tillåter inte fler i bruk under de dagarna."
            )
        )
    if found.unpriced and choice is not None:
        places = counted(found.unpriced, "plats", "platser")
        level = support_level_sv(choice.grant.support_level).lower()
        lines.append(LeftOutLine(f"{places} visas inte: leverantörens avtal saknar pris för {level}."))
    return lines


@dataclass(frozen=True)
class WayOut:
    """One condition less, and how many places there are then."""

    text_sv: str
    count: int
    url: str


def _ways_out(criteria: SearchCriteria, under: Carrying) -> list[WayOut]:
    """Why nothing was found: for each condition, what there is without it."""
    later = criteria.start_by + _LATER
    tries = [
        (("ord",), "oavsett sökord", replace(criteria, text=""), None),
        (("kommun",), "i alla kommuner", replace(criteria, kommun_codes=()), None),
        (("nara", "inom"), "oavsett avstånd", replace(criteria, near_kommun="", within_km=None), None),
        (("omrade",), "inom alla yrkesområden", replace(criteria, field_ids=()), None),
        (("yrke",), "inom alla yrken", replace(criteria, ssyks=()), None),
        (("timmar",), "oavsett timmar i veckan", replace(criteria, hours_per_week=None), ""),
        (("dag",), "oavsett veckodagar", replace(criteria, weekdays=()), None),
        (("anpassning",), "utan krav på anpassning", replace(criteria, adaptations=()), None),
        (("undvik",), "oavsett vad arbetet kräver", replace(criteria, demands_avoided=()), None),
        (("sprak",), "oavsett språk", replace(criteria, language=""), None),
    ]
    ways = [
        WayOut(text, count, url_with(**dict.fromkeys(names, value), sida=None))
        for names, text, wider, value in tries
        if wider != criteria and (count := queries.how_many(wider, under))
    ]
    moved = replace(criteria, start_by=later, until=max(criteria.until, later))
    count = queries.how_many(moved)
    if count:
        url = url_with(senast=later.isoformat(), till=moved.until.isoformat(), sida=None)
        ways.append(WayOut(f"om starten får dröja till {later.isoformat()}", count, url))
    return ways or _without_wishes(criteria, under)


def _without_wishes(criteria: SearchCriteria, under: Carrying) -> list[WayOut]:
    """What there is when only the days count."""
    count = queries.how_many(without_wishes(criteria), under)
    cleared = dict.fromkeys((*PARAMETERS, "sida"))
    url = url_with(
        **cleared
        | {"senast": criteria.start_by.isoformat(), "till": criteria.until.isoformat(), "timmar": ""}
    )
    return [WayOut("om bara datumen räknas", count, url)] if count else []
