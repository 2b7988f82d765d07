"""Versions of a system's terms: read by everyone once published, written and published by the procurement officer."""

from dataclasses import asdict

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import DomainError
from marketplace.procurement import queries, services
from marketplace.procurement.difference_rules import Part, differences
from marketplace.procurement.forms import PublishForm, TermsForm, VersionFilter
from marketplace.procurement.models import SystemOfChoice, TermsVersion
from marketplace.procurement.price_rules import FEES, RATES, Component, settings_of
from marketplace.procurement.rules import (
    DEFAULT_RULE_SV,
    TERMS_STATE_SV,
    TERMS_STATE_TONE,
    TERMS_TRANSITIONS,
    TermsAction,
    TermsRules,
    TermsState,
    default_rules,
    discarding_obstacle_sv,
)
from marketplace.procurement.views.blueprint import OPENNESS, bp, is_own
from marketplace.web.confirm import Question, ask_first, obstacles
from marketplace.web.forms import one_of
from marketplace.web.guards import public, requires


@bp.get("/underlag/<int:terms_id>")
@public(OPENNESS)
def terms(terms_id: int) -> ResponseReturnValue:
    version = queries.terms_with_rows(terms_id)
    return render_template(
        "marketplace/procurement/terms.html",
        system=version.system,
        terms=version,
        is_owner=is_own(version.system),
        state_sv=TERMS_STATE_SV,
        state_tone=TERMS_STATE_TONE,
        said=queries.text_of(version),
        others=queries.other_versions(version),
    )


@bp.get("/underlag/<int:terms_id>/skillnad")
@public(OPENNESS)
def difference(terms_id: int) -> ResponseReturnValue:
    """What differs between this version and another, the one before unless another is asked for."""
    version = queries.terms_with_rows(terms_id)
    others = {other.id: other for other in queries.other_versions(version)}
    form = VersionFilter(choices={"mot": {key: _called(other) for key, other in others.items()}})
    earlier = [other.id for other in others.values() if other.version < version.version]
    chosen = form.mot.data or next(iter(earlier or others), None)
    form.mot.data = chosen
    pair = sorted(
        [version, queries.terms_with_rows(chosen)] if chosen else [version], key=lambda one: one.version
    )
    return render_template(
        "marketplace/procurement/difference.html",
        form=form,
        system=version.system,
        terms=version,
        old=pair[0],
        new=pair[-1],
        parts=_differences(pair[0], pair[-1]),
        others=others,
    )


