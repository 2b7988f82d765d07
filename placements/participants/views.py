"""Pages of participants: lists, the participant's own page, consent and grants."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import get_or_404, transaction
from marketplace.errors import DomainError
from marketplace.procurement.queries import level_prices_in
from marketplace.reference.queries import trades
from marketplace.reference.rules import SEX_SV
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number, sort_key
from marketplace.web.downloads import pdf_response
from marketplace.web.forms import BaseForm, ConfirmForm, acted, one_of
from marketplace.web.guards import requires
from placements.access.queries import live_code_of
from placements.booking.queries import placements_of
from placements.booking.rules import LIVE_STATES, PLACEMENT_STATE_SV, PLACEMENT_TONE
from placements.choice.queries import rounds_of
from placements.choice.rules import CHOICE_STATE_SV, CHOICE_TONE, ChoiceState
from placements.participants import queries, services, withdrawal
from placements.participants.consent_views import supplier_consent, unconsented
from placements.participants.documents import decision_paper
from placements.participants.event_rules import EVENT_SV
from placements.participants.forms import (
    FindForm,
    GrantExtensionForm,
    GrantForm,
    LeaveForm,
    NeedsForm,
    ParticipantForm,
    ParticipantsFilter,
)
from placements.participants.models import Grant
from placements.participants.queries import ParticipantFilter
from placements.participants.rules import (
    CONSENT_SCOPE_SV,
    GRANT_STATE_SV,
    GRANT_TONE,
    GRANT_TRANSITIONS,
    LIVE_GRANT_STATES,
    GrantAction,
    GrantState,
    grant_actions,
    support_level_sv,
)

bp = Blueprint("participants", __name__, url_prefix="/deltagare")

_WORKERS = (Role.COORDINATOR, Role.CASE_OFFICER)
_LABELS = {"GRANT_STATE_SV": GRANT_STATE_SV, "GRANT_TONE": GRANT_TONE, "support_level_sv": support_level_sv}


@bp.get("/")
@requires(*_WORKERS)
def index() -> ResponseReturnValue:
    kommuner = {"": "Alla"} | {kommun.code: kommun.name for kommun in queries.kommuner()}
    units = {"": "Alla"} | {unit.id: unit.name for unit in queries.units()}
    form = ParticipantsFilter(choices={"kommun": kommuner, "enhet": units})
    wanted = ParticipantFilter(
        standing=form.lage.data or "",
        kommun_code=form.kommun.data or "",
        unit_id=form.enhet.data,
        is_mine=bool(form.mina.data),
    )
    sort, is_descending = sort_key({"name", "kommun", "until"}, default="name")
    found = queries.participants(wanted, sort=sort, is_descending=is_descending, page=page_number())
    return render_template(
        "placements/participants/index.html", form=form, find=FindForm(formdata=None), page=found, **_LABELS
    )


@bp.post("/hitta")
@requires(*_WORKERS)
def find() -> ResponseReturnValue:
    """By name or personal number: a POST, since neither belongs in an address or a log."""
    form = FindForm()
    rows = None
    if form.validate():
        try:
            rows = services.find_participants(form.text.data or "")
        except DomainError as error:
            form.add_error(error)
    if rows is not None and len(rows) == 1:
        return redirect(url_for("participants.show", participant_id=rows[0].participant.id))
    page = render_template("placements/participants/found.html", find=form, rows=rows, **_LABELS)
    return page, form.status()


@bp.route("/ny", methods=["GET", "POST"])
@requires(*_WORKERS)
def create() -> ResponseReturnValue:
    form = ParticipantForm()
    form.kommun_code.choices = one_of({k.code: k.name for k in queries.kommuner()}, blank="Välj kommun")
    officers = {f"{o.unit_id}-{o.user_id}": f"{o.name}, {o.unit_name}" for o in queries.case_officers()}
    form.officer.choices = one_of(officers, blank="Välj handläggare")
    if not form.is_submitted() and current_actor().role is Role.CASE_OFFICER:
        form.officer.data = f"{current_actor().organisation_id}-{current_actor().user_id}"
    if form.validate_on_submit():
        unit_id, officer_id = (int(part) for part in form.officer.data.split("-"))
        try:
            with transaction():
                participant = services.register_participant(
                    name=form.name.data or "",
                    personal_number=form.personal_number.data or "",
                    sex=form.sex.data,
                    kommun_code=form.kommun_code.data,
                    unit_id=unit_id,
                    case_officer_id=officer_id,
                    needs_sv=form.needs_sv.data or "",
                    is_protected=form.is_protected.data,
                )
                participant_id = participant.id
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Deltagaren är registrerad. Registrera samtycket härnäst.", "success")
            return redirect(url_for("participants.show", participant_id=participant_id))
    return render_template("placements/participants/create.html", form=form), form.status()


@bp.get("/<int:participant_id>")
@requires(*_WORKERS)
def show(participant_id: int) -> ResponseReturnValue:
    return _page(participant_id)


@bp.post("/<int:participant_id>/visa-uppgifter")
@requires(*_WORKERS)
def reveal(participant_id: int) -> ResponseReturnValue:
    """The name and the personal number, once; who looked is kept among the events."""
    with transaction():
        identity = services.reveal_identity(participant_id)
    return _page(participant_id, identity)


def _page(participant_id: int, identity: services.RevealedIdentity | None = None) -> str:
    participant = queries.participant(participant_id)
    grants = queries.grants_of(participant_id)
    consents = queries.consents_of(participant_id)
    rounds = rounds_of(participant_id)
    placements = placements_of(participant_id)
    grant = next((g for g in grants if g.state in LIVE_GRANT_STATES), None)
    standing = queries.standing_of(grant) if grant else None
    events = queries.events_of(
        {
            "participant": [participant_id],
            "grant": [g.id for g in grants],
            "choice_round": [r.id for r in rounds],
            "placement": [row.placement.id for row in placements],
        }
    )
    return render_template(
        "placements/participants/show.html",
        participant=participant,
        identity=identity,
        grants=grants,
        grant=grant,
        consents=consents,
        consent=supplier_consent(consents),
        may_consent_more=bool(unconsented(consents)),
        rounds=rounds,
        code=live_code_of(participant_id),
        open_round=next((r for r in rounds if r.state is ChoiceState.OPEN), None),
        placements=placements,
        live_placement=next((p for p in placements if p.placement.state in LIVE_STATES), None),
        events=events,
        standing=standing,
        actions=grant_actions(standing, current_actor().role, today()) if standing else [],
        SEX_SV=SEX_SV,
        CONSENT_SCOPE_SV=CONSENT_SCOPE_SV,
        EVENT_SV=EVENT_SV,
        CHOICE_STATE_SV=CHOICE_STATE_SV,
        CHOICE_TONE=CHOICE_TONE,
        PLACEMENT_STATE_SV=PLACEMENT_STATE_SV,
        PLACEMENT_TONE=PLACEMENT_TONE,
        **_LABELS,
    )


@bp.route("/<int:participant_id>/andra", methods=["GET", "POST"])
@requires(*_WORKERS)
def update(participant_id: int) -> ResponseReturnValue:
    participant = queries.participant(participant_id)
    form = NeedsForm(obj=participant)
    if form.validate_on_submit():
        with transaction():
            services.update_needs(
                participant_id, needs_sv=form.needs_sv.data or "", is_protected=form.is_protected.data
            )
        flash("Uppgifterna är sparade.", "success")
        return redirect(url_for("participants.show", participant_id=participant_id))
    return render_template(
        "placements/participants/update.html", form=form, participant=participant
    ), form.status()


@bp.route("/<int:participant_id>/bevilja", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def grant(participant_id: int) -> ResponseReturnValue:
    participant = queries.participant(participant_id)
    form = GrantForm(first_day=today(), last_day=today() + timedelta(days=180), days_per_week=4)
    systems = queries.systems_for(participant)
    form.system_id.choices = one_of({system.id: system.name for system in systems})
    system_ids: list[int | None] = [system.id for system in systems]
    named = {level for id_ in system_ids or [None] for level in queries.support_levels(id_)}
    form.support_level.choices = one_of(
        {level: support_level_sv(level) for level in sorted(named)}, blank="Välj nivå"
    )
    form.wished_trades.choices = one_of({trade.ssyk: trade.plain_name for trade in trades()})
    if acted(
        form,
        lambda: services.grant_training(
            participant_id,
            hours_per_week=form.hours_per_week.data,
            days_per_week=form.days_per_week.data or 0,
            support_level=form.support_level.data,
            first_day=form.first_day.data or today(),
            last_day=form.last_day.data or today(),
            wished_trades=form.wished_trades.data or (),
            system_id=form.system_id.data,
            diary_number=form.diary_number.data or "",
        ),
        "Arbetsträningen är beviljad. Handläggaren kan söka en plats.",
    ):
        return redirect(url_for("participants.show", participant_id=participant_id))
    page = render_template(
        "placements/participants/grant.html",
        form=form,
        participant=participant,
        systems=systems,
        level_prices=level_prices_in(systems),
        support_level_sv=support_level_sv,
        consent=supplier_consent(queries.consents_of(participant_id)),
    )
    return page, form.status()


@bp.get("/beviljanden/<int:grant_id>/beslut.pdf")
@requires(*_WORKERS)
def decision(grant_id: int) -> Response:
    grant = queries.grant(grant_id)
    authority = get_or_404(Organisation, grant.authority_id)
    return pdf_response(decision_paper(grant, authority.name), f"beslut-arbetstraning-{grant_id}.pdf")


@bp.route("/beviljanden/<int:grant_id>/aterkalla", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def withdraw_grant(grant_id: int) -> ResponseReturnValue:
    """Says what ends with the grant before it does."""
    form = ConfirmForm()
    done = "Beviljandet är återkallat, och det som hängde på det är avslutat."
    cascade = withdrawal.cascade_of(queries.grant(grant_id))
    labels = {"cascade": cascade, "PLACEMENT_STATE_SV": PLACEMENT_STATE_SV, "PLACEMENT_TONE": PLACEMENT_TONE}
    return _on_grant(
        grant_id, form, "withdraw_grant", lambda: withdrawal.withdraw_grant(grant_id), done, labels
    )


@bp.route("/beviljanden/<int:grant_id>/forlang", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def extend_grant(grant_id: int) -> ResponseReturnValue:
    form = GrantExtensionForm()
    is_placed = queries.grant(grant_id).state is GrantState.PLACED
    done = "Beviljandet är förlängt." + (" Handläggaren kan nu förlänga placeringen." if is_placed else "")
    return _on_grant(
        grant_id,
        form,
        "extend_grant",
        lambda: services.extend_grant(grant_id, form.last_day.data or today()),
        done,
    )


def _on_grant(
    grant_id: int,
    form: BaseForm,
    template: str,
    service: Callable[[], object],
    done_sv: str,
    shown: Mapping[str, object] | None = None,
) -> ResponseReturnValue:
    """A page with a form that does one thing with a grant, or says why not."""
    found: Grant = queries.grant(grant_id)
    participant = queries.participant(found.participant_id)
    if acted(form, service, done_sv):
        return redirect(url_for("participants.show", participant_id=participant.id))
    page = render_template(
        f"placements/participants/{template}.html",
        form=form,
        grant=found,
        participant=participant,
        **_LABELS,
        **(shown or {}),
    )
    return page, form.status()


@bp.route("/beviljanden/<int:grant_id>/avsluta", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def close_grant(grant_id: int) -> ResponseReturnValue:
    return _leave(grant_id, GrantAction.CLOSE, "Beviljandet är avslutat. Ett nytt kan beviljas.")


@bp.route("/beviljanden/<int:grant_id>/oppna", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def reopen_grant(grant_id: int) -> ResponseReturnValue:
    return _leave(grant_id, GrantAction.REOPEN, "Beviljandet är öppet igen. Handläggaren kan söka en plats.")


def _leave(grant_id: int, action: GrantAction, done_sv: str) -> ResponseReturnValue:
    """A page with a reason for closing or opening a grant that no final report will conclude."""
    form = LeaveForm()
    shown = {
        "move": GRANT_TRANSITIONS[GrantState.PLACED, action],
        "is_closing": action is GrantAction.CLOSE,
    }
    return _on_grant(
        grant_id,
        form,
        "leave_grant",
        lambda: services.leave_unreported(grant_id, action, form.reason.data),
        done_sv,
        shown,
    )
