"""What belongs to one's own account: where one is signed in, and the password."""

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from marketplace.accounts import password_services, queries, session_services
from marketplace.accounts.forms import ChangePasswordForm, ForgottenForm, NewPasswordForm
from marketplace.accounts.rules import MEANS_SV, SESSIONS_KEPT
from marketplace.accounts.session_services import session_limits
from marketplace.clock import now
from marketplace.db import transaction
from marketplace.errors import DomainError, NotFound
from marketplace.second_factor.proof import freshly_proved
from marketplace.second_factor.services import tell
from marketplace.tenancy import current_actor
from marketplace.web.guards import public, signed_in
from marketplace.web.known_browsers import remember_browser
from marketplace.web.limiter import fingerprint, is_refused, limiter
from marketplace.web.sessions import current_session_id

bp = Blueprint("account", __name__)

_WRONG_PASSWORDS = "10 per 15 minutes"
_LINKS = "60 per 15 minutes"
"""Asked for and opened from one address, which may be a whole office's."""


def _user() -> str:
    return fingerprint("change password", str(current_actor().user_id))


def _address() -> str:
    return fingerprint("links", get_remote_address())


@bp.route("/installningar/losenord", methods=["GET", "POST"])
@signed_in
@limiter.limit(_WRONG_PASSWORDS, key_func=_user, methods=["POST"], deduct_when=is_refused)
def change_password() -> ResponseReturnValue:
    form, user_id = ChangePasswordForm(), current_actor().user_id or 0
    if form.validate_on_submit():
        try:
            with transaction():
                password_services.change_password(
                    user_id,
                    form.current_password.data or "",
                    form.password.data or "",
                    session_id=current_session_id(),
                )
                tell(user_id, "Ditt lösenord är bytt", "Någon har bytt lösenordet till ditt konto.")
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Lösenordet är bytt. Du är utloggad överallt utom här.", "success")
            return redirect(url_for("account.sessions"))
    return render_template("accounts/change_password.html", form=form), form.status()


@bp.route("/glomt-losenord", methods=["GET", "POST"])
@public("whoever has forgotten her password cannot sign in; the link goes to the account's own address")
@limiter.limit(_LINKS, key_func=_address, methods=["POST"])
def forgotten_password() -> ResponseReturnValue:
    """Says the same, and does as much, whether or not the address has an account."""
    form, is_asked = ForgottenForm(), False
    if form.validate_on_submit():
        with transaction():
            password_services.ask_for_link(form.email.data or "")
        is_asked = True
    return render_template("accounts/forgotten_password.html", form=form, is_asked=is_asked), form.status()


@bp.route("/nytt-losenord/<token>", methods=["GET", "POST"])
@public("the link is secret, goes to the account's own address, and holds once and for an hour")
@limiter.limit(_LINKS, key_func=_address)
def choose_password(token: str) -> ResponseReturnValue:
    """Opening the page uses nothing up: mail programs look at links before their readers do. She signs in afterwards,
    with her second factor if she has one."""
    try:
        form, email = NewPasswordForm(), password_services.user_of_link(token).email
    except NotFound as error:
        return _another_link(error), error.status
    if form.validate_on_submit():
        try:
            with transaction():
                user_id = password_services.choose_password(token, form.password.data or "")
                tell(user_id, "Ditt lösenord är bytt", "Någon har valt ett nytt lösenord till ditt konto.")
        except DomainError as error:
            form.add_error(error)
        else:
            remember_browser(email)
            flash("Lösenordet är sparat. Logga in med det.", "success")
            return redirect(url_for("accounts.sign_in"))
    answer = make_response(
        render_template("accounts/choose_password.html", form=form, email=email), form.status()
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _another_link(why: NotFound) -> str:
    return render_template(
        "accounts/forgotten_password.html", form=ForgottenForm(formdata=None), why_sv=why.message_sv
    )


@bp.get("/installningar/inloggningar")
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


@bp.post("/installningar/inloggningar/avsluta")
@signed_in
@freshly_proved
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
