"""An enterprise registers, and tells of itself."""

from dataclasses import dataclass

from sqlalchemy import select
from stdnum.exceptions import ValidationError as NumberError
from stdnum.se import orgnr as stdnum_orgnr

from enterprises.suppliers.models import EnterpriseProfile
from enterprises.suppliers.queries import profile_of
from enterprises.suppliers.rules import bankgiro_digits
from marketplace import audit
from marketplace.accounts.models import Organisation
from marketplace.accounts.queries import user_by_email
from marketplace.accounts.rules import OrganisationKind, Role, is_email
from marketplace.accounts.services import add_membership, create_account
from marketplace.clock import now
from marketplace.db import db
from marketplace.errors import Conflict, Invalid, NotAllowed
from marketplace.reference.rules import postcode_text
from marketplace.tenancy import Actor, acting_as, current_actor, system_actor

_ACCOUNT_FIELDS = {"email": "manager_email", "name": "manager_name"}


@dataclass(frozen=True)
class Registration:
    organisation_id: int
    user_id: int
    membership_id: int


def register_enterprise(
    *,
    orgnr: str,
    name: str,
    contact_email: str,
    manager_name: str,
    manager_email: str,
    password: str,
    phone: str = "",
    street: str = "",
    postcode: str = "",
    city: str = "",
) -> Registration:
    """An enterprise with a manager who can sign in at once. Open to anyone, who gains nothing but to apply.

    Acts as the system for the rows that nobody owns yet: organisation, account and membership. Raises Invalid and
    Conflict with the field that is wrong.
    """
    try:
        number = str(stdnum_orgnr.validate(orgnr))
    except NumberError:
        raise Invalid(
            "Organisationsnumret stämmer inte. Skriv tio siffror, till exempel 222000-3079.", field="orgnr"
        ) from None
    if not name.strip():
        raise Invalid("Skriv företagets namn.", field="name")
    _check_contact(contact_email, postcode)
    with acting_as(system_actor()):
        organisation = Organisation(
            kind=OrganisationKind.ENTERPRISE,
            name=name.strip(),
            orgnr=number,
            kommun_codes=[],
            created_at=now(),
        )
        _refuse_known(number, manager_email)
        db.session.add(organisation)
        try:
            user = create_account(manager_email, manager_name, password)
        except Invalid as error:
            field = _ACCOUNT_FIELDS.get(error.field or "", error.field)
            raise Invalid(error.message_sv, field=field) from error
        membership = add_membership(user.id, organisation.id, Role.SUPPLIER_MANAGER)
    manager = Actor(
        user_id=user.id,
        user_name=user.name,
        membership_id=membership.id,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        role=Role.SUPPLIER_MANAGER,
        enterprise_id=organisation.id,
    )
    registration = Registration(organisation.id, user.id, membership.id)
    with acting_as(manager):
        db.session.add(
            EnterpriseProfile(
                enterprise_id=registration.organisation_id,
                about_sv="",
                contact_email=contact_email.strip().lower(),
                phone=phone.strip(),
                street=street.strip(),
                postcode=postcode_text(postcode) or "",
                city=city.strip(),
                has_f_tax=False,
                is_vat_registered=False,
            )
        )
        audit.record(
            "enterprise",
            registration.organisation_id,
            "register",
            enterprise_id=registration.organisation_id,
        )
    return registration


def update_profile(
    *,
    about_sv: str,
    contact_email: str,
    phone: str,
    street: str,
    postcode: str,
    city: str,
    bankgiro: str | None,
    has_f_tax: bool,
    is_vat_registered: bool,
) -> EnterpriseProfile:
    """Changes what the actor's enterprise tells of itself. Raises Invalid with the field that is wrong."""
    actor = current_actor()
    if actor.role is not Role.SUPPLIER_MANAGER:
        raise NotAllowed("Bara företagets verksamhetsledare får ändra uppgifterna.")
    profile = profile_of(actor.enterprise_id)
    _check_contact(contact_email, postcode)
    number = bankgiro_digits(bankgiro) if bankgiro and bankgiro.strip() else None
    if bankgiro and bankgiro.strip() and number is None:
        raise Invalid("Bankgironumret stämmer inte. Skriv sju eller åtta siffror.", field="bankgiro")
    profile.about_sv, profile.contact_email = about_sv.strip(), contact_email.strip().lower()
    profile.phone, profile.street, profile.city = phone.strip(), street.strip(), city.strip()
    profile.postcode = postcode_text(postcode) or ""
    profile.bankgiro = number
    profile.has_f_tax, profile.is_vat_registered = has_f_tax, is_vat_registered
    audit.record("enterprise", profile.enterprise_id, "update", enterprise_id=profile.enterprise_id)
    db.session.flush()
    return profile


def _check_contact(contact_email: str, postcode: str) -> None:
    if not is_email(contact_email.strip()):
        raise Invalid("Skriv e-postadressen som namn@exempel.se.", field="contact_email")
    if postcode.strip() and postcode_text(postcode) is None:
        raise Invalid("Skriv postnumret med fem siffror, till exempel 136 40.", field="postcode")


def _refuse_known(orgnr: str, manager_email: str) -> None:
    known = select(Organisation.id).where(
        Organisation.orgnr == orgnr, Organisation.kind != OrganisationKind.MEMBER
    )
    if db.session.scalar(known.limit(1)) is not None:
        raise Conflict("Organisationsnumret är redan registrerat. Logga in i stället.", field="orgnr")
    if user_by_email(manager_email) is not None:
        raise Conflict("E-postadressen används redan. Logga in i stället.", field="manager_email")
