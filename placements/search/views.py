"""The search page, and places side by side."""

from dataclasses import dataclass, replace
from datetime import timedelta

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from enterprises.places.rules import ADAPTATION_SV, LANGUAGE_SV
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.reference.queries import lists, occupation_fields, trades
from marketplace.swedish import counted
from marketplace.web.addresses import page_number, url_with
from marketplace.web.guards import requires
from placements.choice.models import ChoiceRound
from placements.choice.queries import choice_round, criteria_for
from placements.choice.rules import MAX_COMPARED
from placements.participants.rules import support_level_sv
from placements.search import queries
from placements.search.forms import Asked, SearchForm, Starting, read_search, starting_today
from placements.search.rules import ORDER_RULE_SV, SearchCriteria

bp = Blueprint("search", __name__, url_prefix="/sok")

_LATER = timedelta(days=28)
_LABELS = {"ADAPTATION_SV": ADAPTATION_SV, "LANGUAGE_SV": LANGUAGE_SV, "ORDER_RULE_SV": ORDER_RULE_SV}


@bp.get("/")
@requires(Role.CASE_OFFICER, Role.COORDINATOR)
def index() -> ResponseReturnValue:
    """Everything is in the address, so that a search can be shared; with `valomgang` for a participant's round."""
    choice = _asked_round()
    form, asked = _search(choice)
    page = queries.search_places(asked.criteria, page_number())
    return render_template(
        "placements/search/index.html",
        form=form,
        page=page,
        problems=asked.problems,
        criteria=asked.criteria,
        choice=choice,
        already_shown={shown.place_id for shown in choice.shown} if choice else set(),
        ways_out=[] if page.items else _ways_out(asked.criteria),
        left_out=_left_out(asked.criteria, choice),
        has_contracts=bool(page.items) or queries.has_contracts(asked.criteria),
        MAX_COMPARED=MAX_COMPARED,
        **_LABELS,
    )


@bp.get("/jamfor")
@requires(Role.CASE_OFFICER, Role.COORDINATOR)
def compare() -> ResponseReturnValue:
    """Up to four places side by side over the asked days."""
    choice = _asked_round()
    _, asked = _search(choice)
    wanted = list(dict.fromkeys(request.args.getlist("plats", type=int)))
    return render_template(
        "placements/search/compare.html",
        options=queries.options_of(wanted[:MAX_COMPARED], asked.criteria),
        left_out=max(0, len(wanted) - MAX_COMPARED),
        criteria=asked.criteria,
        choice=choice,
        back=_search_address(),
        MAX_COMPARED=MAX_COMPARED,
        **_LABELS,
    )


def _search_address() -> str:
    """The search that the comparison came from."""
    arguments = request.args.to_dict(flat=False)
    arguments.pop("plats", None)
    return url_for("search.index", **arguments)  # type: ignore[arg-type]


def _asked_round() -> ChoiceRound | None:
    choice_round_id = request.args.get("valomgang", type=int)
    return None if choice_round_id is None else choice_round(choice_round_id)


def _search(choice: ChoiceRound | None) -> tuple[SearchForm, Asked]:
    form = SearchForm(
        choices={
            "kommun": {kommun.code: kommun.name for kommun in lists().kommuner.values()},
            "omrade": {"": "Alla områden"} | {f.concept_id: f.name for f in occupation_fields()},
            "yrke": {"": "Alla yrken"} | {trade.ssyk: trade.plain_name for trade in trades()},
        }
    )
    starting = starting_today(today())
    if choice is not None:
        wanted = criteria_for(choice.grant)
        starting = Starting(
            wanted.start_by,
            wanted.until,
            wanted.from_day,
            wanted.hours_per_week,
            wanted.support_level,
            wanted.system_id,
        )
    return form, read_search(form, starting, today())


@dataclass(frozen=True)
class LeftOutLine:
    text_sv: str
    link_sv: str = ""
    url: str = ""


def _left_out(criteria: SearchCriteria, choice: ChoiceRound | None) -> list[LeftOutLine]:
    """What is not shown because of a contract, so that nobody believes that there is no such place."""
    found = queries.left_out(criteria)
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


def _ways_out(criteria: SearchCriteria) -> list[WayOut]:
    """Why nothing was found: for each condition, what there is without it."""
    later = criteria.start_by + _LATER
    tries = [
        ("kommun", "i alla kommuner", replace(criteria, kommun_codes=()), None),
        ("omrade", "inom alla yrkesområden", replace(criteria, field_ids=()), None),
        ("yrke", "inom alla yrken", replace(criteria, ssyks=()), None),
        ("timmar", "oavsett timmar i veckan", replace(criteria, hours_per_week=None), ""),
        ("anpassning", "utan krav på anpassning", replace(criteria, adaptations=()), None),
        ("sprak", "oavsett språk", replace(criteria, language=""), None),
    ]
    ways = [
        WayOut(text, count, url_with(**{name: value, "sida": None}))
        for name, text, wider, value in tries
        if wider != criteria and (count := queries.how_many(wider))
    ]
    moved = replace(criteria, start_by=later, until=max(criteria.until, later))
    count = queries.how_many(moved)
    if count:
        url = url_with(senast=later.isoformat(), till=moved.until.isoformat(), sida=None)
        ways.append(WayOut(f"om starten får dröja till {later.isoformat()}", count, url))
    return ways or _without_wishes(criteria)


def _without_wishes(criteria: SearchCriteria) -> list[WayOut]:
    """What there is when only the days count."""
    bare = SearchCriteria(
        criteria.start_by,
        criteria.until,
        criteria.from_day,
        support_level=criteria.support_level,
        system_id=criteria.system_id,
    )
    count = queries.how_many(bare)
    cleared: dict[str, str | None] = dict.fromkeys(
        ("kommun", "omrade", "yrke", "anpassning", "sprak", "sida")
    )
    url = url_with(**cleared, timmar="")
    return [WayOut("om bara datumen räknas", count, url)] if count else []
