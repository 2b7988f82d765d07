"""Files of places: what their lines are held against, and what they would do now."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select

from enterprises.places.cell_rules import COLUMN_SV, cells_of
from enterprises.places.import_rules import Existing, Known, LineKind, RawLine, ReadLine, read_lines
from enterprises.places.models import Place, PlaceImport, Site
from enterprises.places.offer_rules import told_of
from enterprises.places.queries import PlaceRow, seats_in_service, sites
from enterprises.places.rules import PLACE_STATE_SV, PlaceState
from marketplace.clock import today
from marketplace.db import db
from marketplace.reference.models import Trade


@dataclass(frozen=True)
class Review:
    """The lines of a file as they stand against what there is now."""

    lines: list[ReadLine]

    def of(self, *kinds: LineKind) -> list[ReadLine]:
        return [line for line in self.lines if line.kind in kinds]

    @property
    def wrong(self) -> list[ReadLine]:
        return self.of(LineKind.WRONG)

    @property
    def to_save(self) -> list[ReadLine]:
        return [line for line in self.lines if line.will_be_saved]

    @property
    def unsaved(self) -> list[ReadLine]:
        return [line for line in self.lines if line.kind is not LineKind.SAVED]

    @property
    def revision(self) -> str:
        """What saving would do, as one word: another when the file or the places have been changed since."""
        said = [(line.number, line.kind, line.place_id, line.cells, line.changes_sv) for line in self.lines]
        return sha256(repr(said).encode()).hexdigest()

    @property
    def is_done(self) -> bool:
        return not self.wrong and not self.to_save


def review(found: PlaceImport) -> Review:
    """Four queries, however many lines."""
    known = _known(found.enterprise_id)
    waiting = [RawLine(line["number"], line["cells"]) for line in found.lines if not line.get("place_id")]
    read = {line.number: line for line in read_lines(waiting, known)}
    return Review(
        [
            read.get(line["number"])
            or ReadLine(line["number"], line["cells"], LineKind.SAVED, place_id=line["place_id"])
            for line in found.lines
        ]
    )


def imports_of(enterprise_id: int | None) -> list[PlaceImport]:
    """Files with lines that are not saved, the latest first."""
    statement = (
        select(PlaceImport).where(PlaceImport.enterprise_id == enterprise_id).order_by(PlaceImport.id.desc())
    )
    return [
        one for one in db.session.scalars(statement) if any(not line.get("place_id") for line in one.lines)
    ]


def _known(enterprise_id: int) -> Known:
    statement = select(Place, seats_in_service(today())).where(Place.enterprise_id == enterprise_id)
    return Known(
        sites={label.casefold(): site_id for site_id, label in site_labels(enterprise_id).items()},
        trades=frozenset(db.session.scalars(select(Trade.ssyk))),
        places={
            place.id: Existing(
                place.revision,
                told_of(place),
                place.site_id,
                place.ssyk,
                seats,
                is_draft=place.state is PlaceState.DRAFT,
                is_closed=place.state is PlaceState.CLOSED,
            )
            for place, seats in db.session.execute(statement)
        },
    )


def site_labels(enterprise_id: int | None) -> dict[int, str]:
    """Sites by name; a name that two of them share stands with the number."""
    found: list[Site] = sites(enterprise_id)
    names = Counter(site.name.casefold() for site in found)
    return {
        site.id: f"{site.name} [{site.id}]" if names[site.name.casefold()] > 1 else site.name
        for site in found
    }


def full_header() -> list[str]:
    return [*COLUMN_SV.values(), "Yrke", "Kommun", "Läge", "Bekräftad"]


def full_rows(enterprise_id: int | None, rows: list[PlaceRow]) -> Iterator[list[object]]:
    """Everything that is told of each place, as the import reads it, and what it leaves unread."""
    labels = site_labels(enterprise_id)
    for row in rows:
        place = row.place
        cells: dict[str, object] = {
            **cells_of(told_of(place)),
            "id": place.id,
            "revision": place.revision,
            "site": labels[place.site_id],
            "ssyk": place.ssyk,
            "seats": row.seats,
        }
        yield [
            *(cells[key] for key in COLUMN_SV),
            place.trade.plain_name,
            place.site.kommun.name,
            PLACE_STATE_SV[place.state],
            place.confirmed_on,
        ]
