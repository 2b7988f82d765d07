"""How targets stand, and setting them."""

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from indicators.changes.queries import computed_at
from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.disclosure.rules import SUPPRESSED_SV
from indicators.outcomes import target_queries
from indicators.outcomes.forms import TargetsForm
from indicators.outcomes.services import set_targets
from indicators.outcomes.target_queries import Standing
from indicators.outcomes.target_rules import AIM_SV, PROGRESS_SV, PROGRESS_TONE, SAID
from indicators.outcomes.views import READERS, asked_year
from marketplace.accounts.rules import Role
from marketplace.audit import timeline
from marketplace.tenancy import current_actor, own_authority
from marketplace.web.downloads import FILE, file_response
from marketplace.web.forms import acted, one_of
from marketplace.web.guards import requires

bp = Blueprint("targets", __name__, url_prefix="/mal")


@bp.get("")
@requires(*READERS)
def index() -> ResponseReturnValue:
    form = asked_year()
    year = form.ar.data
    levels = target_queries.levels(own_authority())
    return render_template(
        "indicators/outcomes/targets.html",
        form=form,
        year=year,
        targets=target_queries.standings(own_authority(), year, levels) if year else [],
        levels=levels,
        may_write=current_actor().role is Role.STRATEGIST,
        aim_names=AIM_SV,
        progress_names=PROGRESS_SV,
        progress_tones=PROGRESS_TONE,
        suppressed_sv=SUPPRESSED_SV,
        computed_at=computed_at(own_authority()),
        definitions=[INDICATORS[Indicator.TARGETS]],
        events=timeline("targets", own_authority()),
    )


@bp.get(f"/lista.{FILE}")
@requires(*READERS)
def index_file(file_format: str) -> Response:
    year = asked_year().ar.data
    levels = target_queries.levels(own_authority())
    lines = [
        (
            AIM_SV[one.level.aim],
            one.level.value,
            told.name_sv,
            *_parts(told),
            PROGRESS_SV[told.progress],
            one.basis_sv,
        )
        for one in (target_queries.standings(own_authority(), year, levels) if year else [])
        for told in one.told
    ]
    header = ("Mål", "Nivå", "Vilka", "Antal", "Av", "Andel", "Läge", "Räknat ur")
    return file_response(file_format, f"mal-{year or 'tom'}", header, lines)


def _parts(told: Standing) -> tuple[object, ...]:
    if told.share is not None:
        return (told.share.numerator, told.share.denominator, told.share.value)
    return (SUPPRESSED_SV if told.count is None else told.count, None, None)


@bp.route("/andra", methods=["GET", "POST"])
@requires(Role.STRATEGIST)
def edit() -> ResponseReturnValue:
    now = target_queries.levels(own_authority())
    form = TargetsForm(
        data={level.aim.value: level.value for level in now}
        | {f"{level.aim.value}_question": level.series for level in now}
    )
    asked = target_queries.questions(own_authority())
    for aim in SAID:
        form[f"{aim.value}_question"].choices = one_of(asked, blank="Ingen fråga")
    if acted(form, lambda: set_targets(form.levels), "Målen är sparade."):
        return redirect(url_for("targets.index"))
    return render_template("indicators/outcomes/edit_targets.html", form=form, said=SAID), form.status()
