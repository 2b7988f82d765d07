"""Why a place is not found by a search."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.web.guards import requires
from placements.search.contract_queries import carrying
from placements.search.text_rules import LONGEST_TEXT
from placements.search.views.blueprint import asked_round, asked_search, bp
from placements.search.views.searching import with_search
from placements.search.why_queries import MOST_EXPLAINED, explained, nearly_fitting, places_named


@bp.get("/varfor")
@requires(Role.CASE_OFFICER, Role.COORDINATOR)
def why() -> ResponseReturnValue:
    """For places that `namn` is said of, or without it those that are as wished: what is in the way of each."""
    choice = asked_round()
    _, asked = asked_search(choice)
    named = request.args.get("namn", "").replace("\x00", "")[:LONGEST_TEXT].strip()
    under = carrying(asked.criteria)
    place_ids = places_named(named) if named else nearly_fitting(asked.criteria, under)
    found = explained(place_ids, asked.criteria, under)
    return render_template(
        "placements/search/why.html",
        named=named,
        shown=found,
        is_cut=len(found) == MOST_EXPLAINED,
        criteria=asked.criteria,
        problems=asked.problems,
        choice=choice,
        kept=[
            (name, value) for name, value in request.args.items(multi=True) if name not in ("namn", "sida")
        ],
        back=with_search("search.index", without="namn"),
        MOST_EXPLAINED=MOST_EXPLAINED,
    )
