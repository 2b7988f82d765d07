"""The choice rounds behind the numbers, for those who see the persons."""

from datetime import timedelta

from flask import render_template
from flask.typing import ResponseReturnValue

from indicators.changes.queries import computed_at
from indicators.choices import queries
from indicators.choices.breadth_rules import Offer
from indicators.choices.count_queries import rounds_behind, trade_kinds
from indicators.choices.forms import RoundsFilterForm
from indicators.choices.views.blueprint import bp, counted_through
from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from marketplace.accounts.rules import Role
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number
from marketplace.web.guards import requires


@bp.get("/omgangar")
@requires(Role.COORDINATOR, Role.CASE_OFFICER)
def rounds() -> ResponseReturnValue:
    authority_id = current_actor().authority_id
    assert authority_id is not None, "those who place act for an authority"
    years = queries.counted_years(authority_id)
    form = RoundsFilterForm(choices={"ar": {year: str(year) for year in years}})
    year = form.ar.data or next(iter(years), None)
    page, through = None, counted_through(authority_id)
    if year and through:
        until = through + timedelta(days=1)  # as the numbers are, until the next night
        page = rounds_behind(
            authority_id, year, until, trade_kinds(), page_number(), only_more=form.visa.data == "mer"
        )
    return render_template(
        "indicators/choices/rounds.html",
        form=form,
        page=page,
        offer=Offer,
        computed_at=computed_at(authority_id),
        definitions=[INDICATORS[key] for key in (Indicator.CHOICE_FUNNEL, Indicator.COULD_HAVE_SHOWN)],
    )
