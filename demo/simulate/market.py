"""How the market comes about: systems are published, enterprises register, apply, sign, and publish their places."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from random import Random

from demo.simulate.agenda import Agenda, Phase
from demo.simulate.applying import Applying, Parties
from demo.simulate.chance import rng_for
from demo.simulate.contracting import Signatories, plan_amendments, plan_contract
from demo.simulate.foundation import (
    DEMO_ENTERPRISE,
    PASSWORD,
    TWO_DECIDERS_AT,
    Directory,
    Staff,
    demo_email,
    demo_name,
)
from demo.simulate.offers import accessibility, told_beyond
from demo.simulate.pictures import pictures_of
from demo.simulate.questions import WONDERS, plan_question
from demo.story import Authority, Enterprise, Story
from demo.terms import (
    CONTRACT_TEXT_SV,
    REQUIREMENTS,
    SERVICE_SV,
    VAT_EXEMPTION_SV,
    price_list,
    terms_rules,
)
from enterprises.applications.models import Application
from enterprises.contracts import services as contracts
from enterprises.contracts.rules import ContractDraft, VatCategory
from enterprises.places import services as places
from enterprises.suppliers import services as suppliers
from marketplace.accounts.models import Membership, Organisation
from marketplace.accounts.queries import actor_in
from marketplace.accounts.rules import Role
from marketplace.advertising import services as advertising
from marketplace.clock import today
from marketplace.db import db
from marketplace.procurement import services as procurement
from marketplace.procurement.rules import Regime
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import ANONYMOUS, Actor, acting_as, system_actor

_MONTH = timedelta(days=30)
_AMENDED_BEFORE = (150, 2)
"""Days before the history's end when an amendment is offered: the last one waits to be signed."""
_WHOLE_KRONOR_AT = "hbs"
"""Where invoices are rounded: the one that pays by the hour, and so has öre to round."""
_LARGE_FROM_SEATS = 10
_REJECTED_AT_FIRST = ("renarum", "hbs")
"""One enterprise is turned down, mends what was missing and applies again."""


@dataclass
class Published:
    """What the market came to, by the input's keys."""

    systems: dict[str, int] = field(default_factory=dict)
    enterprises: dict[str, int] = field(default_factory=dict)
    places: dict[int, str] = field(default_factory=dict)
    """Place → enterprise."""


