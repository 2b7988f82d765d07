"""Open data: systems, their suppliers and places as JSON with published schemas, for other catalogues to read.

The answers are the same for everyone: they may be kept by shared caches and read by scripts of any site.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from enterprises.directory import queries
from enterprises.directory.openapi_rules import openapi
from enterprises.directory.rules import ORDER_RULE_SV, Place, Site, Supplier
from enterprises.places.rules import ADAPTATION_SV, DEMAND_SV, LANGUAGE_SV, SITE_ACCESS_SV
from marketplace.errors import NotFound
from marketplace.procurement.models import SystemOfChoice
from marketplace.procurement.rules import REGIME_SV
from marketplace.reference.queries import kommun_labels
from marketplace.web.addresses import page_number, public_address
from marketplace.web.guards import public

bp = Blueprint("open_data", __name__, url_prefix="/oppna-data")

OPENNESS = "open data: what is told of suppliers to everyone, for other catalogues to read"
LICENSE = "https://creativecommons.org/publicdomain/zero/1.0/"
SCHEMAS: Mapping[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parents[1] / "schemas").glob("*.json"))
}
"""By name: what can stand in the address of a schema, and nothing else of the disk."""

_PARTS = "delar"
_DOCUMENTS = {
    "valfrihetssystem": "/oppna-data/valfrihetssystem.json",
    "leverantorer": "/oppna-data/valfrihetssystem/<nummer>/leverantorer.json",
    "platser": "/oppna-data/platser.json",
}
_MINUTES = 60
_DAY = 24 * 60 * _MINUTES


@bp.get("")
@public(OPENNESS)
def index() -> ResponseReturnValue:
    parts = SCHEMAS[_PARTS]["$defs"].values()
    return render_template(
        "enterprises/directory/open_data.html",
        documents=[
            (
                address,
                name,
                SCHEMAS[name],
                json.dumps(SCHEMAS[name]["examples"][0], ensure_ascii=False, indent=2),
            )
            for name, address in _DOCUMENTS.items()
        ],
        parts=[part for part in parts if "title" in part],
        LICENSE=LICENSE,
    )


@bp.get("/valfrihetssystem.json")
@public(OPENNESS)
def systems() -> ResponseReturnValue:
    names = kommun_labels()
    found = [_system(system, names) for system in queries.open_systems()]
    return _document("valfrihetssystem", {"systems": found})


@bp.get("/valfrihetssystem/<int:system_id>/leverantorer.json")
@public(OPENNESS)
def suppliers(system_id: int) -> ResponseReturnValue:
    system = queries.open_system(system_id)
    return _document(
        "leverantorer",
        {
            "system": _system(system, kommun_labels()),
            "order_rule": ORDER_RULE_SV,
            "suppliers": [_supplier(supplier, system_id) for supplier in queries.suppliers_of(system_id)],
        },
    )


@bp.get("/platser.json")
@public(OPENNESS)
def places() -> ResponseReturnValue:
    page = queries.place_page(page_number())
    following = page.page + 1 if page.page < page.pages else None
    return _document(
        "platser",
        {
            "page": page.page,
            "pages": page.pages,
            "total": page.total,
            "next": public_address("open_data.places", sida=following) if following else None,
            "places": [
                {
                    "place": _place(item.place),
                    "site": _site(item.site),
                    "supplier": {"id": item.place.enterprise_id, "name": item.enterprise_name},
                    "system_ids": list(item.system_ids),
                }
                for item in page.items
            ],
        },
    )


@bp.get("/schema/<name>.json")
@public(OPENNESS)
def schema(name: str) -> ResponseReturnValue:
    if name not in SCHEMAS:
        raise NotFound()
    return _shared(SCHEMAS[name], "application/schema+json", _DAY)


@bp.get("/openapi.json")
@public(OPENNESS)
def description() -> ResponseReturnValue:
    return _shared(openapi(SCHEMAS, _PARTS, current_app.config["PUBLIC_URL"]), "application/json", _DAY)


@bp.after_request
def let_any_site_read(response: Response) -> Response:
    """Also the question before it (OPTIONS) of a script that asks for what has changed since last."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
    response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
    response.headers["Access-Control-Expose-Headers"] = "ETag"
    return response


