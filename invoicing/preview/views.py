"""The calculator of a price list, for whoever may read it: linked from the terms, and its answers are links."""

from collections.abc import Sequence

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from invoicing.preview.forms import ExampleForm
from invoicing.preview.rules import Report, example_lines
from invoicing.remuneration.facts import Month, MonthResult
from invoicing.remuneration.price_list import read_price_list
from invoicing.remuneration.price_rules import PriceComponent
from marketplace.clock import today
from marketplace.errors import Invalid
from marketplace.procurement.price_rules import Component
from marketplace.procurement.price_words import conditions_sv
from marketplace.procurement.queries import price_drafts, terms_with_rows
from marketplace.reference.rules import add_months
from marketplace.web.guards import public

bp = Blueprint("preview", __name__, url_prefix="/valfrihetssystem")

_MONTHS = 12
"""So many before this one can be counted, and so many after it."""
_USUAL_LENGTH = 6


@bp.get("/underlag/<int:terms_id>/rakna")
@public("whoever may read a price list may count with it; a draft is found by its own authority alone")
def show(terms_id: int) -> ResponseReturnValue:
    terms = terms_with_rows(terms_id)
    drafts = price_drafts(terms.prices)
    price_list = read_price_list(drafts)
    this = Month.of(today())
    levels = sorted({row.support_level for row in drafts if row.support_level})
    form = ExampleForm(
        [Month.of(add_months(this.first_day, number)) for number in range(-_MONTHS, _MONTHS + 1)],
        levels,
        has_result_fee=any(row.component == Component.RESULT_FEE for row in drafts),
        niva=levels[0] if levels else None,
        manad=str(this),
        fran=this.first_day,
        till=Month.of(add_months(this.first_day, _USUAL_LENGTH - 1)).last_day,
        dagar=5,
        timmar=7,
        franvaro=0,
        plan=True,
        slut=Report.NONE,
    )
    result = None if price_list.problems else _counted(form, price_list.components)
    return (
        render_template(
            "invoicing/preview/show.html",
            system=terms.system,
            terms=terms,
            form=form,
            problems=price_list.problems,
            conditions=[] if price_list.problems else conditions_sv(drafts),
            result=result,
            total_ore=sum(line.amount_ore for line in result.lines) if result else 0,
        ),
        form.status(),
    )


def _counted(form: ExampleForm, components: Sequence[PriceComponent]) -> MonthResult | None:
    """The month that is asked for; None when what is filled in has to be mended first."""
    if not form.validate():
        return None
    try:
        return example_lines(components, form.example())
    except Invalid as error:
        form.add_error(error)
        return None
