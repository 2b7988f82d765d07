"""The blueprint, and what its pages share."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from marketplace.tenancy import current_actor
from marketplace.web.charts import line, svg_response
from marketplace.web.error_pages import form_expired
from marketplace.web.guards import CODE_AGAIN_SV
from placements.checkpoints.queries import Line
from placements.checkpoints.rules import (
    CHECKPOINT_STATE_SV,
    CHECKPOINT_TONE,
    LANGUAGES,
    answer_sv,
    occasion_sv,
    shown_in,
)

bp = Blueprint("checkpoints", __name__)

OWN = "/min-sida/avstamningar"
ANSWER = "svar"
"""The box of an answer, in a page with one question."""
LABELS = {
    "CHECKPOINT_STATE_SV": CHECKPOINT_STATE_SV,
    "CHECKPOINT_TONE": CHECKPOINT_TONE,
    "LANGUAGES": LANGUAGES,
    "answer_sv": answer_sv,
    "occasion_sv": occasion_sv,
    "shown_in": shown_in,
}


def line_image(drawn: Line) -> Response:
    days = [point.day.isoformat() for point in drawn.answers]
    return svg_response(
        line(days, drawn.wording.text, [point.number for point in drawn.answers], 1, drawn.points or 1)
    )


def _ended_session() -> ResponseReturnValue:
    """A code that has been taken back, or has expired, while she wrote: her words are on the page that says so."""
    typed = request.form.get(ANSWER, "").strip()
    if not typed or typed.isdecimal():
        flash(CODE_AGAIN_SV, "warning")
        return redirect(url_for("access.enter"))
    return render_template("placements/checkpoints/session_over.html", typed=typed), 403


@bp.before_request
def keep_what_was_typed() -> ResponseReturnValue | None:
    """Before the guard, which would send her to the code and her words to nowhere."""
    if request.method != "POST" or current_actor().role is not None or not request.path.startswith(OWN):
        return None
    return _ended_session()


@bp.errorhandler(CSRFError)
def session_over(error: CSRFError) -> ResponseReturnValue:
    """A form from a session that has ended."""
    if request.path.startswith(OWN):
        return _ended_session()
    return form_expired(error)
