"""Signing in at one's organisation's identity provider: there, and back again."""

from typing import Any

import structlog
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response

from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.colleagues.queries import posts
from marketplace.db import db, transaction
from marketplace.errors import DomainError, Invalid, NotAllowed, NotFound
from marketplace.identity_provider import client, queries, services
from marketplace.identity_provider.models import IdentityProvider
from marketplace.identity_provider.rules import (
    PROBLEM_SV,
    Post,
    Problem,
    Said,
    posts_of,
    proves_second_factor,
)
from marketplace.second_factor.proof import go_on
from marketplace.tenancy import acting_as, current_actor, system_actor
from marketplace.web.addresses import safe_next
from marketplace.web.guards import public, signed_in
from marketplace.web.limiter import fingerprint, limiter
from marketplace.web.sessions import note_proof

bp = Blueprint("identity", __name__, url_prefix="/logga-in/organisation")

_log = structlog.stdlib.get_logger(__name__)
_NOT_BEGUN_HERE_SV = "Inloggningen är inte påbörjad i den här webbläsaren, eller redan avslutad. Börja om."
_OTHER_PERSON_SV = "Det var inte du som loggade in hos organisationen. Försök igen med ditt eget konto."
_SKEW = 60  # seconds that clocks may differ


@bp.get("")
@public("names of authorities are public, and whoever is not signed in has to be able to sign in")
def index() -> ResponseReturnValue:
    with acting_as(system_actor()):
        providers = queries.providers_in_use()
    return render_template("marketplace/identity_provider/choose.html", providers=providers)


@bp.get("/<int:authority_id>")
@public("leads to the organisation's own sign-in")
def leave(authority_id: int) -> ResponseReturnValue:
    provider = _detached(authority_id)
    return _sent_to(provider, client.SIGN_IN, next=safe_next(request.args.get("next")))


@bp.get("/bekrafta")
@signed_in
def confirm() -> ResponseReturnValue:
    """To show anew who one is, there."""
    authority_id = queries.authority_that_knows(current_actor().user_id or 0)
    if authority_id is None:
        flash("Kontot är inte knutet till någon organisations inloggning. Använd lösenordet.", "error")
        return redirect(safe_next(request.args.get("next")) or url_for("start.show"))
    return _sent_to(
        _detached(authority_id),
        client.CONFIRM,
        next=safe_next(request.args.get("next")),
        asked_at=int(now().timestamp()),
    )


def _address() -> str:
    return fingerprint("identity", get_remote_address())


def _is_failure(response: Response) -> bool:
    return response.status_code in {Invalid.status, NotAllowed.status}


@bp.get("/<int:authority_id>/svar")
@public("what the organisation's sign-in answers is checked before anybody is let in")
@limiter.limit("100 per 15 minutes", key_func=_address, deduct_when=_is_failure)
def answer(authority_id: int) -> ResponseReturnValue:
    about = client.kept_about(authority_id)
    if not about:
        return _failed(None, Invalid(_NOT_BEGUN_HERE_SV))
    is_tried = about["purpose"] == client.TRY
    if is_tried and not _may_try(authority_id):
        raise NotAllowed("Bara myndighetens samordnare provar dess inloggning.")
    provider = _detached(authority_id, is_tried=is_tried)
    try:
        said = client.read_answer(provider)
    except DomainError as error:
        return _failed(provider, error, is_tried=is_tried)
    match about["purpose"]:
        case client.TRY:
            return _tried(provider, said)
        case client.CONFIRM:
            return _confirmed(provider, said, about)
    return _let_in(provider, said, about)


def _may_try(authority_id: int) -> bool:
    actor = current_actor()
    return actor.role is Role.COORDINATOR and actor.authority_id == authority_id


def _detached(authority_id: int, *, is_tried: bool = False) -> IdentityProvider:
    """The provider, without a transaction that would wait with us for its answer. Raises NotFound."""
    with acting_as(system_actor(authority_id)), transaction():
        found = queries.provider_of(authority_id)
        if found is None or not (found.is_on or is_tried):
            raise NotFound
        db.session.refresh(found, ["authority"])
        db.session.expunge(found)
    return found


def _sent_to(provider: IdentityProvider, purpose: str, **about: Any) -> ResponseReturnValue:
    try:
        return redirect(client.sign_in_address(provider, purpose=purpose, **about))
    except DomainError as error:
        return _failed(provider, error)


def _let_in(provider: IdentityProvider, said: Said, about: dict[str, Any]) -> ResponseReturnValue:
    with acting_as(system_actor(provider.authority_id)), transaction():
        outcome = services.let_in(provider, said)
    if isinstance(outcome, Problem):
        _log.warning("sign-in refused", problem=outcome.value, authority_id=provider.authority_id)
        return _failed(provider, NotAllowed(PROBLEM_SV[outcome]))
    to = about["next"] or url_for("start.show")
    # Whoever has a session there may have been let through without a question.
    return redirect(go_on(outcome.user_id, by=outcome.means, to=to, proved_at=said.proved_at or 0))


def _confirmed(provider: IdentityProvider, said: Said, about: dict[str, Any]) -> ResponseReturnValue:
    """She whose session it is, who has signed in there since she was asked to."""
    with acting_as(system_actor(provider.authority_id)):
        bound = queries.identity_of(provider.authority_id, said.subject)
    is_hers = bound is not None and bound.user_id == current_actor().user_id
    if not is_hers or (said.proved_at or 0) < about["asked_at"] - _SKEW:
        return _failed(provider, NotAllowed(_OTHER_PERSON_SV))
    note_proof()
    flash("Tack, du har bekräftat att det är du. Gör nu det som du var på väg att göra.", "success")
    return redirect(about["next"] or url_for("start.show"))


def _tried(provider: IdentityProvider, said: Said) -> ResponseReturnValue:
    with transaction():
        problems = services.note_try(said)
        rules = [one.rule for one in queries.group_rules(provider.authority_id)]
        labels = {
            Post(one.organisation.id, one.role): one.label_sv for one in posts(current_actor()).values()
        }
    return render_template(
        "marketplace/identity_provider/tried.html",
        said=said,
        problems=[PROBLEM_SV[one] for one in problems],
        posts_sv=[labels[post] for post in posts_of(said.groups, rules)],
        counts=proves_second_factor(said, provider.second_factor_values),
    )


def _failed(
    provider: IdentityProvider | None, error: DomainError, *, is_tried: bool = False
) -> ResponseReturnValue:
    page = render_template(
        "marketplace/identity_provider/failed.html",
        provider=provider,
        message_sv=error.message_sv,
        reason=getattr(error, "reason", "") if is_tried else "",
    )
    return page, error.status
