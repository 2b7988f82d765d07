"""How an installation begins: its authorities and their members, and the first who can invite. By the operator."""

from collections.abc import Sequence

from sqlalchemy import select

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import MemberKind, OrganisationKind, Role, is_email
from marketplace.clock import now
from marketplace.colleagues.models import Invitation
from marketplace.colleagues.services import SEND_TOPIC
from marketplace.db import db
from marketplace.errors import Invalid, NotFound
from marketplace.outbox import emit
from marketplace.reference.queries import kommun_labels


def found_authority(name: str, orgnr: str, kommun_codes: Sequence[str], coordinator: str) -> Organisation:
    """An authority, whose first coordinator is invited by letter. For the system. Raises Invalid, Conflict."""
    email = coordinator.strip().lower()
    if not is_email(email):
        raise Invalid("Skriv e-postadressen som namn@exempel.se.")
    authority = Organisation(
        kind=OrganisationKind.AUTHORITY,
        name=name.strip(),
        orgnr=_ten_digits(orgnr),
        kommun_codes=_known(kommun_codes),
        created_at=now(),
    )
    db.session.add(authority)
    db.session.flush()
    invitation = Invitation(
        organisation_id=authority.id,
        email=email,
        role=Role.COORDINATOR,
        kommun_codes=[],
        invited_by="Platstorget",
        invited_at=now(),
    )
    db.session.add(invitation)
    db.session.flush()
    emit(SEND_TOPIC, invitation_id=invitation.id)
    return authority


def found_member(
    name: str, authority_orgnr: str, kommun_codes: Sequence[str], kind: MemberKind
) -> Organisation:
    """A member of the authority, whose case officers its coordinators then invite. For the system. Raises Invalid,
    NotFound."""
    number = _ten_digits(authority_orgnr)
    authority_id = db.session.scalar(
        select(Organisation.id).where(
            Organisation.orgnr == number, Organisation.kind == OrganisationKind.AUTHORITY
        )
    )
    if authority_id is None:
        raise NotFound("Det finns ingen myndighet med det organisationsnumret.")
    member = Organisation(
        kind=OrganisationKind.MEMBER,
        name=name.strip(),
        authority_id=authority_id,
        member_kind=kind,
        kommun_codes=_known(kommun_codes),
        created_at=now(),
    )
    db.session.add(member)
    db.session.flush()
    return member


def _ten_digits(orgnr: str) -> str:
    """Not its check digit: some of the public sector's are wrong."""
    digits = orgnr.replace("-", "").strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) == 10):
        raise Invalid("Organisationsnumret har tio siffror.")
    return digits


def _known(kommun_codes: Sequence[str]) -> list[str]:
    known = kommun_labels(kommun_codes)
    if not known or set(known) != set(kommun_codes):
        raise Invalid("Kommunkoderna finns inte. Ladda dem först med platstorget reference load.")
    return sorted(known)
