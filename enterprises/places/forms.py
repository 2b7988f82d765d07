"""What a supplier types about sites, places, seats and closures."""

from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields import BooleanField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from enterprises.places.rules import (
    ADAPTATION_SV,
    LANGUAGE_SV,
    MAX_HOURS_PER_WEEK,
    MAX_LEAD_TIME_DAYS,
    MAX_SEATS,
    PLACE_STATE_SV,
    PlaceState,
)
from marketplace.web.fields import CheckboxesField, DateFieldSv
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none


class PlaceFilter(FilterForm):
    lage = SelectField(
        "Läge", choices=one_of(PLACE_STATE_SV, blank="Alla utom nedlagda"), coerce=or_none(PlaceState)
    )
    arbetsstalle = SelectField("Arbetsställe", coerce=or_none(int))
    omrade = SelectField("Yrkesområde", coerce=or_none(str))
    obekraftad = BooleanField("Behöver bekräftas")


class SiteForm(BaseForm):
    name = StringField(
        "Namn",
        validators=[DataRequired(), Length(max=120)],
        description="Det som ni själva kallar stället, till exempel Verkstaden i Handen.",
    )
    street = StringField("Gatuadress", validators=[DataRequired(), Length(max=200)])
    postcode = StringField(
        "Postnummer", validators=[DataRequired(), Length(max=10)], render_kw={"inputmode": "numeric"}
    )
    city = StringField("Ort", validators=[DataRequired(), Length(max=100)])
    kommun_code = SelectField("Kommun", validators=[DataRequired("Välj en kommun.")])
    accessibility_sv = TextAreaField(
        "Tillgänglighet",
        validators=[Length(max=2000)],
        description="Trappor, hiss, toalett, ljud och ljus, närmaste hållplats.",
    )


class PlaceForm(BaseForm):
    site_id = SelectField(
        "Arbetsställe", validators=[DataRequired("Välj ett arbetsställe.")], coerce=or_none(int)
    )
    ssyk = SelectField(
        "Yrke",
        validators=[DataRequired("Välj ett yrke.")],
        description="Det yrke i yrkesregistret som ligger närmast. Det används i sökningen och statistiken.",
    )
    name = StringField(
        "Namn på platsen",
        validators=[DataRequired("Skriv ett namn på platsen."), Length(max=120)],
        description="Kort och vardagligt, till exempel Sorteringen eller Caféköket.",
    )
    tasks_sv = TextAreaField(
        "Arbetsuppgifter",
        validators=[DataRequired("Beskriv arbetsuppgifterna."), Length(max=4000)],
        description="Vad man gör en vanlig dag, och om man växlar mellan uppgifter. Korta meningar.",
    )
    hours_per_week_min = IntegerField(
        "Minst, timmar i veckan",
        validators=[InputRequired("Skriv ett antal timmar."), NumberRange(1, MAX_HOURS_PER_WEEK)],
    )
    hours_per_week_max = IntegerField(
        "Högst, timmar i veckan",
        validators=[InputRequired("Skriv ett antal timmar."), NumberRange(1, MAX_HOURS_PER_WEEK)],
    )
    lead_time_days = IntegerField(
        "Framförhållning, dagar",
        validators=[
            InputRequired("Skriv ett antal dagar, 0 om någon kan börja direkt."),
            NumberRange(0, MAX_LEAD_TIME_DAYS),
        ],
        description="Så många dagar behöver ni från förfrågan till den första dagen.",
    )
    adaptations = CheckboxesField("Det här kan ni anpassa", choices=one_of(ADAPTATION_SV))
    languages = CheckboxesField("Språk som handledaren talar", choices=one_of(LANGUAGE_SV))


class NewPlaceForm(PlaceForm):
    seats = IntegerField(
        "Antal platser",
        validators=[InputRequired("Skriv hur många som kan träna samtidigt."), NumberRange(1, MAX_SEATS)],
        description="Hur många som kan träna samtidigt. Det går att ändra senare.",
    )


class SeatsForm(BaseForm):
    seats = IntegerField(
        "Antal platser", validators=[InputRequired("Skriv ett antal."), NumberRange(1, MAX_SEATS)]
    )
    from_day = DateFieldSv("Från och med", validators=[DataRequired("Skriv en dag.")])


class ClosureForm(BaseForm):
    seats = IntegerField(
        "Antal platser att stänga", validators=[InputRequired("Skriv ett antal."), NumberRange(1, MAX_SEATS)]
    )
    first_day = DateFieldSv("Första dagen", validators=[DataRequired("Skriv en dag.")])
    last_day = DateFieldSv("Sista dagen", validators=[DataRequired("Skriv en dag.")])
    reason_sv = StringField(
        "Varför",
        validators=[DataRequired("Skriv varför platserna stängs."), Length(max=200)],
        description="Till exempel semester eller ombyggnad. Skriv inget om enskilda personer.",
    )