class Market:
    def __init__(
        self, story: Story, agenda: Agenda, directory: Directory, staff: Staff, begins_on: date, seed: str
    ) -> None:
        self.story = story
        self.agenda = agenda
        self.directory = directory
        self.staff = staff
        self.begins_on = begins_on
        self.seed = seed
        self.published = Published()
        self._authorities = {authority.key: authority for authority in story.authorities}
        self._questions = Counter[str]()

    def plan(self) -> None:
        """Puts all of it on the agenda."""
        for authority in self.story.authorities:
            self._open_system(authority)
        for enterprise in self.story.enterprises:
            rng = rng_for(self.seed, "market", enterprise.key)
            first = self.begins_on + enterprise.joins_in_month * _MONTH + timedelta(days=rng.randint(0, 10))
            day = add_working_days(first, 0)
            self.agenda.add(day, Phase.SUPPLY, ANONYMOUS, partial(self._register, enterprise, rng))

    def _officer(self, authority: Authority, number: int = 0) -> Actor:
        return self.directory.one(authority.name, Role.PROCUREMENT_OFFICER, number)

    def _opens_on(self, authority: Authority) -> date:
        return add_working_days(self.begins_on + authority.joins_in_month * _MONTH, 0)

    def _open_system(self, authority: Authority) -> None:
        def act() -> None:
            system = procurement.create_system(
                name="Arbetsträning i socialt företag",
                service_sv=SERVICE_SV,
                regime=Regime.LOV,
                kommun_codes=authority.kommuner,
            )
            terms = procurement.draft_terms(
                system.id,
                contract_text_sv=CONTRACT_TEXT_SV,
                rules=terms_rules(authority.key),
                requirements=REQUIREMENTS,
                prices=price_list(authority.price_list),
            )
            procurement.publish_terms(terms.id)
            procurement.set_deciders(system.id, needs_two=authority.key == TWO_DECIDERS_AT)
            self.published.systems[authority.key] = system.id
            advertising.save_contact(
                unit_sv="Upphandlingsfunktionen", email=self.staff.contact_email(authority.name)
            )

        self.agenda.add(self._opens_on(authority), Phase.PROCUREMENT, self._officer(authority), act)

    def _register(self, enterprise: Enterprise, rng: Random) -> None:
        site = self.story.sites_of(enterprise)[0]
        is_demo = enterprise.key == DEMO_ENTERPRISE
        role = Role.SUPPLIER_MANAGER
        email = demo_email(role) if is_demo else self.staff.email(enterprise.name, role)
        name = demo_name(role) if is_demo else self.staff.a_name()
        registration = suppliers.register_enterprise(
            orgnr=enterprise.orgnr,
            name=enterprise.name,
            contact_email=self.staff.contact_email(enterprise.name),
            manager_name=name,
            manager_email=email,
            password=PASSWORD,
            phone=enterprise.phone,
            street=site.street,
            postcode=site.postcode,
            city=site.city,
        )
        self.published.enterprises[enterprise.key] = registration.organisation_id
        with acting_as(system_actor()):
            organisation = db.session.get_one(Organisation, registration.organisation_id)
            for number in range(1, 1 + self._supervisors(enterprise)):
                self.staff.add(organisation, Role.SUPERVISOR, number, is_demo_person=is_demo and number == 1)
            membership = db.session.get_one(Membership, registration.membership_id)
            manager = actor_in(membership, membership.user)
        set_up = add_working_days(today(), rng.randint(1, 3))
        self.agenda.add(set_up, Phase.SUPPLY, manager, lambda: self._set_up(enterprise))
        day = add_working_days(set_up, 1)
        for key in enterprise.authorities:
            authority = self._authorities[key]
            day = max(day, add_working_days(self._opens_on(authority), rng.randint(2, 5)))
            if self._questions[key] < len(WONDERS):
                self._ask(authority, manager, day)
            self._apply(enterprise, authority, manager, day, rng)
            day = add_working_days(day + timedelta(days=rng.randint(40, 110)), 0)

    def _ask(self, authority: Authority, manager: Actor, day: date) -> None:
        """The first who apply to an authority ask it something."""
        number = self._questions[authority.key]
        self._questions[authority.key] += 1
        plan_question(
            self.agenda,
            manager,
            self._officer(authority),
            day,
            number,
            lambda: self.published.systems[authority.key],
        )

    def _supervisors(self, enterprise: Enterprise) -> int:
        places = [place for site in self.story.sites_of(enterprise) for place in self.story.places_at(site)]
        return 2 if sum(place.seats for place in places) >= _LARGE_FROM_SEATS else 1

    def _set_up(self, enterprise: Enterprise) -> None:
        """The profile, the sites and drafts of the places."""
        sites = self.story.sites_of(enterprise)
        suppliers.update_profile(
            about_sv=enterprise.about_sv,
            contact_email=self.staff.contact_email(enterprise.name),
            phone=enterprise.phone,
            street=sites[0].street,
            postcode=sites[0].postcode,
            city=sites[0].city,
            bankgiro=enterprise.bankgiro,
            has_f_tax=True,
            is_vat_registered=enterprise.is_vat_registered,
        )
        for site in sites:
            row = places.add_site(
                name=site.name,
                street=site.street,
                postcode=site.postcode,
                city=site.city,
                kommun_code=site.kommun,
                accessibility_sv=site.accessibility_sv,
                accessibility=accessibility(site),
            )
            for place in self.story.places_at(site):
                made = places.add_place(
                    site_id=row.id,
                    ssyk=place.ssyk,
                    name=place.name,
                    tasks_sv=place.tasks_sv,
                    hours_per_week_min=place.hours_min,
                    hours_per_week_max=place.hours_max,
                    lead_time_days=place.lead_days,
                    adaptations=place.adaptations,
                    languages=("sv", *place.languages),
                    seats=place.seats,
                    **told_beyond(place),
                )
                self.published.places[made.id] = enterprise.key
                is_demo = enterprise.key == DEMO_ENTERPRISE
                for picture in pictures_of(place, self.seed, is_always=is_demo):
                    places.add_picture(made.id, picture.content, picture.alt_sv)

    # Applications and contracts.

    def _apply(
        self, enterprise: Enterprise, authority: Authority, manager: Actor, day: date, rng: Random
    ) -> None:
        is_rejected = (enterprise.key, authority.key) == _REJECTED_AT_FIRST
        needs_completion = rng.random() < 0.15
        applying = Applying(
            self.agenda,
            Parties(
                manager=manager,
                officer=self._officer(authority),
                second=self._officer(authority, 1) if authority.key == TWO_DECIDERS_AT else None,
                diary_series=authority.key.upper(),
                system_of=lambda: self.published.systems[authority.key],
            ),
            then=lambda application_id: self._contract(enterprise, authority, manager, application_id),
        )
        if is_rejected:
            applying.plan(day, rng, is_met=False, needs_completion=False)
            day = add_working_days(day, 45)
        applying.plan(day, rng, is_met=True, needs_completion=needs_completion and not is_rejected)

    def _contract(
        self, enterprise: Enterprise, authority: Authority, manager: Actor, application_id: int
    ) -> None:
        is_exempt = not enterprise.is_vat_registered
        draft = ContractDraft(
            starts_on=add_working_days(today(), 4),
            vat_category=VatCategory.EXEMPT if is_exempt else VatCategory.STANDARD,
            vat_exemption_reason_sv=VAT_EXEMPTION_SV if is_exempt else "",
            buyer_reference=f"ASF{authority.key.upper()}{application_id:03d}",
            capacity_cap=db.session.get_one(Application, application_id).terms.capacity_cap,
            is_rounded=authority.key == _WHOLE_KRONOR_AT,
        )
        contract_id = contracts.draw_up_contract(application_id, draft).id
        both = Signatories(manager, self._officer(authority))
        plan_contract(self.agenda, contract_id, both)
        if enterprise.key == DEMO_ENTERPRISE and authority.key == enterprise.authorities[0]:
            days = [self.agenda.ends_on - timedelta(days=before) for before in _AMENDED_BEFORE]
            plan_amendments(self.agenda, contract_id, both, draft.buyer_reference, days)
        if authority.key == enterprise.authorities[0]:
            self.agenda.add(
                add_working_days(today(), 3), Phase.SUPPLY, manager, lambda: self._publish(enterprise)
            )

    def _publish(self, enterprise: Enterprise) -> None:
        for place_id, key in self.published.places.items():
            if key == enterprise.key:
                places.publish_place(place_id)
