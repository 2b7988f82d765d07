"""What belongs to one's own account: where one is signed in."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts import queries, session_services
from marketplace.accounts.rules import MEANS_SV, SESSIONS_KEPT
from marketplace.clock import now
from marketplace.db import transaction
from marketplace.errors import NotFound
from marketplace.tenancy import current_actor
from marketplace.web.guards import signed_in
from marketplace.web.sessions import current_session_id, session_limits

bp = Blueprint("account", __name__, url_prefix="/installningar")


@bp.get("/inloggningar")
@signed_in
def sessions() -> ResponseReturnValue:
    idle, absolute = session_limits()
    own = queries.sessions_of(current_actor().user_id or 0)
    live = {
        one.id
        for one in own
        if one.ended_at is None and now() - one.seen_at <= idle and now() - one.begun_at <= absolute
    }
    return render_template(
        "accounts/sessions.html",
        sessions=own,
        live_ids=live,
        current_id=current_session_id(),
        means_sv=MEANS_SV,
        kept_days=SESSIONS_KEPT.days,
    )


@bp.post("/inloggningar/avsluta")
@signed_in
def end_sessions() -> ResponseReturnValue:
    """The one that is named, or all but this one."""
    user_id, asked = current_actor().user_id or 0, request.form.get("session_id", type=int)
    with transaction():
        if asked is None:
            session_services.end_sessions_of(user_id, but=current_session_id())
            done_sv = "Du är utloggad överallt utom här."
        elif session_services.end_session(user_id, asked):
            done_sv = "Inloggningen är avslutad."
        else:
            raise NotFound("Inloggningen är redan avslutad.")
    flash(done_sv, "success")
    return redirect(url_for("account.sessions"))
