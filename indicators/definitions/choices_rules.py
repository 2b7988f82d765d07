"""What the numbers of choices mean."""

from typing import Final

from indicators.definitions.keys import Audience, Definition, Indicator, Measure

_ROUNDS = "Valomgångar som handläggare har registrerat i Platstorget; andel kvinnor per yrke från SCB, Yrkesregistret"
_LEFT_OUT = (
    "Valomgångar som öppnades den innevarande månaden. Deltagare som angett annat kön eller inget visas inte, de är för"
    " få. En enhet visas bara där minst två handläggares deltagare är med"
)
_YEAR = "Kalenderår efter den dag då valomgången öppnades, till och med den senaste hela månaden"
CHOICES: Final = (
    Definition(
        Indicator.CHOICE_FUNNEL,
        Audience.STRATEGIST,
        Measure.COUNT,
        "Från visat till genomfört",
        "Vad visades kvinnor och män, och vad kom det ut av det?",
        "Yrken i valomgångar: visade, sparade, besökta, valda, påbörjade och genomförda. Ett yrke hos en leverantör"
        " räknas en gång per valomgång. Besökt är det vars studiebesök blev av. Den som väljer behöver varken ha sparat"
        " eller besökt platsen först, så de stegen är var för sig en del av det som visades. En plats som valdes i"
        " reserv räknas som vald när den har påbörjats. Den som byter till en annan plats har inte avbrutit: platsen"
        " räknas som genomförd, och fortsättningen i valet av den nya",
        "–",
        _LEFT_OUT,
        _YEAR,
        "yrken i valomgångar",
        _ROUNDS,
    ),
    Definition(
        Indicator.OWN_SEX_SHARE,
        Audience.STRATEGIST,
        Measure.SHARE,
        "Yrken dominerade av eget kön",
        "Visas och väljer kvinnor och män yrken där det egna könet dominerar i landet?",
        "Yrken som domineras av deltagarens eget kön: över 60 % kvinnor för en kvinna, under 40 % för en man",
        "Alla yrken i samma steg och för samma kön",
        "Som för Från visat till genomfört",
        "Som för Från visat till genomfört",
        "yrken i valomgångar",
        _ROUNDS
        + ". Det som visades, sparades och besöktes har inget intervall: samma deltagare är med flera gånger",
        has_interval=True,
    ),
    Definition(
        Indicator.BREADTH,
        Audience.STRATEGIST,
        Measure.SHARE,
        "Bredden i det som visades",
        "Fick deltagarna se olika yrken, och yrken som domineras av det andra könet?",
        "Deltagare som under året visades minst ett yrke av slaget, eller så många yrken eller slags yrken",
        "Deltagare som visades något yrke under året",
        _LEFT_OUT,
        _YEAR + ". Den som var med i flera valomgångar räknas en gång",
        "deltagare",
        _ROUNDS,
        has_interval=True,
    ),
    Definition(
        Indicator.COULD_HAVE_SHOWN,
        Audience.STRATEGIST,
        Measure.SHARE,
        "Kunde ha visats",
        "Vilka kunde ha erbjudits fler slags yrken?",
        "Valomgångar där inget yrke av slaget visades, fast det fanns en plats i deltagarens kommun som var ledig inom"
        " 14 dagar från den dag då valomgången öppnades, med de timmar som är beviljade",
        "Valomgångar där något visades",
        _LEFT_OUT + ". Anpassningar och önskemål räknas inte in",
        _YEAR,
        "valomgångar",
        _ROUNDS
        + "; lediga platser som för Lediga inom 14 dagar, och timmar som arbetsträningsplatsen har dem nu",
    ),
    Definition(
        Indicator.SEGREGATION,
        Audience.STRATEGIST,
        Measure.INDEX,
        "Könsuppdelning (Duncans D och KM)",
        "Hur stor andel skulle behöva byta yrke för att kvinnor och män skulle fördela sig lika?",
        "D är halva summan av skillnaderna mellan kvinnors och mäns fördelning över yrken. KM (Karmel och MacLachlan)"
        " är den andel av alla som skulle behöva byta, med kvar så många som är av varje kön: 2a(1 − a)D, där a är"
        " andelen män. Utöver slumpen är (D − slumpnivån)/(1 − slumpnivån), som är samma för båda",
        "–",
        "Som för Från visat till genomfört. Måttet räknas ur de tal som visas: yrken vars tal är dolda räknas ihop, så"
        " det blir hellre för lågt än för högt. Visas bara när minst fem kvinnor och fem män finns med",
        "Kalenderår, till och med den senaste hela månaden",
        "0 (ingen uppdelning) till 1 (full)",
        _ROUNDS + ". Slumpnivån är det exakta medelvärdet när samma yrken delas ut blint mellan könen, ett i"
        " taget. D:s intervall är det för en skillnad mellan två andelar (Newcombe)",
        has_interval=True,
    ),
)
WITH_ROUNDS: Final = (
    Indicator.CHOICE_FUNNEL,
    Indicator.OWN_SEX_SHARE,
    Indicator.BREADTH,
    Indicator.COULD_HAVE_SHOWN,
)
"""What is counted of choice rounds, one by one."""
