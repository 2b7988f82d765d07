"""Setting up an authority's identity provider, and letting in those whom it speaks for.

Whom it speaks for is narrow on purpose: an e-mail address that it has verified, in a domain of the authority's, of
somebody who acts for the authority and its members and for nobody else. So an authority that names another's domain, or
whose provider says what is not true, lets nobody act for anybody but itself.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import delete

from marketplace import audit, clock
from marketplace.accounts.models import Membership, Organisation, User
from marketplace.accounts.queries import user_by_email
from marketplace.accounts.rules import ROLE_SV, ProvidedState, Role, SignInMeans
from marketplace.accounts.services import add_membership, create_account
from marketplace.accounts.session_services import end_sessions_of
from marketplace.colleagues.queries import posts
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid
from marketplace.identity_provider import queries
from marketplace.identity_provider.models import BoundIdentity, GroupRule, IdentityProvider
from marketplace.identity_provider.rules import (
    Held,
    Post,
    Problem,
    Said,
    changes,
    is_safe_address,
    posts_of,
    problems_of,
    proves_second_factor,
    wrong_domains,
)
from marketplace.key_rotation import secret
from marketplace.second_factor.services import tell
from marketplace.tenancy import acting_as, current_actor, own_authority, system_actor

SEALED_CLIENT_SECRETS = secret(IdentityProvider, "client_secret")

# Setting up, by the coordinator.


@dataclass(frozen=True)
class ProviderDraft:
    """What is typed; `client_secret_encrypted` None keeps the one that there is."""

    issuer: str
    client_id: str
    client_secret_encrypted: bytes | None
    domains: list[str]
    group_claim: str
    second_factor_values: list[str]
    allows_password: bool


def save_provider(draft: ProviderDraft, *, is_demo: bool) -> IdentityProvider:
    """What decides whom it answers as has to be tried anew before it is used; accounts that another issuer knew are
    unbound. Raises Invalid."""
    authority_id = own_authority()
    _check(draft, is_demo=is_demo)
    provider = db.session.get(IdentityProvider, authority_id, with_for_update=True)
    if provider is None:
        if draft.client_secret_encrypted is None:
            raise Invalid("Skriv klienthemligheten.", field="client_password")
        provider = IdentityProvider(authority_id=authority_id, is_on=False)
        db.session.add(provider)
    is_other_issuer = provider.issuer not in (None, draft.issuer)
    if is_other_issuer or provider.client_id != draft.client_id or draft.client_secret_encrypted is not None:
        provider.tried_at, provider.is_on = None, False
    if is_other_issuer:
        db.session.execute(delete(BoundIdentity).where(BoundIdentity.authority_id == authority_id))
    provider.issuer, provider.client_id = draft.issuer, draft.client_id
    provider.client_secret = draft.client_secret_encrypted or provider.client_secret
    provider.domains, provider.group_claim = draft.domains, draft.group_claim
    provider.second_factor_values = draft.second_factor_values
    provider.allows_password = draft.allows_password
    db.session.flush()
    _record("changed")
    return provider


def _check(draft: ProviderDraft, *, is_demo: bool) -> None:
    if not is_safe_address(draft.issuer, is_demo=is_demo) or "?" in draft.issuer:
        raise Invalid(
            "Skriv utfärdarens adress som den står hos leverantören, till exempel https://inloggning.kommun.se.",
            field="issuer",
        )
    if not draft.domains:
        raise Invalid("Skriv minst en domän, till exempel kommun.se.", field="domains")
    if wrong := wrong_domains(draft.domains):
        raise Invalid(f"Det här är ingen domän: {wrong[0]}. Skriv som kommun.se, utan @.", field="domains")


def note_try(said: Said) -> list[Problem]:
    """What keeps the coordinator's own try from having gone well; if nothing does, the provider may be used."""
    provider = _own_provider()
    problems = problems_of(said, provider.domains)
    if not problems:
        provider.tried_at = clock.now()
        _record("tried")
    return problems


def turn_on() -> None:
    """Raises Conflict before it has been tried as it is now."""
    provider = _own_provider()
    if provider.tried_at is None:
        raise Conflict("Prova inloggningen först: den har inte provats sedan uppgifterna ändrades.")
    provider.is_on = True
    _record("turned_on")


def turn_off() -> None:
    _own_provider().is_on = False
    _record("turned_off")


def add_group_rule(group_name: str, post_key: str, kommun_codes: Collection[str] = ()) -> GroupRule:
    """Only a coordinator's post has kommuner. Raises Invalid for a post that is not the authority's to give, Conflict
    for a rule that there is."""
    post = posts(current_actor()).get(post_key)
    if post is None:
        raise Invalid("Välj en av rollerna i listan.", field="post")
    rule = GroupRule(
        authority_id=_own_provider().authority_id,
        group_name=group_name,
        organisation_id=post.organisation.id,
        role=post.role,
        kommun_codes=sorted(kommun_codes) if post.role is Role.COORDINATOR else [],
    )
    db.session.add(rule)
    db.session.flush()
    _record("rule_added", note_sv=f"{group_name}: {post.label_sv}")
    return rule