@bp.errorhandler(NotFound)
def not_found(error: NotFound) -> ResponseReturnValue:
    """A program gets an answer that it can read."""
    problem = {"title": error.message_sv, "status": error.status}
    return Response(_text(problem), error.status, mimetype="application/problem+json")


# The answers.


def _document(name: str, content: Mapping[str, Any]) -> Response:
    head = {"$schema": public_address("open_data.schema", name=name), "license": LICENSE}
    return _shared({**head, **content}, "application/json", 5 * _MINUTES)


def _shared(document: Mapping[str, Any], mimetype: str, seconds: int) -> Response:
    """With a tag of its content: whoever has it already gets 304 and nothing more."""
    response = Response(_text(document), mimetype=mimetype)
    response.cache_control.public = True
    response.cache_control.max_age = seconds
    response.add_etag()
    response.make_conditional(request)
    return response


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False)


def _system(system: SystemOfChoice, kommun_names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": system.id,
        "name": system.name,
        "service": system.service_sv,
        "regime": {"code": system.regime.value, "label": REGIME_SV[system.regime]},
        "authority": {"name": system.authority.name, "orgnr": system.authority.orgnr},
        "kommuner": [
            {"code": code, "name": name} for code, name in kommun_names.items() if code in system.kommun_codes
        ],
        "closed_on": system.closed_on.isoformat() if system.closed_on else None,
        "page_url": public_address("procurement.show", system_id=system.id),
        "suppliers_url": public_address("open_data.suppliers", system_id=system.id),
    }


def _supplier(supplier: Supplier, system_id: int) -> dict[str, Any]:
    return {
        "id": supplier.id,
        "name": supplier.name,
        "orgnr": supplier.orgnr,
        "about": supplier.about_sv,
        "is_suspended": supplier.is_suspended,
        "contract_from": supplier.starts_on.isoformat(),
        "contract_until": supplier.ends_on.isoformat() if supplier.ends_on else None,
        "contact": {
            "email": supplier.contact_email or None,
            "phone": supplier.phone or None,
            "street": supplier.street or None,
            "postcode": supplier.postcode or None,
            "city": supplier.city or None,
        },
        "seats": supplier.seats,
        "sites": [_site(site) for site in supplier.sites],
        "places": [_place(place) for place in supplier.places],
        "page_url": public_address("directory.show", system_id=system_id, enterprise_id=supplier.id),
    }


def _site(site: Site) -> dict[str, Any]:
    return {
        "id": site.id,
        "name": site.name,
        "street": site.street,
        "postcode": site.postcode,
        "city": site.city,
        "kommun": {"code": site.kommun.code, "name": site.kommun.name},
        "accessibility": site.accessibility_sv,
        "accessibility_codes": _labelled(site.accessibility, SITE_ACCESS_SV),
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "id": place.id,
        "site_id": place.site_id,
        "name": place.name,
        "trade": {
            "ssyk": place.ssyk,
            "name": place.trade_name,
            "plain_name": place.plain_name,
            "field": place.field_name,
        },
        "tasks": place.tasks_sv,
        "task_list": list(place.tasks),
        "rotates_tasks": place.rotates,
        "hours_per_week": {"min": place.hours_per_week_min, "max": place.hours_per_week_max},
        "weekdays": list(place.weekdays),
        "day": _day(place.day_starts, place.day_ends),
        "lead_time_days": place.lead_time_days,
        "demands": _labelled(place.demands, DEMAND_SV),
        "adaptations": _labelled(place.adaptations, ADAPTATION_SV),
        "languages": _labelled(place.languages, LANGUAGE_SV),
        "seats": place.seats,
        "confirmed_on": place.confirmed_on.isoformat(),
        "pictures": [
            {
                "url": public_address("places.picture", place_picture_id=one.id, v=one.sha256[:12]),
                "alt": one.alt_sv,
                "width": one.width,
                "height": one.height,
            }
            for one in place.pictures
        ],
    }


def _day(starts: time | None, ends: time | None) -> dict[str, str] | None:
    if starts is None or ends is None:
        return None
    return {"starts": starts.isoformat("minutes"), "ends": ends.isoformat("minutes")}


def _labelled(codes: Iterable[str], labels: Mapping[Any, str]) -> Sequence[dict[str, str]]:
    return [{"code": code, "label": labels.get(code, code)} for code in codes]
