"""Pages of disposal: rules, proposals, decisions and protocols; and the exception of one participant."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.audit import timeline
from marketplace.db import get_or_404, paginate, transaction
from marketplace.errors import Conflict, NotFound
from marketplace.rules import possible_actions
from marketplace.second_factor.proof import freshly_proved
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number
from marketplace.web.downloads import pdf_response
from marketplace.web.forms import BaseForm, ConfirmForm, acted, result_of
from marketplace.web.guards import requires
from placements.disposal import queries, services
from placements.disposal.documents import protocol_paper
from placements.disposal.forms import DecisionForm, HoldForm, RuleForm
from placements.disposal.rules import (
    DISPOSAL_CAUSES_SV,
    DISPOSAL_KIND_SV,
    DISPOSAL_STATE_SV,
    DISPOSAL_TONE,
    DISPOSAL_TRANSITIONS,
    OUTCOME_SV,
    USUAL_YEARS,
    DisposalAction,
    DisposalKind,
    kept_sv,
)
from placements.participants.queries import participant as participant_of
from placements.participants.rules import participant_number

bp = Blueprint("disposal", __name__, url_prefix="/gallring")
hold_bp = Blueprint("disposal_hold", __name__, url_prefix="/deltagare")

_READERS = (Role.COORDINATOR, Role.CONTROLLER)
_LABELS = {
    "DISPOSAL_KIND_SV": DISPOSAL_KIND_SV,
    "DISPOSAL_CAUSES_SV": DISPOSAL_CAUSES_SV,
    "DISPOSAL_STATE_SV": DISPOSAL_STATE_SV,
    "DISPOSAL_TONE": DISPOSAL_TONE,
    "participant_number": participant_number,
    "kept_sv": kept_sv,
}
_DONE_SV = {
    DisposalAction.DECLINE: "Förslaget är avslaget.",
    DisposalAction.WITHDRAW: "Förslaget är tillbakataget.",
}


def _kind(disposal_kind: str) -> DisposalKind:
    if disposal_kind not in set(DisposalKind):
        raise NotFound()
    return DisposalKind(disposal_kind)


@bp.get("/")
@requires(*_READERS)
def index() -> ResponseReturnValue:
    rules = queries.rules()
    return render_template(
        "placements/disposal/index.html",
        rules=rules,
        due={kind: queries.due(rule) for kind, rule in rules.items()},
        page=paginate(queries.disposals(), page_number()),
        USUAL_YEARS=USUAL_YEARS,
        **_LABELS,
    )


@bp.route("/frister/<disposal_kind>", methods=["GET", "POST"])
@requires(Role.CONTROLLER)
def set_rule(disposal_kind: str) -> ResponseReturnValue:
    kind = _kind(disposal_kind)
    rule = queries.rules().get(kind)
    form = RuleForm(
        years=rule.years if rule else USUAL_YEARS[kind], decision_sv=rule.decision_sv if rule else ""
    )
    if acted(
        form,
        lambda: services.set_rule(kind, form.years.data or 0, form.decision_sv.data or ""),
        "Gallringsfristen är sparad.",
    ):
        return redirect(url_for("disposal.index"))
    page = render_template("placements/disposal/rule.html", form=form, kind=kind, **_LABELS)
    return page, form.status()


@bp.route("/forslag/<disposal_kind>", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def propose(disposal_kind: str) -> ResponseReturnValue:
    """Says how much of what there is, and of whom by number, before it is proposed."""
    kind = _kind(disposal_kind)
    rule = queries.rules().get(kind)
    if rule is None:
        raise Conflict("Myndigheten har inte skrivit in någon gallringsfrist. Det gör ekonomen.")
    due = queries.due(rule)
    form = ConfirmForm()
    disposal_id = result_of(form, lambda: services.propose(kind).id)
    if disposal_id is not None:
        flash("Förslaget väntar på beslut av ekonomen.", "success")
        return redirect(url_for("disposal.show", disposal_id=disposal_id))
    page = render_template(
        "placements/disposal/propose.html",
        form=form,
        kind=kind,
        due=due,
        rows=queries.held_rows([case.participant_id for case in due.cases]),
        **_LABELS,
    )
    return page, form.status()


@bp.get("/<int:disposal_id>")
@requires(*_READERS)
def show(disposal_id: int) -> ResponseReturnValue:
    found = queries.disposal(disposal_id)
    role = current_actor().role
    is_own = found.proposed_by_id == current_actor().user_id
    why = "Du har själv lämnat förslaget. Någon annan beslutar om det." if is_own else ""
    return render_template(
        "placements/disposal/show.html",
        disposal=found,
        page=paginate(queries.items_of(disposal_id), page_number(), 100),
        counts=queries.counts_of(disposal_id),
        actions=possible_actions(
            DISPOSAL_TRANSITIONS,
            found.state,
            role,
            {DisposalAction.DECIDE: why, DisposalAction.DECLINE: why},
        ),
        events=timeline("disposal", disposal_id),
        OUTCOME_SV=OUTCOME_SV,
        title_of=queries.title_of,
        **_LABELS,
    )


@bp.route("/<int:disposal_id>/besluta", methods=["GET", "POST"])
@requires(Role.CONTROLLER)
@freshly_proved
def decide(disposal_id: int) -> ResponseReturnValue:
    found = queries.disposal(disposal_id)
    form = DecisionForm()
    if acted(
        form,
        lambda: services.decide(disposal_id, form.diary_number.data or ""),
        "Gallringen är beslutad och utförs nu.",
    ):
        return redirect(url_for("disposal.show", disposal_id=disposal_id))
    items = paginate(queries.items_of(disposal_id), per_page=1).total
    page = render_template(
        "placements/disposal/decide.html", form=form, disposal=found, items=items, **_LABELS
    )
    return page, form.status()


@bp.post("/<int:disposal_id>/avsla")
@requires(Role.CONTROLLER)
def decline(disposal_id: int) -> ResponseReturnValue:
    return _move(disposal_id, services.decline, DisposalAction.DECLINE)


@bp.post("/<int:disposal_id>/ta-tillbaka")
@requires(Role.COORDINATOR)
def withdraw(disposal_id: int) -> ResponseReturnValue:
    return _move(disposal_id, services.withdraw, DisposalAction.WITHDRAW)


@bp.get("/<int:disposal_id>/protokoll.pdf")
@requires(*_READERS)
def protocol(disposal_id: int) -> Response:
    found = queries.disposal(disposal_id)
    if found.executed_at is None:
        raise NotFound("Protokollet finns när gallringen är utförd.")
    authority = get_or_404(Organisation, found.authority_id)
    paper = protocol_paper(found, services.protocol_of(found, found.executed_at), authority.name)
    return pdf_response(paper, f"gallringsprotokoll-{disposal_id}.pdf")


@hold_bp.route("/<int:participant_id>/undantag", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def hold(participant_id: int) -> ResponseReturnValue:
    participant = participant_of(participant_id)
    held = queries.hold_of(participant_id)
    form: BaseForm = ConfirmForm() if held else HoldForm()

    def act() -> None:
        if isinstance(form, HoldForm):
            services.hold(participant_id, form.reason_sv.data or "")
        else:
            services.lift(participant_id)

    if acted(form, act, "Undantaget är upphävt." if held else "Deltagaren är undantagen från gallring."):
        return redirect(url_for("participants.show", participant_id=participant_id))
    page = render_template("placements/disposal/hold.html", form=form, participant=participant, held=held)
    return page, form.status()


def _move(disposal_id: int, act: Callable[[int], None], action: DisposalAction) -> ResponseReturnValue:
    with transaction():
        act(disposal_id)
    flash(_DONE_SV[action], "success")
    return redirect(url_for("disposal.show", disposal_id=disposal_id))