def remove_group_rule(group_rule_id: int) -> None:
    """Memberships that it gave end when their owners next sign in."""
    rule = get_or_404(GroupRule, group_rule_id, lock=True)
    _record("rule_removed", note_sv=f"{rule.group_name}: {ROLE_SV[rule.role]}, {rule.organisation.name}")
    db.session.delete(rule)


def unbind(bound_identity_id: int) -> None:
    """The account is bound anew the next time that its owner signs in there."""
    db.session.delete(get_or_404(BoundIdentity, bound_identity_id))
    _record("unbound")


def allow_passwords(orgnr: str) -> None:
    """For the operator, when a provider that is the only way in has gone away. For the system. Raises NotFound."""
    provider = queries.provider_with(orgnr)
    provider.allows_password = True
    with acting_as(system_actor(provider.authority_id)):
        _record_of(provider.authority_id, "passwords_allowed")


def _own_provider() -> IdentityProvider:
    return get_or_404(IdentityProvider, own_authority(), lock=True)


def _record(action: str, *, note_sv: str = "") -> None:
    _record_of(own_authority(), action, note_sv=note_sv)


def _record_of(authority_id: int, action: str, *, note_sv: str = "") -> None:
    audit.record("identity_provider", authority_id, action, authority_id=authority_id, note_sv=note_sv)


# Letting in, as the system.


@dataclass(frozen=True)
class LetIn:
    user_id: int
    means: SignInMeans


def let_in(provider: IdentityProvider, said: Said) -> LetIn | Problem:
    """The user whom the provider speaks for, or why she is not let in. Her memberships are made those that her groups
    give, which may leave her none: commit in either case.

    The account is the one bound to the subject; the first time, the one with the verified address, or a new one.
    """
    bound = queries.identity_of(provider.authority_id, said.subject)
    if bound is None and (problems := problems_of(said, provider.domains)):
        return problems[0]
    known = bound.user if bound else user_by_email(said.email)
    if known is not None and (problem := _standing(provider, known, is_bound=bound is not None)):
        return problem
    given = posts_of(said.groups, (one.rule for one in queries.group_rules(provider.authority_id)))
    if known is None and not given:
        return Problem.NO_ROLE
    user = known or create_account(said.email, said.name, secrets.token_urlsafe(48))
    with acting_as(replace(system_actor(provider.authority_id), user_id=user.id, user_name=user.name)):
        if not _hold(user, provider.authority_id, given):
            end_sessions_of(user.id)
            return Problem.NO_ROLE
        if bound is None:
            _bind(provider.authority_id, said.subject, user.id)
    if known is not None and bound is None:
        tell(
            known.id,
            "Ditt konto är knutet till organisationens inloggning",
            f"Någon har loggat in på ditt konto hos {provider.authority.name}, och kan göra det igen.",
        )
    counts = proves_second_factor(said, provider.second_factor_values)
    return LetIn(user.id, SignInMeans.IDENTITY_PROVIDER_FACTOR if counts else SignInMeans.IDENTITY_PROVIDER)


def _standing(provider: IdentityProvider, user: User, *, is_bound: bool) -> Problem | None:
    """What keeps the provider from speaking for somebody who has an account."""
    if not user.is_active:
        return Problem.CLOSED
    if queries.acts_elsewhere(user.id, provider.authority_id):
        return Problem.ACTS_ELSEWHERE
    if not is_bound and queries.is_bound(provider.authority_id, user.id):
        return Problem.OTHER_IDENTITY
    return None


def _hold(user: User, authority_id: int, given: dict[Post, frozenset[str]]) -> bool:
    """Makes her memberships those of the groups. Whether she has any."""
    found = {one.id: one for one in queries.memberships_under(user.id, authority_id)}
    what = changes(given, [_held(one) for one in found.values()])
    for membership_id, kommun_codes in what.restate.items():
        found[membership_id].kommun_codes = sorted(kommun_codes)
        _record_membership(authority_id, found[membership_id], "membership_changed")
    for membership_id in what.end:
        one = found[membership_id]
        one.ended_on, one.provided = clock.today(), ProvidedState.TAKEN
        _record_membership(authority_id, one, "membership_taken")
    for post, kommun_codes in what.give.items():
        one = add_membership(user.id, post.organisation_id, post.role, sorted(kommun_codes))
        one.provided = ProvidedState.GIVEN
        _record_membership(authority_id, one, "membership_given")
    db.session.flush()
    return bool(what.give) or any(one.is_current for one in found.values())


def _held(membership: Membership) -> Held:
    return Held(
        membership.id,
        Post(membership.organisation_id, membership.role),
        frozenset(membership.kommun_codes),
        membership.is_current,
        membership.provided,
    )


def _record_membership(authority_id: int, membership: Membership, action: str) -> None:
    organisation = get_or_404(Organisation, membership.organisation_id)
    _record_of(authority_id, action, note_sv=f"{ROLE_SV[membership.role]}, {organisation.name}")


def _bind(authority_id: int, subject: str, user_id: int) -> None:
    db.session.add(
        BoundIdentity(authority_id=authority_id, subject=subject, user_id=user_id, bound_at=clock.now())
    )
    _record_of(authority_id, "bound")
