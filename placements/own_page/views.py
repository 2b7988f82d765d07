"""The participant's own page."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.web.guards import requires

bp = Blueprint("own_page", __name__, url_prefix="/min-sida")


@bp.get("/platser")
@requires(Role.PARTICIPANT)
def index() -> ResponseReturnValue:
    return render_template("placements/own_page/index.html")
