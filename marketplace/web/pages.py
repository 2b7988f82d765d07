"""Pages about the service itself."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from marketplace.web.guards import public

bp = Blueprint("pages", __name__)


@bp.get("/tillganglighet")
@public("the law asks for an accessibility statement that everyone can read")
def accessibility() -> ResponseReturnValue:
    return render_template("work/accessibility.html")
