"""Places out of a file: kept as it was sent, mended line by line, and saved when whoever sent it says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete

from enterprises.places.import_queries import review
from enterprises.places.import_rules import LineKind, ReadLine, read_file
from enterprises.places.models import PlaceImport
from enterprises.places.services.owning import own, own_enterprise
from enterprises.places.services.supply import add_place, update_place
from marketplace import audit
from marketplace.clock import now
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, DomainError
from marketplace.tenancy import current_actor
from marketplace.viruses import refuse_virus

_KEPT_DAYS = 30
"""Calendar days: a file that nobody has dealt with by then is thrown away when the next one comes."""


@dataclass(frozen=True)
class Saved:
    made: int
    changed: int


def start_import(name: str, content: bytes) -> PlaceImport:
    """Keeps the lines of a file; nothing of them is saved as places yet. Raises Invalid for what is no such file."""
    refuse_virus(content)
    enterprise_id = own_enterprise()
    lines = read_file(content)
    db.session.execute(
        delete(PlaceImport).where(
            PlaceImport.enterprise_id == enterprise_id,
            PlaceImport.created_at < now() - timedelta(days=_KEPT_DAYS),
        )
    )
    found = PlaceImport(
        enterprise_id=enterprise_id,
        name=" ".join(name.split())[-120:] or "fil.csv",
        lines=[{"number": line.number, "cells": line.cells} for line in lines],
        created_at=now(),
        created_by=current_actor().user_name,
    )
    db.session.add(found)
    db.session.flush()
    return found


def correct_import(place_import_id: int, typed: Mapping[tuple[int, str], str], reviewed: str) -> str:
    """Puts what is typed into the cells that it is for, by line and column. Lines that are saved stand.

    Gives the revision to save by: none when the file is not what was `reviewed`, since somebody else has changed it or
    the places.
    """
    found = _locked(place_import_id)
    is_as_reviewed = review(found).revision == reviewed
    found.lines = [
        line
        if line.get("place_id")
        else {
            **line,
            "cells": {key: typed.get((line["number"], key), text) for key, text in line["cells"].items()}
            | {key: text for (number, key), text in typed.items() if number == line["number"]},
        }
        for line in found.lines
    ]
    db.session.flush()
    return review(found).revision if is_as_reviewed else ""


def save_import(place_import_id: int, reviewed: str) -> Saved:
    """Saves every line that is right; the others stay to be mended. All of them, or none where one is refused.

    Raises Conflict when there is nothing to save, as when another tab has just done it, and when what would be saved is
    not what was `reviewed`.
    """
    found = _locked(place_import_id)
    read = review(found)
    lines = read.to_save
    if not lines:
        raise Conflict("Det finns ingen rad att spara: alla rätta rader är redan sparade.")
    if read.revision != reviewed:
        raise Conflict(
            "Någon annan har ändrat i filen eller platserna sedan du öppnade sidan, så inget är sparat. Det du skrev "
            "finns kvar. Granska raderna igen och spara sedan."
        )
    became = {line.number: _save(line) for line in lines}
    found.lines = [
        {**line, "place_id": became[line["number"]]} if line["number"] in became else line
        for line in found.lines
    ]
    db.session.flush()
    made = sum(line.kind is LineKind.NEW for line in lines)
    return Saved(made, len(lines) - made)


def discard_import(place_import_id: int) -> None:
    """What has been saved out of it stays."""
    db.session.delete(_locked(place_import_id))
    db.session.flush()


def _locked(place_import_id: int) -> PlaceImport:
    own(PlaceImport, place_import_id)
    return get_or_404(PlaceImport, place_import_id, lock=True)


def _save(line: ReadLine) -> int:
    try:
        if line.place_id is None:
            assert line.site_id is not None
            assert line.ssyk is not None
            assert line.seats is not None
            place = add_place(site_id=line.site_id, ssyk=line.ssyk, seats=line.seats, **line.words)
        else:
            place = update_place(
                line.place_id,
                begun_with=line.begun_with,
                site_id=line.site_id,
                ssyk=line.ssyk,
                **line.words,
            )
    except DomainError as error:
        raise Conflict(f"Rad {line.number}: {error.message_sv} Inget är sparat.") from error
    audit.record("place", place.id, "import", enterprise_id=place.enterprise_id)
    return place.id
