"""The coordinator sets up the authority's identity provider, tries it, and says which groups give which roles."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import audit
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.colleagues.queries import posts
from marketplace.db import db, get_or_404, transaction
from marketplace.errors import DomainError
from marketplace.identity_provider import client, queries, services
from marketplace.identity_provider.forms import GroupRuleForm, NewProviderForm, ProviderForm
from marketplace.identity_provider.models import IdentityProvider
from marketplace.reference.queries import kommun_labels
from marketplace.second_factor.proof import freshly_proved
from marketplace.tenancy import current_actor, own_authority
from marketplace.web.forms import acted, one_of, result_of
from marketplace.web.guards import requires

bp = Blueprint("identity_provider", __name__, url_prefix="/installningar/organisationens-inloggning")


@bp.get("")
@requires(Role.COORDINATOR)
def show() -> ResponseReturnValue:
    authority_id = own_authority()
    rules = queries.group_rules(authority_id)
    return render_template(
        "marketplace/identity_provider/show.html",
        provider=queries.provider_of(authority_id),
        answer_address=client.answer_address(authority_id),
        rules=rules,
        kommuner=kommun_labels({code for rule in rules for code in rule.kommun_codes}),
        bound=queries.bound_identities(authority_id),
        events=audit.timeline("identity_provider", authority_id),
    )


@bp.route("/uppgifter", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
@freshly_proved
def edit() -> ResponseReturnValue:
    provider = queries.provider_of(own_authority())
    form = ProviderForm(data=_as_typed(provider)) if provider else NewProviderForm(data=_NEW)
    has_to_be_tried = result_of(
        form,
        lambda: services.save_provider(_draft(form), is_demo=current_app.config["DEMO"]).tried_at is None,
    )
    if has_to_be_tried is not None:
        flash(f"Uppgifterna är sparade.{' Prova inloggningen nu.' if has_to_be_tried else ''}", "success")
        return redirect(url_for("identity_provider.show"))
    return (
        render_template("marketplace/identity_provider/edit.html", form=form, provider=provider),
        form.status(),
    )


_NEW = {"group_claim": "groups", "second_factor_values": "mfa"}


def _as_typed(provider: IdentityProvider) -> dict[str, str]:
    return {
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "domains": "\n".join(provider.domains),
        "group_claim": provider.group_claim,
        "second_factor_values": "\n".join(provider.second_factor_values),
        "allows_password": "yes" if provider.allows_password else "no",
    }


def _draft(form: ProviderForm) -> services.ProviderDraft:
    secret = form.client_password.data
    return services.ProviderDraft(
        issuer=form.issuer.data or "",
        client_id=form.client_id.data or "",
        client_secret_encrypted=client.encrypted(secret) if secret else None,
        domains=form.domain_list(),
        group_claim=form.group_claim.data or "",
        second_factor_values=form.second_factor_list(),
        allows_password=form.allows_password.data == "yes",
    )


@bp.get("/prova")
@requires(Role.COORDINATOR)
def try_it() -> ResponseReturnValue:
    """A link and no form: our pages' forms lead nowhere else (CSP form-action)."""
    with transaction():
        provider = get_or_404(IdentityProvider, own_authority())
        db.session.expunge(provider)
    try:
        return redirect(client.sign_in_address(provider, purpose=client.TRY))
    except DomainError as error:
        flash(f"{error.message_sv} {getattr(error, 'reason', '')}".strip(), "error")
        return redirect(url_for("identity_provider.show"))


@bp.post("/anvand")
@requires(Role.COORDINATOR)
@freshly_proved
def turn_on() -> ResponseReturnValue:
    with transaction():
        services.turn_on()
    flash("Inloggningen används nu.", "success")
    return redirect(url_for("identity_provider.show"))


@bp.post("/stang-av")
@requires(Role.COORDINATOR)
@freshly_proved
def turn_off() -> ResponseReturnValue:
    with transaction():
        services.turn_off()
    flash("Inloggningen är avstängd. Alla kan logga in med lösenord.", "success")
    return redirect(url_for("identity_provider.show"))


@bp.route("/grupper/ny", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def add_group() -> ResponseReturnValue:
    form = GroupRuleForm()
    form.post.choices = one_of(
        {key: one.label_sv for key, one in posts(current_actor()).items()}, blank="Välj"
    )
    form.kommuner.choices = one_of(kommun_labels(get_or_404(Organisation, own_authority()).kommun_codes))
    if acted(
        form,
        lambda: services.add_group_rule(form.group_name.data or "", form.post.data, form.kommuner.data or []),
        "Gruppen är tillagd. Rollen ges när de i gruppen loggar in.",
    ):
        return redirect(url_for("identity_provider.show"))
    return render_template("marketplace/identity_provider/group.html", form=form), form.status()


@bp.post("/grupper/<int:group_rule_id>/ta-bort")
@requires(Role.COORDINATOR)
def remove_group(group_rule_id: int) -> ResponseReturnValue:
    with transaction():
        services.remove_group_rule(group_rule_id)
    flash("Gruppen är borttagen. Den som fick rollen av den mister den vid nästa inloggning.", "success")
    return redirect(url_for("identity_provider.show"))


@bp.post("/konton/<int:bound_identity_id>/los")
@requires(Role.COORDINATOR)
@freshly_proved
def unbind(bound_identity_id: int) -> ResponseReturnValue:
    with transaction():
        services.unbind(bound_identity_id)
    flash("Knytningen är löst. Kontot knyts på nytt nästa gång ägaren loggar in.", "success")
    return redirect(url_for("identity_provider.show"))
