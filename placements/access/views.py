"""Where a participant opens her page with a code, and where an officer gives her one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.tenancy import current_actor
from marketplace.web.addresses import public_address
from marketplace.web.forms import result_of
from marketplace.web.guards import public, requires
from marketplace.web.limiter import fingerprint, is_refused, limiter
from marketplace.web.sessions import begin_guest_session, end_session
from placements.access import services
from placements.access.forms import CodeForm
from placements.access.rules import OPENINGS_A_DAY, TOO_OFTEN_SV, bare, written
from placements.participants.queries import participant

bp = Blueprint("access", __name__)

_WRONG_CODES = "60 per 15 minutes"
"""From one address, which may be a whole office's: many times that in a year would find nothing among 30¹⁰ codes."""


def _address() -> str:
    return fingerprint("code", get_remote_address())


def _typed_code() -> str:
    return fingerprint("code", bare(request.form.get("code", "")))


@bp.route("/min-sida", methods=["GET", "POST"])
@public("a participant has no account; the code that she types is checked")
@limiter.limit(_WRONG_CODES, key_func=_address, methods=["POST"], deduct_when=is_refused)
@limiter.limit(
    f"{OPENINGS_A_DAY} per day", key_func=_typed_code, methods=["POST"], error_message=TOO_OFTEN_SV
)
def enter() -> ResponseReturnValue:
    if current_actor().role is Role.PARTICIPANT and request.method == "GET":
        return redirect(url_for("own_page.index"))
    form = CodeForm()
    key = result_of(form, lambda: services.open_with_code(form.code.data or ""))
    if key is not None:
        begin_guest_session(*key)
        return redirect(url_for("own_page.index"))
    return render_template("placements/access/enter.html", form=form), form.status()


@bp.post("/min-sida/stang")
@requires(Role.PARTICIPANT)
def leave() -> ResponseReturnValue:
    with transaction():
        services.close_page()
    end_session()
    flash("Du har stängt din sida. Skriv koden när du vill öppna den igen.", "success")
    return redirect(url_for("access.enter"))


@bp.post("/deltagare/<int:participant_id>/kod")
@requires(Role.CASE_OFFICER, Role.COORDINATOR)
def give(participant_id: int) -> ResponseReturnValue:
    """Shows the code in the answer itself: it is kept nowhere that a second page could read it from."""
    with transaction():
        code = services.give_code(participant_id)
    found = participant(participant_id)
    address = public_address("access.enter")
    return render_template(
        "placements/access/given.html", participant=found, code=written(code), address=address
    )


@bp.post("/deltagare/<int:participant_id>/kod/aterkalla")
@requires(Role.CASE_OFFICER, Role.COORDINATOR)
def revoke(participant_id: int) -> ResponseReturnValue:
    with transaction():
        had_one = services.revoke_codes_of(participant(participant_id).id)
    if had_one:
        flash("Koden gäller inte längre. Deltagarens sida är stängd.", "success")
    else:
        flash("Deltagaren har ingen kod.", "warning")
    return redirect(url_for("participants.show", participant_id=participant_id))
