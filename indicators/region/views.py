"""Regions of authorities that look at their numbers together, seen by the strategist."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from indicators.choices.rules import CHOICE_STEP_SV
from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.disclosure.rules import SUPPRESSED_SV, WHY_SUPPRESSED_SV
from indicators.outcomes.queries import SEXES, Row, sections
from indicators.outcomes.section_rules import SHOWN
from indicators.region import queries, services
from indicators.region.forms import AskForm, FoundForm
from indicators.region.models import Region
from indicators.region.rules import LEAST_MEMBERS, MEMBER_TRANSITIONS, MemberAction, MemberState
from invoicing.budget.forms import YearFilter
from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.reference.rules import DOMINANCE_SV, SEX_PLURAL_SV, Dominance
from marketplace.rules import possible_actions
from marketplace.tenancy import current_actor, own_authority
from marketplace.web.downloads import FILE, file_response
from marketplace.web.forms import one_of, result_of
from marketplace.web.guards import requires

bp = Blueprint("region", __name__, url_prefix="/regionen")


@bp.route("", methods=["GET", "POST"])
@requires(Role.STRATEGIST)
def index() -> ResponseReturnValue:
    authority_id = own_authority()
    form = FoundForm()
    form.authorities.choices = one_of(
        {str(key): name for key, name in queries.other_authorities([authority_id]).items()}
    )
    region = result_of(form, lambda: services.found_region(form.name.data or "", _asked(form)))
    if region is not None:
        flash("Regionen finns, och myndigheterna är tillfrågade.", "success")
        return redirect(url_for("region.show", region_id=region.id))
    found = [(region, _own(region)) for region in queries.regions()]
    return render_template(
        "indicators/region/index.html", form=form, regions=found
    ), 422 if form.errors else 200


@bp.get("/<int:region_id>")
@requires(Role.STRATEGIST)
def show(region_id: int) -> ResponseReturnValue:
    return _page(region_id, AskForm())


@bp.post("/<int:region_id>/fraga")
@requires(Role.STRATEGIST)
def ask(region_id: int) -> ResponseReturnValue:
    form = AskForm()
    _offer(form, queries.region(region_id))
    if form.validate_on_submit() and _asked(form):
        with transaction():
            services.ask(region_id, _asked(form))
        flash("Myndigheterna är tillfrågade.", "success")
        return redirect(url_for("region.show", region_id=region_id))
    form.authorities.errors = ["Välj minst en myndighet att fråga."]
    return _page(region_id, form)


@bp.post("/<int:region_id>/dela")
@requires(Role.STRATEGIST)
def agree(region_id: int) -> ResponseReturnValue:
    return _answer(
        region_id, MemberAction.AGREE, "Era tal är med i regionens när de har räknats, om en liten stund."
    )


@bp.post("/<int:region_id>/tacka-nej")
@requires(Role.STRATEGIST)
def decline(region_id: int) -> ResponseReturnValue:
    return _answer(region_id, MemberAction.DECLINE, "Ni har tackat nej. Ni kan ändra er.")


@bp.post("/<int:region_id>/ga-ur")
@requires(Role.STRATEGIST)
def leave(region_id: int) -> ResponseReturnValue:
    return _answer(region_id, MemberAction.LEAVE, "Ni har gått ur. Era tal räknas bort om en liten stund.")


@bp.get(f"/<int:region_id>/tal.{FILE}")
@requires(Role.STRATEGIST)
def numbers_file(region_id: int, file_format: str) -> Response:
    queries.region(region_id)
    form = _year(region_id)
    lines: list[tuple[object, ...]] = [
        (title_sv, row.definition.name_sv, name_sv, *_parts(row, key))
        for title_sv, rows in _measures(region_id, form.ar.data).items()
        for row in rows
        for key, name_sv in (("", "alla"), *((sex, SEX_PLURAL_SV[sex]) for sex in SEXES))
    ]
    lines += [
        (
            "Val",
            CHOICE_STEP_SV[row.step],
            f"{SEX_PLURAL_SV[row.sex]}, {_dominance_sv(dominance)}",
            _or_hidden(number),
        )
        for row in (queries.choices(region_id, form.ar.data) if form.ar.data else ())
        for dominance, number in row.by_dominance.items()
    ]
    header = ("Del", "Tal", "Av vilka", "Täljare", "Nämnare", "Värde")
    return file_response(file_format, f"regionen-{form.ar.data or 'tom'}", header, lines)


@bp.get(f"/<int:region_id>/platser.{FILE}")
@requires(Role.STRATEGIST)
def capacity_file(region_id: int, file_format: str) -> Response:
    queries.region(region_id)
    lines = [
        (row.name, one.seats, one.closed, one.held, one.booked, one.free, one.free_within)
        for row in queries.capacity(region_id)
        for one in (row.capacity,)
    ]
    header = ("Kommun", "Platser", "Stängda", "Hållna", "Bokade", "Lediga", "Lediga inom 14 dagar")
    return file_response(file_format, "regionens-platser", header, lines)


def _page(region_id: int, form: AskForm) -> ResponseReturnValue:
    region = queries.region(region_id)
    own = _own(region)
    is_sharing = own is MemberState.AGREED
    role = current_actor().role
    assert role is not None, "the guard has seen to it"
    members = queries.members_of(region)
    _offer(form, region)
    years = _year(region_id)
    year = years.ar.data
    page = render_template(
        "indicators/region/region.html",
        region=region,
        members=members,
        actions=[one for one in possible_actions(MEMBER_TRANSITIONS, own, role) if one.is_possible],
        is_sharing=is_sharing,
        sharing=sum(one.state is MemberState.AGREED for one in members),
        least_members=LEAST_MEMBERS,
        form=form,
        years=years,
        year=year,
        sections=_measures(region_id, year),
        choices=queries.choices(region_id, year) if year else [],
        capacity=queries.capacity(region_id),
        sexes=SEXES,
        sex_names=SEX_PLURAL_SV,
        step_names=CHOICE_STEP_SV,
        dominances={"": "Alla yrken"} | {kind.value: DOMINANCE_SV[kind].capitalize() for kind in Dominance},
        suppressed_sv=SUPPRESSED_SV,
        why_suppressed_sv=WHY_SUPPRESSED_SV,
        definitions=[INDICATORS[key] for key in (Indicator.SEATS, Indicator.CHOICE_FUNNEL)],
    )
    return page, 422 if form.errors else 200


def _answer(region_id: int, action: MemberAction, done_sv: str) -> ResponseReturnValue:
    with transaction():
        services.answer(region_id, action)
    flash(done_sv, "success")
    return redirect(url_for("region.show", region_id=region_id))


def _own(region: Region) -> MemberState:
    return next(one.state for one in region.members if one.authority_id == own_authority())


def _offer(form: AskForm, region: Region) -> None:
    others = queries.other_authorities([one.authority_id for one in region.members])
    form.authorities.choices = one_of({str(key): name for key, name in others.items()})


def _asked(form: AskForm) -> list[int]:
    return [int(value) for value in form.authorities.data or ()]


def _year(region_id: int) -> YearFilter:
    years = queries.counted_years(region_id)
    form = YearFilter(choices={"ar": {year: str(year) for year in years}})
    form.ar.data = form.ar.data or (years[0] if years else None)
    return form


def _measures(region_id: int, year: int | None) -> dict[str, list[Row]]:
    return sections(queries.measures(region_id, year, SHOWN)) if year else {}


def _parts(row: Row, key: object) -> tuple[object, ...]:
    value = row.whole if key == "" else row.by_sex[key]  # type: ignore[index]  # a sex then
    return (SUPPRESSED_SV,) * 3 if value is None else (value.numerator, value.denominator, value.value)


def _dominance_sv(dominance: str) -> str:
    return DOMINANCE_SV[Dominance(dominance)] if dominance else "alla yrken"


def _or_hidden(number: int | None) -> object:
    return SUPPRESSED_SV if number is None else number
