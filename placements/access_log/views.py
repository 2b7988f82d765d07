"""Log control (loggkontroll): every look is kept here, and the controller goes through them."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import ROLE_SV, Role
from marketplace.clock import STOCKHOLM
from marketplace.web.addresses import page_number
from marketplace.web.downloads import FILE, file_response
from marketplace.web.forms import FilterForm, acted, result_of
from marketplace.web.guards import requires
from placements.access_log import queries, services
from placements.access_log.forms import CheckForm, LooksFilter, SampleForm
from placements.access_log.queries import LooksWanted
from placements.access_log.rules import (
    CHECK_OUTCOME_SV,
    CHECK_OUTCOME_TONE,
    LOOK_WAY_SV,
    SIGN_SV,
    room_sv,
)
from placements.access_log.seen import take_seen
from placements.participants.rules import participant_id_of, participant_number

bp = Blueprint("access_log", __name__, url_prefix="/loggkontroll")
own_bp = Blueprint("own_looks", __name__, url_prefix="/min-sida/vem-har-sett")

_LABELS = {
    "SIGN_SV": SIGN_SV,
    "LOOK_WAY_SV": LOOK_WAY_SV,
    "ROLE_SV": ROLE_SV,
    "CHECK_OUTCOME_SV": CHECK_OUTCOME_SV,
    "CHECK_OUTCOME_TONE": CHECK_OUTCOME_TONE,
    "room_sv": room_sv,
    "participant_number": participant_number,
}


@bp.after_app_request
def keep(response: Response) -> Response:
    """Without a kept look there is no answer: what fails here fails the request. A redirect shows nobody."""
    seen = take_seen()
    if not 300 <= response.status_code < 400:
        services.keep_looks(seen, request.endpoint or "", response.mimetype or "")
    return response


@bp.route("/", methods=["GET", "POST"])
@requires(Role.CONTROLLER)
def index() -> ResponseReturnValue:
    """The log by filter; a POST draws a sample of what the filter shows."""
    form, sample = LooksFilter(), SampleForm()
    wanted = _wanted(form)
    count = result_of(sample, lambda: services.draw_checks(wanted, sample.size.data))
    if count is not None:
        flash(f"{count} visningar är dragna. Gå igenom dem en och en.", "success")
        return redirect(url_for("access_log.checks"))
    page = render_template(
        "placements/access_log/index.html",
        form=form,
        sample=sample,
        wanted=wanted,
        page=queries.looks(wanted, page_number()),
        **_LABELS,
    )
    return page, sample.status()


@bp.get(f"/logg.{FILE}")
@requires(Role.CONTROLLER)
def index_file(file_format: str) -> Response:
    header = ("När", "Vem", "Roll", "Organisation", "Deltagare", "Vad", "Hur", "Antal i svaret", "Tecken")
    rows = [
        (
            f"{row.look.at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M:%S}",
            row.look.user_name,
            ROLE_SV[row.look.role],
            row.look.organisation_name,
            participant_number(row.look.participant_id),
            room_sv(row.look.page),
            LOOK_WAY_SV[row.look.way],
            row.look.among,
            ", ".join(SIGN_SV[sign] for sign in row.signs),
        )
        for row in queries.all_looks(_wanted(LooksFilter()))
    ]
    return file_response(file_format, "loggkontroll", header, rows)


def _wanted(form: FilterForm) -> LooksWanted:
    usual = queries.last_days()
    return LooksWanted(
        since=form.fran.data or usual.since,
        until=form.till.data or usual.until,
        participant_id=participant_id_of(form.deltagare.data or ""),
        user=form.vem.data or "",
        sign=form.tecken.data,
        is_opened=bool(form.oppnade.data),
    )


@bp.get("/stickprov")
@requires(Role.CONTROLLER)
def checks() -> ResponseReturnValue:
    return render_template("placements/access_log/checks.html", page=queries.checks(page_number()), **_LABELS)


@bp.route("/stickprov/<int:look_id>", methods=["GET", "POST"])
@requires(Role.CONTROLLER)
def check(look_id: int) -> ResponseReturnValue:
    form = CheckForm()
    if acted(
        form,
        lambda: services.settle_check(look_id, form.outcome.data, form.note_sv.data or ""),
        "Kontrollen är sparad.",
    ):
        return redirect(url_for("access_log.checks"))
    found = queries.check(look_id)
    page = render_template(
        "placements/access_log/check.html",
        form=form,
        check=found,
        signs=queries.signs_of(found.look),
        **_LABELS,
    )
    return page, form.status()


@own_bp.get("")
@requires(Role.PARTICIPANT)
def show() -> ResponseReturnValue:
    """Who has seen the participant, on her own page."""
    return render_template("placements/access_log/own.html", looks=queries.own_looks(), **_LABELS)
