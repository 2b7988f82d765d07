"""What every number means, for those who see any of them."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from indicators.definitions.choices_rules import WITH_ROUNDS
from indicators.definitions.rules import INDICATORS
from indicators.measures.row_queries import WITH_ROWS
from marketplace.web.guards import signed_in

bp = Blueprint("definitions", __name__, url_prefix="/nyckeltal/definitioner")


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    return render_template(
        "indicators/definitions/index.html",
        definitions=list(INDICATORS.values()),
        with_rows=WITH_ROWS,
        with_rounds=WITH_ROUNDS,
    )
