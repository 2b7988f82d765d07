"""The suppliers of a system, for whoever is to choose: all of them, a few side by side, one by itself."""

from collections.abc import Iterable

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from enterprises.directory import queries
from enterprises.directory.forms import DirectoryFilter
from enterprises.directory.rules import (
    BRIEF_FIELDS,
    FIELD_SV,
    MAX_COMPARED,
    NOT_TOLD_SV,
    ORDER_RULE_SV,
    Supplier,
    in_neutral_order,
    offering,
)
from enterprises.directory.turn_rules import in_turn
from marketplace.clock import today
from marketplace.procurement.queries import published_terms
from marketplace.procurement.rules import DEFAULT_RULE_SV, DefaultRule
from marketplace.procurement.terms_words import TURN_RULE_SV
from marketplace.swedish import swedish_key
from marketplace.web.guards import public

bp = Blueprint("directory", __name__, url_prefix="/valfrihetssystem")

INFORMATION = "LOV 9:1: participants are told of all suppliers, easily found"
_WORDS = {
    "fields": FIELD_SV,
    "brief_fields": BRIEF_FIELDS,
    "max_compared": MAX_COMPARED,
    "not_told": NOT_TOLD_SV,
    "order_rule": ORDER_RULE_SV,
}
"""What the templates say of a supplier, passed on to their macros as one."""


@bp.get("/<int:system_id>/leverantorer")
@public(INFORMATION)
def index(system_id: int) -> ResponseReturnValue:
    system = queries.open_system(system_id)
    suppliers = queries.suppliers_of(system_id)
    form = _filter_form(suppliers)
    wanted = offering(suppliers, form.kommun.data, form.omrade.data)
    return render_template(
        "enterprises/directory/index.html",
        system=system,
        form=form,
        suppliers=in_neutral_order(wanted, today()),
        how_many=len(suppliers),
        words=_WORDS,
    )


@bp.get("/<int:system_id>/leverantorer/jamfor")
@public(INFORMATION)
def compare(system_id: int) -> ResponseReturnValue:
    """Those chosen, in the list's order; the choice is in the address, so that it can be sent to someone."""
    system = queries.open_system(system_id)
    wanted = set(request.args.getlist("leverantor", type=int))
    chosen = [supplier for supplier in queries.suppliers_of(system_id) if supplier.id in wanted]
    return render_template(
        "enterprises/directory/compare.html",
        system=system,
        suppliers=chosen[:MAX_COMPARED],
        left_out=chosen[MAX_COMPARED:],
        words=_WORDS,
    )


@bp.get("/<int:system_id>/turordning")
@public("LOV 9:2: what happens to whoever does not choose is decided beforehand, and shown")
def turn_order(system_id: int) -> ResponseReturnValue:
    system = queries.open_system(system_id)
    terms = published_terms(system_id)
    last = queries.last_turn(system_id)
    return render_template(
        "enterprises/directory/turn_order.html",
        system=system,
        rule=terms.default_rule if terms else DefaultRule.NONE,
        own_provision_sv=terms.own_provision_sv if terms else "",
        order=in_turn(queries.line_of(system_id), last.turn if last else None),
        last=last,
        turn_rule_sv=TURN_RULE_SV,
        default_rule_sv=DEFAULT_RULE_SV,
    )


@bp.get("/<int:system_id>/leverantorer/<int:enterprise_id>")
@public(INFORMATION)
def show(system_id: int, enterprise_id: int) -> ResponseReturnValue:
    system = queries.open_system(system_id)
    supplier = queries.supplier_of(system_id, enterprise_id)
    return render_template("enterprises/directory/show.html", system=system, supplier=supplier, words=_WORDS)


def _filter_form(suppliers: Iterable[Supplier]) -> DirectoryFilter:
    """Only what someone has a place in can be asked for."""
    kommuner: dict[str, str] = {}
    fields: dict[str, str] = {}
    for supplier in suppliers:
        kommuner |= {kommun.code: kommun.name for kommun in supplier.kommuner}
        fields |= {place.field_id: place.field_name for place in supplier.places}
    return DirectoryFilter(
        choices={
            "kommun": {"": "Alla kommuner"} | _by_name(kommuner),
            "omrade": {"": "Alla slags arbeten"} | _by_name(fields),
        }
    )


def _by_name(names: dict[str, str]) -> dict[str, str]:
    return dict(sorted(names.items(), key=lambda item: swedish_key(item[1])))
