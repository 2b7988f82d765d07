"""The advertisement as a page and as text, the feeds of what has changed, and whom the advertisements name."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.advertising import queries, services
from marketplace.advertising.documents import Addresses, Advertisement, advertisement, as_text, title_sv
from marketplace.advertising.forms import ContactForm
from marketplace.advertising.queries import News, NewsKind
from marketplace.advertising.rules import beginning_of, modified_at, plain
from marketplace.advertising.views.blueprint import OPENNESS, bp, crumbs, is_own
from marketplace.clock import now
from marketplace.db import transaction
from marketplace.errors import DomainError
from marketplace.procurement.models import SystemOfChoice
from marketplace.tenancy import current_actor
from marketplace.web.addresses import public_address
from marketplace.web.guards import public, requires

_EMPTY_SINCE = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed in which nothing has happened yet was changed last: an instant that stays."""


# The advertisement.


@bp.get("/<int:system_id>/annons")
@public(OPENNESS)
def advert(system_id: int) -> ResponseReturnValue:
    system = queries.open_system(system_id)
    facts = _facts(system)
    return render_template(
        "marketplace/advertising/advert.html",
        system=system,
        title=title_sv(facts),
        sections=advertisement(facts),
        crumbs=crumbs(system),
        is_owner=is_own(system),
        has_contact=facts.contact is not None,
    )


@bp.get("/<int:system_id>/annons.txt")
@public(OPENNESS)
def advert_text(system_id: int) -> Response:
    facts = _facts(queries.open_system(system_id))
    text = as_text(title_sv(facts), advertisement(facts))
    return Response(text.encode(), content_type="text/plain; charset=utf-8")


def _facts(system: SystemOfChoice) -> Advertisement:
    terms = queries.terms_of(system)
    addresses = Addresses(
        system=public_address("procurement.show", system_id=system.id),
        terms=public_address("procurement.terms", terms_id=terms.id),
        register=public_address("suppliers.register"),
        questions=public_address("advertising.questions", system_id=system.id),
    )
    return queries.advertisement_of(system, terms, addresses)


@bp.route("/kontakt", methods=["GET", "POST"])
@requires(Role.PROCUREMENT_OFFICER)
def contact() -> ResponseReturnValue:
    form = ContactForm(obj=queries.contact_of(current_actor().authority_id))
    if form.validate_on_submit():
        names = ("unit_sv", "email", "phone", "street", "postcode", "city")
        try:
            with transaction():
                services.save_contact(**{name: form[name].data or "" for name in names})
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Kontaktuppgifterna är sparade och står nu i era annonser.", "success")
            return redirect(url_for("procurement.index"))
    return render_template("marketplace/advertising/contact.html", form=form), form.status()


# The feeds (Atom, RFC 4287).


@dataclass(frozen=True)
class Entry:
    """`address` is the entry's identity too: it is absolute and stays."""

    address: str
    title: str
    updated: datetime
    author: str
    text: str


@bp.get("/nytt.atom")
@public(OPENNESS)
def feed() -> Response:
    return _feed(
        "Valfrihetssystem: vad som är nytt",
        "Platstorget",
        public_address("advertising.feed"),
        public_address("procurement.index"),
        queries.news(),
    )


@bp.get("/<int:system_id>/nytt.atom")
@public(OPENNESS)
def system_feed(system_id: int) -> Response:
    system = queries.open_system(system_id)
    return _feed(
        f"{system.name}: vad som är nytt",
        system.authority.name,
        public_address("advertising.system_feed", system_id=system_id),
        public_address("procurement.show", system_id=system_id),
        queries.news(system_id),
    )


def _feed(title: str, author: str, address: str, page: str, news: Sequence[News]) -> Response:
    """The feed with what a reader needs to ask only for what has changed (ETag, Last-Modified)."""
    entries = [_entry(one) for one in news]
    body = render_template(
        "marketplace/advertising/feed.xml",
        title=plain(title),
        author=plain(author),
        address=address,
        page=page,
        updated=max((entry.updated for entry in entries), default=_EMPTY_SINCE),
        entries=entries,
    ).encode()
    response = Response(body, content_type="application/atom+xml; charset=utf-8")
    response.set_etag(hashlib.sha256(body).hexdigest())
    response.last_modified = modified_at(news[0].day, now()) if news else _EMPTY_SINCE
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


def _entry(news: News) -> Entry:
    address, title, text = _ENTRIES[news.kind](news)
    return Entry(
        address, plain(title), beginning_of(news.day), plain(news.system.authority.name), plain(text)
    )


def _name(news: News) -> str:
    """Authorities give their systems the same names, and the common feed holds all of them."""
    return f"{news.system.name}, {news.system.authority.name}"


def _version(news: News) -> tuple[str, str, str]:
    return (
        public_address("procurement.terms", terms_id=news.terms_id),
        f"{_name(news)}: förfrågningsunderlag version {news.number}",
        f"Version {news.number} av förfrågningsunderlaget är publicerad. Ansök mot den senaste versionen.",
    )


def _answer(news: News) -> tuple[str, str, str]:
    page = public_address("advertising.questions", system_id=news.system.id)
    return (
        f"{page}#fraga-{news.number}",
        f"{_name(news)}: fråga och svar {news.number}",
        f"Fråga: {news.question_sv}\n\nSvar: {news.answer_sv}",
    )


def _closed(news: News) -> tuple[str, str, str]:
    page = public_address("procurement.show", system_id=news.system.id)
    lasting = "Avtal som är slutna gäller som förut."
    return (
        f"{page}#stangt",
        f"{_name(news)}: stängt för nya ansökningar",
        f"Systemet tar inte emot nya ansökningar. Skäl: {news.system.closing_reason_sv}\n\n{lasting}",
    )


_ENTRIES = {NewsKind.VERSION: _version, NewsKind.ANSWER: _answer, NewsKind.CLOSED: _closed}
