"""What the numbers of checkpoints mean."""

from typing import Final

from indicators.definitions.keys import Audience, Definition, Indicator, Measure

CHECKPOINTS: Final = (
    Definition(
        Indicator.CHECKPOINTS,
        Audience.STRATEGIST,
        Measure.INDEX,
        "Svar i avstämningar",
        "Hur säger kvinnor och män själva att de har det?",
        "För en skala medelvärde och median av svaren; för ja och nej och för val hur många som svarade så",
        "Deltagare som svarade på frågan vid tillfället; den som svarade flera gånger räknas med sitt senaste svar",
        "Den som inte ville eller hann svara. Svar med egna ord. Deltagare som angett annat kön visas inte, de är för"
        " få. Medelvärden där nästan alla svarat lika",
        "Halvåret då svaret skickades in, när halvåret är slut. Halvår läggs aldrig ihop",
        "deltagare, eller skalans punkter",
        "Avstämningar i Platstorget; andelar med 95-procentigt intervall enligt Wilson",
    ),
    Definition(
        Indicator.FORWARD,
        Audience.STRATEGIST,
        Measure.SHARE,
        "Steg framåt",
        "Hur många svarar högre på skalan än när placeringen började?",
        "Deltagare vars senaste svar under halvåret är högre än svaret vid starten av samma placering",
        "Deltagare som svarade både vid starten och senare",
        "Som för Svar i avstämningar, och den som inte svarade vid starten",
        "Halvåret då det senare svaret skickades in",
        "deltagare",
        "Avstämningar i Platstorget",
        has_interval=True,
    ),
)
