"""What the participant agrees that others may see: given and withdrawn, scope by scope."""

from collections.abc import Sequence

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.clock import STOCKHOLM, today
from marketplace.db import get_or_404, transaction
from marketplace.errors import DomainError, NotFound
from marketplace.web.addresses import page_number
from marketplace.web.downloads import FILE, file_response
from marketplace.web.forms import ConfirmForm, FilterForm, acted, one_of
from marketplace.web.guards import requires
from placements.booking.rules import PLACEMENT_STATE_SV, PlacementState
from placements.participants import queries, services, withdrawal
from placements.participants.forms import ConsentForm, ConsentsFilter
from placements.participants.models import Consent
from placements.participants.queries import ConsentsWanted
from placements.participants.rules import (
    CONSENT_SCOPE_SV,
    CONSENT_WORDS_SV,
    ConsentScope,
    participant_id_of,
    participant_number,
)

bp = Blueprint("consents", __name__, url_prefix="/deltagare")

_WORKERS = (Role.COORDINATOR, Role.CASE_OFFICER)


def supplier_consent(consents: Sequence[Consent]) -> Consent | None:
    """The one in force that a place can be asked for under."""
    return next((one for one in consents if one.is_live and one.scope is ConsentScope.SUPPLIER), None)


def unconsented(consents: Sequence[Consent]) -> list[ConsentScope]:
    """Scopes that there is no consent to now."""
    live = {one.scope for one in consents if one.is_live}
    return [scope for scope in ConsentScope if scope not in live]


@bp.get("/samtycken")
@requires(*_WORKERS)
def ledger() -> ResponseReturnValue:
    """Every consent that has been given, with what was read out, and when it was withdrawn."""
    form = ConsentsFilter()
    return render_template(
        "placements/participants/consents.html",
        form=form,
        page=queries.consents(_wanted(form), page_number()),
        CONSENT_SCOPE_SV=CONSENT_SCOPE_SV,
    )


@bp.get(f"/samtycken.{FILE}")
@requires(*_WORKERS)
def ledger_file(file_format: str) -> Response:
    """By number: names stay in the system."""
    header = ("Deltagare", "Vad", "Text", "Lämnat", "Antecknat av", "Återkallat", "Återkallat hos")
    rows = [
        (
            participant_number(one.participant_id),
            CONSENT_SCOPE_SV[one.scope],
            one.text_sv,
            one.given_on,
            one.given_to,
            f"{one.withdrawn_at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}" if one.withdrawn_at else "",
            one.withdrawn_to,
        )
        for one in queries.all_consents(_wanted(ConsentsFilter()))
    ]
    return file_response(file_format, "samtycken", header, rows)


def _wanted(form: FilterForm) -> ConsentsWanted:
    return ConsentsWanted(
        is_live={"galler": True, "aterkallat": False}.get(form.lage.data or ""),
        scope=form.omfattning.data,
        participant_id=participant_id_of(form.deltagare.data or ""),
    )


@bp.route("/<int:participant_id>/samtycke", methods=["GET", "POST"])
@requires(*_WORKERS)
def give(participant_id: int) -> ResponseReturnValue:
    participant = queries.participant(participant_id)
    scopes = unconsented(queries.consents_of(participant_id))
    form = ConsentForm(given_on=today(), scope=scopes[0] if scopes else None)
    form.scope.choices = one_of({scope: CONSENT_SCOPE_SV[scope] for scope in scopes})
    if acted(
        form,
        lambda: services.give_consent(participant_id, form.scope.data, form.given_on.data or today()),
        "Samtycket är registrerat.",
    ):
        return redirect(url_for("participants.show", participant_id=participant_id))
    page = render_template(
        "placements/participants/consent.html",
        form=form,
        participant=participant,
        scopes=scopes,
        words=CONSENT_WORDS_SV,
    )
    return page, form.status()


@bp.route("/samtycken/<int:consent_id>/aterkalla", methods=["GET", "POST"])
@requires(*_WORKERS)
def withdraw(consent_id: int) -> ResponseReturnValue:
    """Says what will happen before it does."""
    consent = get_or_404(Consent, consent_id)
    if not consent.is_live:
        raise NotFound("Samtycket är redan återkallat.")
    participant = queries.participant(consent.participant_id)
    is_suppliers = consent.scope is ConsentScope.SUPPLIER
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                withdrawal.withdraw_consent(consent_id)
        except DomainError as error:
            form.add_error(error)
        else:
            who = "Leverantören ser inte längre vem deltagaren är." if is_suppliers else "Inget visas längre."
            flash(f"Samtycket är återkallat. {who}", "success")
            return redirect(url_for("participants.show", participant_id=participant.id))
    grant = queries.live_grant(participant.id) if is_suppliers else None
    page = render_template(
        "placements/participants/withdraw_consent.html",
        form=form,
        participant=participant,
        consent=consent,
        is_suppliers=is_suppliers,
        cascade=withdrawal.cascade_of(grant) if grant else None,
        PlacementState=PlacementState,
        PLACEMENT_STATE_SV=PLACEMENT_STATE_SV,
        CONSENT_SCOPE_SV=CONSENT_SCOPE_SV,
    )
    return page, form.status()
