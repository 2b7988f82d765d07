"""Medarbetare: who works here, inviting them, and their leaving. And the page that an invitation leads to."""

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address

from marketplace import audit
from marketplace.accounts.rules import ROLE_SV, Role, SignInMeans
from marketplace.colleagues import queries, services
from marketplace.colleagues.duties import duty_of, held_by
from marketplace.colleagues.forms import AcceptForm, ColleaguesFilter, EndForm, InviteForm
from marketplace.colleagues.rules import INVITERS, STATE_SV, STATE_TONE
from marketplace.db import transaction
from marketplace.errors import DomainError
from marketplace.reference.queries import kommun_labels
from marketplace.second_factor.proof import go_on
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number
from marketplace.web.confirm import Question, ask_first
from marketplace.web.forms import ConfirmForm, acted, one_of
from marketplace.web.guards import public, requires
from marketplace.web.known_browsers import remember_browser
from marketplace.web.limiter import fingerprint, limiter
from marketplace.web.sessions import act_in

bp = Blueprint("colleagues", __name__)

_INVITERS = tuple(sorted(INVITERS))
_LETTERS = "100 per day"
_TRIES = "60 per 15 minutes"
EVENT_SV = {
    "invite": "En medarbetare bjöds in",
    "withdraw_invitation": "En inbjudan återkallades",
    "accept_invitation": "En medarbetare tackade ja",
    "end_membership": "En medarbetare slutade",
    "reset_factors": "Andra steget nollställdes",
}


def _organisation() -> str:
    return fingerprint("invitations", str(current_actor().organisation_id))


def _address() -> str:
    return fingerprint("links", get_remote_address())


@bp.get("/medarbetare/")
@requires(*_INVITERS)
def index() -> ResponseReturnValue:
    actor, form = current_actor(), ColleaguesFilter()
    organisations = queries.own_organisations(actor)
    ids = [one.id for one in organisations]
    page = queries.colleagues(ids, form.namn.data or "", page_number())
    gone = queries.left(ids)
    left_behind = held_by([one for one in gone if (duty := duty_of(one.role)) and duty.hand_over])
    return render_template(
        "marketplace/colleagues/index.html",
        form=form,
        page=page,
        held=held_by(page.items),
        gone=[one for one in gone if one.id in left_behind],
        left_behind=left_behind,
        invitations=queries.invitations(),
        role_sv=ROLE_SV,
        state_sv=STATE_SV,
        state_tone=STATE_TONE,
        has_members=len(organisations) > 1,
        events=audit.timeline("organisation", actor.authority_id or actor.organisation_id or 0),
        event_sv=EVENT_SV,
    )


@bp.route("/medarbetare/bjud-in", methods=["GET", "POST"])
@requires(*_INVITERS)
@limiter.limit(_LETTERS, key_func=_organisation, methods=["POST"])
def invite() -> ResponseReturnValue:
    form, actor = InviteForm(), current_actor()
    posts = queries.posts(actor)
    form.post.choices = one_of({key: post.label_sv for key, post in posts.items()}, blank="Välj roll")
    own = [
        code
        for one in posts.values()
        if one.role is Role.COORDINATOR
        for code in one.organisation.kommun_codes
    ]
    form.kommuner.choices = one_of(kommun_labels(own))
    if not own:
        del form.kommuner

    def act() -> None:
        services.invite(form.email.data or "", form.post.data, form.kommuner.data or [] if own else [])

    if acted(form, act, "Inbjudan skickas strax."):
        return redirect(url_for("colleagues.index"))
    return render_template("marketplace/colleagues/invite.html", form=form), form.status()


@bp.post("/medarbetare/inbjudningar/<int:invitation_id>/skicka")
@requires(*_INVITERS)
@limiter.limit(_LETTERS, key_func=_organisation)
def resend(invitation_id: int) -> ResponseReturnValue:
    with transaction():
        services.resend(invitation_id)
    flash("Inbjudan skickas igen strax. Den förra länken slutar då gälla.", "success")
    return redirect(url_for("colleagues.index"))


@bp.post("/medarbetare/inbjudningar/<int:invitation_id>/aterkalla")
@requires(*_INVITERS)
def withdraw(invitation_id: int) -> ResponseReturnValue:
    with transaction():
        services.withdraw(invitation_id)
    flash("Inbjudan är återkallad.", "success")
    return redirect(url_for("colleagues.index"))


@bp.route("/medarbetare/<int:membership_id>/avsluta", methods=["GET", "POST"])
@requires(*_INVITERS)
def end(membership_id: int) -> ResponseReturnValue:
    membership = queries.membership_of_ours(membership_id)
    name, role_sv = membership.user.name, ROLE_SV[membership.role]
    duty = duty_of(membership.role)
    duty_sv = held_by([membership]).get(membership.id, "")
    form = EndForm()
    successors = [one for one in queries.others_in(membership) if one.role is membership.role]
    form.successor.choices = one_of({one.user_id: one.user.name for one in successors}, blank="Välj")
    if not (duty_sv and duty and duty.hand_over and successors):
        del form.successor
    has_left = not membership.is_current
    causes = (
        [] if has_left else [f"{name} kommer inte längre in som {role_sv.lower()}. Det gäller på en gång."]
    )
    if duty_sv and duty:
        causes.append(
            f"Den du väljer blir ansvarig för {duty_sv} och allt som pågår för dem."
            if duty.hand_over
            else f"{duty_sv.capitalize()} finns kvar hos de andra i samma roll."
        )
    question = Question(
        title=f"Välj vem som tar över efter {name}" if has_left else f"Avsluta {name}",
        breadcrumb=[("Medarbetare", url_for("colleagues.index"))],
        causes=causes,
        done="Det är överlämnat." if has_left else f"{name} är inte längre {role_sv.lower()} hos er.",
        back=url_for("colleagues.index"),
        is_ending=True,
    )
    return ask_first(
        question,
        lambda: services.end_membership(membership_id, form.successor.data if "successor" in form else None),
        form=form,
    )


@bp.route("/inbjudan/<token>", methods=["GET", "POST"])
@public("whoever is invited may have no account yet; the link is secret, holds once and for seven days")
@limiter.limit(_TRIES, key_func=_address)
def accept(token: str) -> ResponseReturnValue:
    """Opening the page uses nothing up: mail programs look at links before their readers do."""
    invitation, user = services.invitation_for(token)
    role_sv, organisation, email = ROLE_SV[invitation.role], invitation.organisation.name, invitation.email
    is_own = user is not None and current_actor().user_id == user.id
    form = AcceptForm() if user is None else ConfirmForm()
    if (user is None or is_own) and form.validate_on_submit():
        try:
            with transaction():
                if is_own:
                    membership_id = services.accept_as_oneself(token)
                else:
                    user_id, membership_id = services.accept_with_new_account(
                        token, form.name.data or "", form.password.data or ""
                    )
        except DomainError as error:
            form.add_error(error)
        else:
            to = url_for("start.show")
            if not is_own:
                remember_browser(email)
                to = go_on(user_id, by=SignInMeans.PASSWORD, to=to)
            act_in(membership_id)
            flash(f"Välkommen! Du arbetar nu som {role_sv.lower()} för {organisation}.", "success")
            return redirect(to)
    page = render_template(
        "marketplace/colleagues/accept.html",
        form=form,
        email=email,
        role_sv=role_sv,
        organisation=organisation,
        has_account=user is not None,
        is_own=is_own,
    )
    answer = make_response(page, form.status())
    answer.headers["Cache-Control"] = "no-store"
    return answer
