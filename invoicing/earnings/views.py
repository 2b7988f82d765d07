"""What the supplier has earned so far this month."""

from decimal import Decimal

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from invoicing.earnings.queries import earned_so_far, earned_under
from invoicing.forecast.rules import ASSUMED_SV
from invoicing.remuneration.facts import UNIT_SV, Month
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires

bp = Blueprint("earnings", __name__, url_prefix="/fakturor/hittills")


@bp.get("")
@requires(Role.SUPPLIER_MANAGER)
def index() -> ResponseReturnValue:
    month = Month.of(today())
    return render_template(
        "invoicing/earnings/index.html",
        month=month,
        contracts=earned_so_far(month),
        assumed_sv=ASSUMED_SV,
    )


@bp.get("/<int:contract_id>")
@requires(Role.SUPPLIER_MANAGER)
def show(contract_id: int) -> ResponseReturnValue:
    month = Month.of(today())
    return render_template(
        "invoicing/earnings/show.html",
        month=month,
        earned=earned_under(contract_id, month),
        assumed_sv=ASSUMED_SV,
    )


@bp.get(f"/<int:contract_id>.{FILE}")
@requires(Role.SUPPLIER_MANAGER)
def show_file(contract_id: int, file_format: str) -> Response:
    month = Month.of(today())
    header = ("Placering", "Ersättning", "Underlag", "Antal", "Enhet", "Pris", "Belopp", "Dagar")
    rows = [
        (
            line.placement_number,
            line.description_sv,
            line.basis_sv,
            line.quantity,
            UNIT_SV[line.unit],
            Decimal(line.price_ore) / 100,
            Decimal(line.amount_ore) / 100,
            ", ".join(map(str, line.dates)),
        )
        for line in earned_under(contract_id, month).settled.lines
    ]
    return file_response(file_format, f"hittills-{month}", header, rows)
