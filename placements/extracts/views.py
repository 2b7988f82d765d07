"""Extracts are handed over by an officer, or fetched by the participant on her own page."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.db import get_or_404, transaction
from marketplace.documents import pdf
from marketplace.tenancy import current_actor
from marketplace.web.guards import CODE_AGAIN_SV, requires
from placements.extracts.documents import extract_json, extract_paper
from placements.extracts.forms import ExtractForm
from placements.extracts.rules import ExtractFormat, file_name
from placements.extracts.services import extract_of
from placements.participants.models import Participant
from placements.participants.queries import participant as participant_of

bp = Blueprint("extracts", __name__, url_prefix="/deltagare")
own_bp = Blueprint("own_extracts", __name__, url_prefix="/min-sida/mina-uppgifter")

_TYPES = {ExtractFormat.PDF: "application/pdf", ExtractFormat.JSON: "application/json"}


@own_bp.errorhandler(CSRFError)
def session_over(error: CSRFError) -> ResponseReturnValue:
    flash(CODE_AGAIN_SV, "warning")
    return redirect(url_for("access.enter"))


@bp.route("/<int:participant_id>/registerutdrag", methods=["GET", "POST"])
@requires(Role.COORDINATOR, Role.CASE_OFFICER)
def hand_over(participant_id: int) -> ResponseReturnValue:
    """A POST makes the file: that somebody has fetched it is written down."""
    return _page(participant_of(participant_id), "hand_over")


@own_bp.route("", methods=["GET", "POST"])
@requires(Role.PARTICIPANT)
def fetch() -> ResponseReturnValue:
    return _page(participant_of(current_actor().participant_id or 0), "own")


def _page(participant: Participant, template: str) -> ResponseReturnValue:
    form = ExtractForm(file_format=ExtractFormat.PDF)
    if form.validate_on_submit():
        return _file(participant, form.file_format.data)
    page = render_template(f"placements/extracts/{template}.html", form=form, participant=participant)
    return page, form.status()


def _file(participant: Participant, wanted: ExtractFormat) -> Response:
    name = f"{file_name(participant.number)}.{wanted}"
    with transaction():
        authority = get_or_404(Organisation, participant.authority_id).name
        holding = extract_of(participant.id, wanted)
        body = (
            pdf(extract_paper(holding, authority))
            if wanted is ExtractFormat.PDF
            else extract_json(holding, authority)
        )
    response = Response(body, mimetype=_TYPES[wanted])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
