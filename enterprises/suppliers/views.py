"""An enterprise registers, and keeps its own page."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from enterprises.applications.queries import ApplicationFilter, all_applications
from enterprises.applications.rules import APPLICATION_STATE_SV, APPLICATION_STATE_TONE
from enterprises.contracts.queries import ContractFilter, all_contracts
from enterprises.contracts.rules import CONTRACT_STATE_SV, CONTRACT_STATE_TONE
from enterprises.suppliers import queries, services
from enterprises.suppliers.forms import ProfileForm, RegisterForm
from enterprises.suppliers.rules import ENTERPRISE_EVENT_SV, bankgiro_text, profile_gaps
from marketplace import audit
from marketplace.accounts.rules import Role, SignInMeans
from marketplace.tenancy import current_actor
from marketplace.web.addresses import safe_next
from marketplace.web.forms import acted, result_of
from marketplace.web.guards import public, requires
from marketplace.web.limiter import limiter
from marketplace.web.sessions import act_in, begin_session

bp = Blueprint("suppliers", __name__)


@bp.route("/registrera", methods=["GET", "POST"])
@public("LOV 1:2: any enterprise may apply, so any enterprise may register")
@limiter.limit("20 per hour", methods=["POST"])
def register() -> ResponseReturnValue:
    form = RegisterForm()
    made = result_of(
        form,
        lambda: services.register_enterprise(
            orgnr=form.orgnr.data or "",
            name=form.name.data or "",
            contact_email=form.contact_email.data or "",
            manager_name=form.manager_name.data or "",
            manager_email=form.manager_email.data or "",
            password=form.password.data or "",
        ),
    )
    if made is not None:
        begin_session(made.user_id, by=SignInMeans.PASSWORD)
        act_in(made.membership_id)
        flash("Välkommen! Företaget är registrerat och du är inloggad.", "success")
        return redirect(safe_next(request.args.get("next")) or url_for("suppliers.enterprise"))
    return render_template("enterprises/suppliers/register.html", form=form), form.status()


@bp.get("/foretaget")
@requires(Role.SUPPLIER_MANAGER)
def enterprise() -> ResponseReturnValue:
    enterprise_id = current_actor().enterprise_id
    profile = queries.profile_of(enterprise_id)
    return render_template(
        "enterprises/suppliers/enterprise.html",
        profile=profile,
        organisation=profile.organisation,
        bankgiro=bankgiro_text(profile.bankgiro) if profile.bankgiro else None,
        gaps=profile_gaps(street=profile.street, bankgiro=profile.bankgiro, has_f_tax=profile.has_f_tax),
        applications=all_applications(ApplicationFilter(), ("inkom", True)),
        contracts=all_contracts(ContractFilter(), ("start", True)),
        application_sv=APPLICATION_STATE_SV,
        application_tone=APPLICATION_STATE_TONE,
        contract_sv=CONTRACT_STATE_SV,
        contract_tone=CONTRACT_STATE_TONE,
        events=audit.timeline("enterprise", enterprise_id or 0),
        event_sv=ENTERPRISE_EVENT_SV,
    )


@bp.route("/foretaget/andra", methods=["GET", "POST"])
@requires(Role.SUPPLIER_MANAGER)
def edit_profile() -> ResponseReturnValue:
    profile = queries.profile_of(current_actor().enterprise_id)
    form = ProfileForm(obj=profile)
    if not form.is_submitted() and profile.bankgiro:
        form.bankgiro.data = bankgiro_text(profile.bankgiro)
    if acted(
        form,
        lambda: services.update_profile(
            about_sv=form.about_sv.data or "",
            contact_email=form.contact_email.data or "",
            phone=form.phone.data or "",
            street=form.street.data or "",
            postcode=form.postcode.data or "",
            city=form.city.data or "",
            bankgiro=form.bankgiro.data,
            has_f_tax=form.has_f_tax.data,
            is_vat_registered=form.is_vat_registered.data,
        ),
        "Uppgifterna är sparade.",
    ):
        return redirect(url_for("suppliers.enterprise"))
    return render_template("enterprises/suppliers/profile_form.html", form=form), form.status()
