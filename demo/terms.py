"""What the demo's authorities ask for and pay: requirements, price lists and the contract's words."""

from decimal import Decimal

from marketplace.procurement.price_rules import Component, DayPart, PriceDraft, PriceSettings, with_settings
from marketplace.procurement.rules import Proof, RequirementDraft, TermsRules

SERVICE_SV = (
    "Arbetsträning hos arbetsintegrerande sociala företag för personer som står långt från arbetsmarknaden. "
    "Deltagaren väljer själv bland de godkända företagen och kan byta."
)

CONTRACT_TEXT_SV = (
    "Leverantören tar emot deltagare på de platser som leverantören har publicerat, i den takt som platserna räcker. "
    "Varje deltagare har en handledare som finns på arbetsplatsen. Myndigheten betalar enligt prislistan mot faktura "
    "en gång i månaden. Leverantören rapporterar närvaro varje vecka och lämnar slutdokumentation när "
    "arbetsträningen är slut. Parterna kan säga upp avtalet med tre månaders uppsägningstid; den som då tränar får "
    "avsluta sin period."
)

REQUIREMENTS = (
    RequirementDraft(
        "Företaget är ett arbetsintegrerande socialt företag: det leder till arbete för dem som har svårt att få ett, "
        "gör dem delaktiga i verksamheten och återinvesterar sitt överskott.",
        Proof.ANSWER,
    ),
    RequirementDraft("Företaget betalar skatter och arbetsgivaravgifter i tid.", Proof.DECLARATION),
    RequirementDraft(
        "Det finns minst en handledare på arbetsplatsen hela dagen, med erfarenhet av att stödja människor i arbete. "
        "Beskriv hur handledningen är ordnad.",
        Proof.ANSWER,
    ),
    RequirementDraft(
        "En deltagare kan börja inom två veckor från förfrågan, om det finns en ledig plats.",
        Proof.DECLARATION,
    ),
    RequirementDraft(
        "Deltagaren får pröva olika uppgifter. Beskriv hur kvinnor och män får pröva samma arbeten.",
        Proof.ANSWER,
    ),
    RequirementDraft("Arbetsmiljöarbetet är systematiskt och dokumenterat.", Proof.DECLARATION),
    RequirementDraft(
        "Personuppgifter behandlas bara för uppdraget, av dem som behöver dem.", Proof.DECLARATION
    ),
    RequirementDraft(
        "Företaget har en ansvarsförsäkring som omfattar den som arbetstränar. Bifoga försäkringsbeviset.",
        Proof.ATTACHMENT,
    ),
)

_OWNED_SV = (
    "Vi ägs av medlemmarna och har skrivit in i stadgarna att överskottet stannar i verksamheten. Deltagarna är med på "
    "veckomöten och i beslut om arbetet."
)
_SUPERVISED_SV = (
    "Varje lag har en handledare som är med hela dagen. Vid frånvaro går en namngiven ersättare in. Alla handledare "
    "har arbetat minst två år med arbetsträning."
)
_ROTATING_SV = (
    "Alla går runt mellan uppgifterna de första veckorna. Vi visar arbetena med bilder på både kvinnor och män och "
    "följer varje månad vem som gör vad."
)
ANSWERS_SV = (_OWNED_SV, _SUPERVISED_SV, _ROTATING_SV)
"""In the order of the requirements that ask for an answer."""

COMPLETION_SV = "Beskriv vem som ersätter handledaren vid frånvaro."
COMPLETED_SV = "Två av våra medlemmar är utbildade ersättare. Den som är i tjänst står på schemat i entrén."

VAT_EXEMPTION_SV = "Undantag från skatteplikt för social omsorg."

SUPPORT_LEVELS: dict[str, tuple[str, ...]] = {
    "dagersattning": ("1", "2", "3", "4", "5"),
    "timersattning": ("1", "2", "3"),
    "jobbpeng": ("bas", "förstärkt"),
}

_DAY_KRONOR = {
    "1": (439, 307, 132),
    "2": (626, 439, 188),
    "3": (987, 691, 296),
    "4": (1303, 912, 391),
    "5": (1663, 1164, 499),
}
"""Tyresö, daglig verksamhet 2020: kronor for a whole, half and part day by support level."""


_CAPACITY = {"os": (4, 40)}
"""Who limits it: the fewest seats that a supplier offers, and the most in use at once. More than any has."""


def terms_rules(authority: str) -> TermsRules:
    """The usual promises. Whoever does not choose is placed in turn, and suppliers are checked every year."""
    floor, cap = _CAPACITY.get(authority, (None, None))
    return TermsRules(capacity_floor=floor, capacity_cap=cap)


def price_list(kind: str) -> list[PriceDraft]:
    """The rows of one of the three lists that the demo's authorities use."""
    return {
        "dagersattning": _by_the_day,
        "jobbpeng": _by_the_month,
        "timersattning": _by_the_hour,
    }[kind]()


def _by_the_day() -> list[PriceDraft]:
    """Tyresö's day rates; the start fee and the paid absence are ours."""
    rows = [
        PriceDraft(Component.DAY_RATE, level, part, kronor * 100)
        for level, amounts in _DAY_KRONOR.items()
        for part, kronor in zip(DayPart, amounts, strict=True)
    ]
    rows.append(PriceDraft(Component.START_FEE, amount_ore=1_500_00))
    return with_settings(
        rows,
        PriceSettings(
            whole_from_hours=Decimal(6),
            half_from_hours=Decimal(3),
            is_absence_paid=True,
            absence_max_in_a_row=5,
            absence_max_in_a_month=8,
        ),
    )


def _by_the_month() -> list[PriceDraft]:
    """Nacka's jobbpeng; the sizes of the fee at fourteen days and of the bonus are ours."""
    rows = [
        PriceDraft(Component.START_FEE, amount_ore=5_000_00),
        PriceDraft(Component.MONTHLY_RATE, "bas", amount_ore=3_686_00),
        PriceDraft(Component.MONTHLY_RATE, "förstärkt", amount_ore=4_858_00),
        PriceDraft(Component.RESULT_FEE, amount_ore=10_000_00),
    ]
    return with_settings(
        rows, PriceSettings(start_after_run_days=14, month_from_run_day=15, result_after_months=6)
    )


def _by_the_hour() -> list[PriceDraft]:
    """An hourly rate by support level, with fees at the start and for the final report."""
    rows = [
        PriceDraft(Component.START_FEE, amount_ore=2_000_00),
        PriceDraft(Component.HOURLY_RATE, "1", amount_ore=92_00),
        PriceDraft(Component.HOURLY_RATE, "2", amount_ore=128_00),
        PriceDraft(Component.HOURLY_RATE, "3", amount_ore=174_50),
        PriceDraft(Component.REPORT_FEE, amount_ore=3_000_00),
    ]
    return with_settings(rows, PriceSettings(late_report_ore=1_000_00))
