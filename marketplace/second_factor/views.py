"""The second step of signing in; one's own factors; what the authority asks; a reset."""

import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from pyotp import TOTP

from marketplace import audit
from marketplace.accounts.models import User
from marketplace.accounts.rules import Role
from marketplace.colleagues.queries import membership_of_ours
from marketplace.colleagues.rules import INVITERS
from marketplace.crypto import key_ring
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import Conflict
from marketplace.second_factor import passkey_services, services
from marketplace.second_factor.forms import AppForm, PasskeyForm, PolicyForm
from marketplace.second_factor.models import Passkey
from marketplace.second_factor.proof import (
    freshly_proved,
    half_signed_in,
    has_set_up,
    limit_of_proofs,
    must_set_up,
    new_challenge,
    passkey_options,
    proof_form,
    proved_by,
    taken_challenge,
)
from marketplace.second_factor.queries import factors_of, policies_over_actor, policy_of
from marketplace.second_factor.rules import is_required, written
from marketplace.tenancy import Actor, acting_as, current_actor, own_authority
from marketplace.web.addresses import safe_next
from marketplace.web.confirm import Question, ask_first
from marketplace.web.forms import acted
from marketplace.web.guards import public, requires, signed_in
from marketplace.web.sessions import begin_session

bp = Blueprint("second_factor", __name__)

_NEW_APP = "new_app"
"""In the cookie, encrypted: what the application is to share, until it has shown that it does."""


def _own_id() -> int:
    user_id = current_actor().user_id
    assert user_id is not None, "the guard lets in only those who have signed in"
    return user_id


@bp.route("/logga-in/andra-steget", methods=["GET", "POST"])
@public("whoever has shown her password has to be able to show the second thing")
@limit_of_proofs
def second_step() -> ResponseReturnValue:
    user_id, to = half_signed_in(), request.args.get("next")
    if user_id is None:
        flash("Skriv e-postadress och lösenord först.", "warning")
        return redirect(url_for("accounts.sign_in", next=to))
    with acting_as(Actor(user_id=user_id)):
        form = proof_form(user_id, has_password=False)
        means = proved_by(form, user_id) if form.is_submitted() else None
        options = "" if means else passkey_options(form, user_id)
    if means is None:
        page = render_template(
            "marketplace/second_factor/second_step.html", form=form, passkey_options=options
        )
        return page, form.status()
    begin_session(user_id, by=means)
    return redirect(safe_next(to) or url_for("start.show"))


@bp.get("/installningar/tvasteg")
@signed_in
def show() -> ResponseReturnValue:
    return render_template(
        "marketplace/second_factor/show.html",
        factors=factors_of(_own_id()),
        is_required=is_required(policies_over_actor()),
        is_led_here=must_set_up(),
        has_passkeys=passkey_services.site() is not None,
    )


@bp.route("/installningar/tvasteg/app", methods=["GET", "POST"])
@signed_in
@freshly_proved
def add_app() -> ResponseReturnValue:
    if _NEW_APP not in session:
        session[_NEW_APP] = services.new_secret().decode()
    secret = session[_NEW_APP].encode()
    form = AppForm()
    if acted(
        form,
        lambda: services.add_app(_own_id(), secret, form.code.data or ""),
        "Appen är tillagd. Från nästa gång frågar vi efter en kod när du loggar in.",
    ):
        del session[_NEW_APP]
        return _added()
    plain = key_ring().decrypt(secret)
    address = TOTP(plain).provisioning_uri(
        name=db.session.get_one(User, _own_id()).email, issuer_name="Platstorget"
    )
    page = render_template(
        "marketplace/second_factor/app.html",
        form=form,
        secret=" ".join(plain[at : at + 4] for at in range(0, len(plain), 4)),
        picture=segno.make(address, error="m").svg_data_uri(scale=5, light="white"),
    )
    return page, form.status()


