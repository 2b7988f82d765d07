"""What the numbers of costs mean."""

from typing import Final

from indicators.definitions.keys import Audience, Definition, Indicator, Measure
from indicators.definitions.measures_rules import LEFT_OUT_SV

COSTS: Final = (
    Definition(
        Indicator.COST,
        Audience.STRATEGIST,
        Measure.MEAN,
        "Kostnad per placering",
        "Vad har en placering kostat från början till slut?",
        "Det som har fakturerats för placeringarna, utan moms, med rättelser och krediteringar",
        "Placeringar som har tagit slut, också de som ingenting har fakturerats för",
        "Placeringar som aldrig började, som pågår, eller som tog slut den här eller förra månaden: deras sista månad"
        f" har inte säkert hunnit faktureras. {LEFT_OUT_SV}",
        "Kalenderåret då placeringen tog slut",
        "kronor",
        "Skickade fakturor till och med den senaste hela månaden. Den som byter plats har en placering på varje",
        case_sv="placeringar",
        case_one_sv="placering",
    ),
)
