"""Where an enterprise works."""

from collections.abc import Sequence

from sqlalchemy import select

from enterprises.places.models import Place, Site
from enterprises.places.rules import SiteAccess
from enterprises.places.services.owning import own, own_enterprise
from marketplace import audit
from marketplace.db import db
from marketplace.errors import Conflict, Invalid
from marketplace.reference.models import Kommun
from marketplace.reference.rules import postcode_text


def add_site(
    *,
    name: str,
    street: str,
    postcode: str,
    city: str,
    kommun_code: str,
    accessibility_sv: str = "",
    accessibility: Sequence[str] = (),
) -> Site:
    """A new site of the actor's enterprise."""
    site = Site(enterprise_id=own_enterprise())
    _fill_site(site, name, street, postcode, city, kommun_code, accessibility_sv, accessibility)
    db.session.add(site)
    db.session.flush()
    audit.record("site", site.id, "create", enterprise_id=site.enterprise_id)
    return site


def update_site(
    site_id: int,
    *,
    name: str,
    street: str,
    postcode: str,
    city: str,
    kommun_code: str,
    accessibility_sv: str = "",
    accessibility: Sequence[str] | None = None,
) -> Site:
    """Changes a site. Its kommun stands once there are places, since they are counted by it."""
    site = own(Site, site_id)
    has_places = db.session.scalar(select(Place.id).where(Place.site_id == site_id).limit(1)) is not None
    if has_places and kommun_code != site.kommun_code:
        raise Conflict(
            "Kommunen kan inte ändras när arbetsstället har platser. Lägg upp ett nytt arbetsställe.",
            field="kommun_code",
        )
    told = site.accessibility if accessibility is None else accessibility
    _fill_site(site, name, street, postcode, city, kommun_code, accessibility_sv, told)
    audit.record("site", site.id, "update", enterprise_id=site.enterprise_id)
    return site


def _fill_site(
    site: Site,
    name: str,
    street: str,
    postcode: str,
    city: str,
    kommun_code: str,
    accessibility_sv: str,
    accessibility: Sequence[str],
) -> None:
    typed = {"name": name, "street": street, "city": city}
    for field, value in typed.items():
        if not value.strip():
            raise Invalid("Fyll i fältet.", field=field)
    written = postcode_text(postcode)
    if written is None:
        raise Invalid("Skriv postnumret med fem siffror, till exempel 136 40.", field="postcode")
    if db.session.get(Kommun, kommun_code) is None:
        raise Invalid("Välj en kommun ur listan.", field="kommun_code")
    site.name, site.street, site.city = name.strip(), street.strip(), city.strip()
    site.postcode, site.kommun_code = written, kommun_code
    site.accessibility_sv = accessibility_sv.strip()
    if set(accessibility) - set(SiteAccess):
        raise Invalid("Välj tillgänglighet ur listan.", field="accessibility")
    site.accessibility = sorted(set(accessibility))
