"""Sign in, choose which organisation to act for, sign out."""

from itertools import groupby

import structlog
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from marketplace.accounts import queries
from marketplace.accounts.forms import SignInForm
from marketplace.accounts.models import Membership
from marketplace.accounts.rules import ROLE_SV, Role, SignInMeans
from marketplace.accounts.services import user_with_password
from marketplace.db import get_or_404, transaction
from marketplace.errors import Invalid, NotFound
from marketplace.identity_provider.queries import authority_to_sign_in_at, providers_in_use
from marketplace.second_factor.proof import go_on
from marketplace.tenancy import acting_as, current_actor, system_actor
from marketplace.web.addresses import safe_next
from marketplace.web.guards import public, signed_in
from marketplace.web.known_browsers import guesser_at, remember_browser
from marketplace.web.limiter import fingerprint, is_refused, limiter
from marketplace.web.sessions import act_in, begin_session, end_session

bp = Blueprint("accounts", __name__)
demo_bp = Blueprint("demo", __name__)
"""Signing in with one click. The wiring adds it in the demo only."""

_log = structlog.stdlib.get_logger(__name__)
_FAILURES = "10 per 15 minutes"
_FAILURES_OF_ADDRESS = "100 per 15 minutes"
_FAILURES_OF_ACCOUNT = "100 per day"
_GUESSED_AT_SV = (
    "Någon har skrivit fel lösenord till kontot många gånger i dag. Logga in på en dator eller telefon där du har "
    "loggat in förut, eller välj ett nytt lösenord."
)
_AT_ORGANISATION_SV = (
    "Din organisation har bestämt att ni loggar in hos den. Välj Organisationens inloggning nedan."
)
_REGISTER = "suppliers.register"
"""A page of another room, which the application may lack."""


def _typed_email() -> str:
    return request.form.get("email", "").strip().lower()


def _account_and_address() -> str:
    """Failures count per account *and* address: whoever guesses at an account locks out neither its owner, who
    sits elsewhere, nor colleagues behind the same address."""
    return guesser_at(_typed_email(), "account", _typed_email(), get_remote_address())


def _account() -> str:
    """And per account from everywhere, against whoever guesses from many addresses."""
    return guesser_at(_typed_email(), "account", _typed_email())


def _address() -> str:
    """A much higher number counts per address, against whoever tries one password on many accounts."""
    return guesser_at(_typed_email(), get_remote_address())


@bp.route("/logga-in", methods=["GET", "POST"])
@public("whoever is not signed in has to be able to sign in")
@limiter.limit(_FAILURES_OF_ADDRESS, key_func=_address, methods=["POST"], deduct_when=is_refused)
@limiter.limit(_FAILURES, key_func=_account_and_address, methods=["POST"], deduct_when=is_refused)
@limiter.limit(
    _FAILURES_OF_ACCOUNT,
    key_func=_account,
    methods=["POST"],
    deduct_when=is_refused,
    error_message=_GUESSED_AT_SV,
)
def sign_in() -> ResponseReturnValue:
    if current_actor().is_signed_in and request.method == "GET":
        return redirect(_after_sign_in())
    form = SignInForm()
    if form.validate_on_submit():
        with transaction():
            user = user_with_password(form.email.data or "", form.password.data or "")
            user_id = user.id if user else None
            instead = authority_to_sign_in_at(user) if user else None
        if instead is not None:
            form.add_error(Invalid(_AT_ORGANISATION_SV))
        elif user_id is not None:
            remember_browser(_typed_email())
            return redirect(go_on(user_id, by=SignInMeans.PASSWORD, to=_after_sign_in()))
        else:
            _log.warning("sign-in refused", account=fingerprint(_typed_email())[:16])
            form.add_error(
                Invalid("E-postadressen och lösenordet hör inte ihop. Kontrollera båda och försök igen.")
            )
    page = render_template(
        "accounts/sign_in.html",
        form=form,
        groups=_demo_groups(),
        may_register=_REGISTER in current_app.view_functions,
        has_organisations=_has_organisations(),
    )
    return page, form.status()


@bp.post("/logga-ut")
@signed_in
def sign_out() -> ResponseReturnValue:
    end_session()
    flash("Du är utloggad.", "success")
    return redirect(url_for("accounts.sign_in"))


@bp.get("/valj-roll")
@signed_in
def choose_membership() -> ResponseReturnValue:
    memberships = queries.memberships_of(current_actor().user_id or 0)
    return render_template("accounts/choose_membership.html", memberships=memberships, role_sv=ROLE_SV)


@bp.post("/valj-roll")
@signed_in
def act_for() -> ResponseReturnValue:
    asked = request.form.get("membership_id", type=int)
    own = {membership.id for membership in queries.memberships_of(current_actor().user_id or 0)}
    if asked is None or asked not in own:
        raise NotFound("Rollen finns inte, eller så har den upphört. Välj en av rollerna i listan.")
    act_in(asked)
    return redirect(safe_next(request.args.get("next")) or url_for("start.show"))


@demo_bp.post("/demo/logga-in")
@public("the demo has invented people only, and exists on loopback only")
def sign_in_as() -> ResponseReturnValue:
    with acting_as(system_actor()):
        membership = get_or_404(Membership, request.form.get("membership_id", 0, type=int))
        user_id, membership_id = membership.user_id, membership.id
    begin_session(user_id, by=SignInMeans.DEMO)
    act_in(membership_id)
    return redirect(_after_sign_in())


def _after_sign_in() -> str:
    return safe_next(request.args.get("next")) or url_for("start.show")


def _has_organisations() -> bool:
    with acting_as(system_actor()):
        return bool(providers_in_use())


def _demo_groups() -> list[tuple[Role, list[queries.DemoPerson]]]:
    if not current_app.config.get("DEMO"):
        return []
    with acting_as(system_actor()):
        people = queries.demo_people()
    return [(role, list(group)) for role, group in groupby(people, key=lambda person: person.role)]
