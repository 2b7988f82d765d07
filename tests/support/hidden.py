"""Protected identities: what an answer may not tell, and whom it shows masked. Everyone in the world is hidden."""

import io
import re
import zipfile
from contextlib import suppress

from pypdf import PdfReader
from pypdf.errors import PdfReadError
from sqlalchemy import select
from werkzeug.test import TestResponse

from marketplace.accounts.rules import Role
from marketplace.db import db
from marketplace.tenancy import acting_as, system_actor
from placements.access_log.models import Look
from placements.participants.rules import PROTECTED_SV
from tests.world import World
from tests.world_people import HIDDEN_NAME

# Everyone in the world is born in 1975: twelve digits, or with a hyphen.
_TELLS = re.compile(rf"{HIDDEN_NAME}|\b(?:1975\d{{8}}|(?:19)?75\d{{4}}-\d{{4}})\b")
_MASKED = re.compile(rf"{PROTECTED_SV} \(D(\d{{6,}})\)")


def told(text: str) -> list[str]:
    """What a text tells of those who are hidden."""
    return _TELLS.findall(text)


def masked_in(answer: TestResponse) -> set[int]:
    """The participants whom the answer shows, each by her number. Fails when it tells who somebody is."""
    words = _words(answer)
    assert not told(words), f"{answer.request.path} tells who somebody is"
    return {int(number) for number in _MASKED.findall(words)}


def looked_at(world: World, role: Role) -> set[int]:
    """Whom the logs say that the role's own person has been shown: a supervisor's may be another authority's."""
    mine = select(Look.participant_id).where(Look.user_id == world.actor(role).user_id)
    found: set[int] = set()
    for authority_id in world.authorities.values():
        with acting_as(system_actor(authority_id)):
            found |= set(db.session.scalars(mine))
    return found


def _words(answer: TestResponse) -> str:
    """All that the answer says, whatever it is."""
    if answer.mimetype == "application/pdf":
        with suppress(PdfReadError):  # what somebody has attached may call itself so
            return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    if "spreadsheet" in (answer.mimetype or ""):
        with zipfile.ZipFile(io.BytesIO(answer.data)) as file:
            return " ".join(file.read(name).decode() for name in file.namelist())
    return str(answer.data, errors="replace")