@bp.route("/installningar/tvasteg/app/ta-bort", methods=["GET", "POST"])
@signed_in
@freshly_proved
def remove_app() -> ResponseReturnValue:
    question = Question(
        title="Ta bort appen",
        breadcrumb=_crumbs(),
        causes=["Koder från appen gäller inte längre."],
        done="Appen är borttagen.",
        back=url_for("second_factor.show"),
        is_ending=True,
    )
    return ask_first(question, lambda: services.remove_app(_own_id()))


@bp.route("/installningar/tvasteg/passnyckel", methods=["GET", "POST"])
@signed_in
@freshly_proved
def add_passkey() -> ResponseReturnValue:
    site = passkey_services.site()
    if site is None:
        raise Conflict("Passnycklar går inte att använda på den här adressen. Lägg till en app i stället.")
    form = PasskeyForm()
    if acted(
        form,
        lambda: passkey_services.add_passkey(
            _own_id(), form.name.data or "", form.passkey.data or "", taken_challenge()
        ),
        "Passnyckeln är tillagd. Från nästa gång frågar vi efter den när du loggar in.",
    ):
        return _added()
    options = passkey_services.options_to_add(_own_id(), site, new_challenge())
    page = render_template("marketplace/second_factor/passkey.html", form=form, passkey_options=options)
    return page, form.status()


@bp.route("/installningar/tvasteg/passnyckel/<int:passkey_id>/ta-bort", methods=["GET", "POST"])
@signed_in
@freshly_proved
def remove_passkey(passkey_id: int) -> ResponseReturnValue:
    passkey = get_or_404(Passkey, passkey_id)
    question = Question(
        title=f"Ta bort {passkey.name}",
        breadcrumb=_crumbs(),
        causes=["Passnyckeln går inte att logga in med längre."],
        done="Passnyckeln är borttagen.",
        back=url_for("second_factor.show"),
        is_ending=True,
    )
    return ask_first(question, lambda: services.remove_passkey(passkey))


@bp.post("/installningar/tvasteg/reservkoder")
@signed_in
@freshly_proved
def make_codes() -> ResponseReturnValue:
    """Shows them in the answer itself: they are kept nowhere that a second page could read them from."""
    with transaction():
        codes = services.make_recovery_codes(_own_id())
    return render_template(
        "marketplace/second_factor/codes.html", codes=[written(code) for code in codes], crumbs=_crumbs()
    )


def _added() -> ResponseReturnValue:
    has_set_up()
    return redirect(url_for("second_factor.show"))


def _crumbs() -> list[tuple[str, str]]:
    return [("Tvåstegsinloggning", url_for("second_factor.show"))]


@bp.route("/installningar/inloggningskrav", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
@freshly_proved
def policy() -> ResponseReturnValue:
    authority_id = own_authority()
    form = PolicyForm(obj=policy_of(authority_id))
    if acted(
        form,
        lambda: services.decide_policy(form.policy()),
        "Det gäller nu. De som saknar ett andra steg är utloggade och får lägga till ett när de loggar in.",
    ):
        return redirect(url_for("second_factor.policy"))
    page = render_template(
        "marketplace/second_factor/policy.html",
        form=form,
        events=audit.timeline("sign_in_policy", authority_id),
    )
    return page, form.status()


@bp.route("/medarbetare/<int:membership_id>/nollstall-andra-steget", methods=["GET", "POST"])
@requires(*sorted(INVITERS))
@freshly_proved
def reset(membership_id: int) -> ResponseReturnValue:
    membership = membership_of_ours(membership_id)
    name = membership.user.name
    question = Question(
        title=f"Nollställ andra steget för {name}",
        breadcrumb=[("Medarbetare", url_for("colleagues.index"))],
        causes=[
            f"Appen, passnycklarna och reservkoderna som {name} har slutar gälla.",
            f"{name} loggas ut överallt, loggar in med lösenordet och lägger till ett nytt andra steg.",
            f"{name} får ett brev om det.",
        ],
        done=f"Andra steget är nollställt för {name}.",
        back=url_for("colleagues.index"),
        is_ending=True,
        obstacles=services.obstacles_to_reset(membership),
    )
    return ask_first(question, lambda: services.reset_factors(membership))