@bp.route("/<int:system_id>/underlag", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def draft(system_id: int) -> ResponseReturnValue:
    """Writes the draft; begins with the published version when there is none."""
    system = services.own_system(system_id)
    written = queries.draft_of(system_id)
    stored = written or queries.published_terms(system_id)
    mark = queries.mark_of_terms(stored)
    form = TermsForm(data=_terms_data(system, stored) | {"begun_with": mark})
    form.default_rule.choices = one_of({rule: DEFAULT_RULE_SV[rule] for rule in default_rules(system.regime)})
    asked = request.form.get("gor", "")
    if asked in {"krav", "priser", "index"}:
        form.add_rows(asked)
        return render_template(
            "marketplace/procurement/terms_form.html", form=form, system=system, added=asked
        )
    if form.validate_on_submit():
        try:
            with transaction():
                saved = services.draft_terms(
                    system_id,
                    contract_text_sv=form.contract_text_sv.data or "",
                    rules=form.rules(),
                    requirements=form.requirement_drafts(),
                    prices=form.price_drafts(),
                    begun_with=form.begun_with.data or None,
                )
                terms_id = saved.id
        except DomainError as error:
            form.add_error(error)
            form.begun_with.data = mark  # told that there is another text, the writer may save over it
        else:
            flash("Utkastet är sparat. Läs igenom det innan det publiceras.", "success")
            return redirect(url_for("procurement.terms", terms_id=terms_id))
    if not form.is_submitted():
        form.add_rows("krav", 2)
        form.add_rows("priser", 3)
        form.add_rows("index", 1)
    return render_template("marketplace/procurement/terms_form.html", form=form, system=system), form.status()


@bp.route("/underlag/<int:terms_id>/publicera", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def publish(terms_id: int) -> ResponseReturnValue:
    version = queries.terms_with_rows(terms_id)
    system = services.own_system(version.system_id)
    is_draft = version.state is TermsState.DRAFT
    before = queries.published_terms(system.id) if is_draft else None
    back = url_for("procurement.terms", terms_id=terms_id)
    form = PublishForm()
    read, form.read.data = form.read.data, queries.mark_of_terms(version)
    question = Question(
        title=f"Publicera version {version.version}",
        breadcrumb=_crumbs(version, system),
        causes=_publishing_causes(version, before),
        done=_published_sv(version.version, is_closed=bool(system.closed_on)),
        back=back,
        obstacles=obstacles(
            TERMS_TRANSITIONS, version.state, TermsAction.PUBLISH, *services.terms_problems(version)
        ),
        way_on=("Ändra utkastet", url_for("procurement.draft", system_id=system.id)) if is_draft else None,
    )
    return ask_first(
        question,
        lambda: services.publish_terms(terms_id, read=read or None),
        form=form,
        template="marketplace/procurement/publish.html",
        before=before,
        parts=_differences(before, version) if before else [],
    )


@bp.route("/underlag/<int:terms_id>/kasta", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def discard(terms_id: int) -> ResponseReturnValue:
    version = queries.terms_with_rows(terms_id)
    system = services.own_system(version.system_id)
    obstacle = discarding_obstacle_sv(version.state)
    question = Question(
        title="Kasta utkastet",
        breadcrumb=_crumbs(version, system),
        causes=["Utkastet försvinner. Det som är publicerat står kvar."],
        done="Utkastet är borttaget.",
        back=url_for("procurement.show", system_id=system.id),
        is_ending=True,
        obstacles=[obstacle] if obstacle else [],
    )
    return ask_first(question, lambda: services.discard_terms(terms_id))


def _crumbs(version: TermsVersion, system: SystemOfChoice) -> list[tuple[str, str]]:
    return [
        ("Valfrihetssystem", url_for("procurement.index")),
        (system.name, url_for("procurement.show", system_id=system.id)),
        (f"Version {version.version}", url_for("procurement.terms", terms_id=version.id)),
    ]


def _publishing_causes(version: TermsVersion, before: TermsVersion | None) -> list[str]:
    causes = [
        "Förfrågningsunderlaget blir öppet för alla, också utan inloggning.",
        "Versionen kan inte ändras efteråt. Ändringar görs i en ny version.",
    ]
    if before is None:
        promise = f"Ni lovar beslut inom {version.decision_within} arbetsdagar."
        return [*causes, f"Systemet öppnar för ansökningar. {promise}"]
    return [
        *causes,
        f"Version {before.version} ersätts. Avtal enligt den gäller tills båda parter skriver under en ändring.",
        "Påbörjade ansökningar går över till den nya versionen innan de skickas in. Inskickade prövas mot den gamla.",
    ]


def _published_sv(version: int, *, is_closed: bool) -> str:
    if is_closed:
        return "Förfrågningsunderlaget är publicerat."
    if version == 1:
        return "Förfrågningsunderlaget är publicerat. Nu kan företag ansöka."
    return (
        f"Version {version} är publicerad och gäller för nya ansökningar. De som har avtal följer sin version, tills "
        "ni erbjuder dem den nya på avtalets sida."
    )


def _differences(old: TermsVersion, new: TermsVersion) -> list[Part]:
    return differences(queries.text_of(old), queries.text_of(new))


def _called(version: TermsVersion) -> str:
    return f"Version {version.version}" + (" (utkast)" if version.state is TermsState.DRAFT else "")


def _terms_data(system: SystemOfChoice, terms: TermsVersion | None) -> dict[str, object]:
    if terms is None:
        usual = TermsRules(default_rule=default_rules(system.regime)[0])
        return asdict(settings_of([])) | asdict(usual) | {"index_steps": []}
    rows = queries.price_drafts(terms.prices)
    settings = settings_of(rows)
    return (
        asdict(settings)
        | asdict(terms.rules)
        | {
            "requirements": [{"text_sv": row.text_sv, "proof": row.proof} for row in terms.requirements],
            "prices": [
                {
                    "component": Component(row.component),
                    "support_level": row.support_level,
                    "day_part": row.day_part,
                    "amount": row.amount_ore,
                }
                for row in rows
                if row.component in RATES | FEES
            ],
            "index_steps": [{"from_day": day, "percent": percent} for day, percent in settings.index_steps],
            "contract_text_sv": terms.contract_text_sv,
        }
    )
