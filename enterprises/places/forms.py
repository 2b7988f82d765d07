"""What a supplier types about sites, places, seats and closures."""

from collections.abc import Iterable
from datetime import time
from typing import Any

from flask_wtf.file import FileField
from wtforms import Field, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields import BooleanField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import TextArea, TextInput

from enterprises.places.cell_rules import read_clock
from enterprises.places.closure_rules import OUTAGE_REASON_SV, OutageReason
from enterprises.places.picture_rules import LIMITS_SV, LONGEST_ALT
from enterprises.places.rules import (
    ADAPTATION_SV,
    DEMAND_SV,
    LANGUAGE_SV,
    MAX_HOURS_PER_WEEK,
    MAX_LEAD_TIME_DAYS,
    MAX_SEATS,
    MAX_TASKS,
    PLACE_STATE_SV,
    SITE_ACCESS_SV,
    WEEKDAY_SV,
    PlaceState,
)
from marketplace.web.fields import CheckboxesField, DateFieldSv
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none

_WEEKDAYS = {number: name.capitalize() for number, name in WEEKDAY_SV.items()}


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
    accessibility = CheckboxesField("Det här finns", choices=one_of(SITE_ACCESS_SV))
    accessibility_sv = TextAreaField(
        "Tillgänglighet",
        validators=[Length(max=2000)],
        description="Trappor, hiss, toalett, ljud och ljus, närmaste hållplats.",
    )


class ClockField(Field):
    """A time of day as people write it: 8, 8.30, 08:30."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data.hour}.{self.data.minute:02}" if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data: time | None = read_clock(str(valuelist[0]).strip()) if valuelist else None


class LinesField(Field):
    """Several short texts, one a line; a list as data."""

    widget = TextArea()  # type: ignore[assignment]  # the stubs have it for strings only

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(self.data or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        lines = str(valuelist[0]).splitlines() if valuelist else []
        self.data = [line.strip() for line in lines if line.strip()]


def _site() -> SelectField:
    return SelectField(
        "Arbetsställe", validators=[DataRequired("Välj ett arbetsställe.")], coerce=or_none(int)
    )


def _trade() -> SelectField:
    return SelectField(
        "Yrke",
        validators=[DataRequired("Välj ett yrke.")],
        description="Det yrke i yrkesregistret som ligger närmast. Det används i sökningen och statistiken.",
    )


def _name() -> StringField:
    return StringField(
        "Namn på platsen",
        validators=[DataRequired("Skriv ett namn på platsen."), Length(max=120)],
        description="Kort och vardagligt, till exempel Sorteringen eller Caféköket.",
    )


def _description() -> TextAreaField:
    return TextAreaField(
        "Arbetsuppgifter",
        validators=[DataRequired("Beskriv arbetsuppgifterna."), Length(max=4000)],
        description="Vad man gör en vanlig dag. Korta meningar.",
    )


def _tasks() -> LinesField:
    return LinesField(
        "Uppgifterna, en per rad",
        description=f"Till exempel: Vattna. Högst {MAX_TASKS}. De visas som en lista för den som ska välja.",
        render_kw={"rows": 4},
    )


def _hours(label: str) -> IntegerField:
    return IntegerField(
        label, validators=[InputRequired("Skriv ett antal timmar."), NumberRange(1, MAX_HOURS_PER_WEEK)]
    )


def _lead_time() -> IntegerField:
    return IntegerField(
        "Framförhållning, dagar",
        validators=[
            InputRequired("Skriv ett antal dagar, 0 om någon kan börja direkt."),
            NumberRange(0, MAX_LEAD_TIME_DAYS),
        ],
        description="Så många dagar behöver ni från förfrågan till den första dagen.",
    )


def _seats(description: str = "") -> IntegerField:
    return IntegerField(
        "Antal platser",
        validators=[InputRequired("Skriv hur många som kan träna samtidigt."), NumberRange(1, MAX_SEATS)],
        description=description,
    )


class NewPlaceForm(BaseForm):
    """What there has to be before there is a draft; the rest is asked for after it, a group at a time."""

    site_id = _site()
    ssyk = _trade()
    name = _name()
    tasks_sv = _description()
    tasks = _tasks()
    rotates = BooleanField("Man växlar mellan uppgifterna")
    hours_per_week_min = _hours("Minst, timmar i veckan")
    hours_per_week_max = _hours("Högst, timmar i veckan")
    lead_time_days = _lead_time()
    seats = _seats("Hur många som kan träna samtidigt. Det går att ändra senare.")


class PartForm(BaseForm):
    """A group of what is told of a place."""

    begun_with = HiddenField()
    """The revision that the writer began with."""


class WorkForm(PartForm):
    site_id = _site()
    ssyk = _trade()
    name = _name()
    tasks_sv = _description()
    tasks = _tasks()
    rotates = BooleanField("Man växlar mellan uppgifterna")


class TimesForm(PartForm):
    weekdays = CheckboxesField(
        "Dagar",
        choices=one_of(_WEEKDAYS),
        coerce=int,
        validators=[DataRequired("Välj minst en dag i veckan.")],
    )
    day_starts = ClockField("Dagen börjar", description="Till exempel 8.30. Lämna tomt om det varierar.")
    day_ends = ClockField("Dagen slutar", description="Till exempel 15.00.")
    hours_per_week_min = _hours("Minst, timmar i veckan")
    hours_per_week_max = _hours("Högst, timmar i veckan")
    lead_time_days = _lead_time()


class SupportForm(PartForm):
    demands = CheckboxesField(
        "Det här kräver arbetet",
        choices=one_of(DEMAND_SV),
        description="Kryssa bara för det som ni inte kan anpassa bort. Den som söker kan välja bort sådant.",
    )
    adaptations = CheckboxesField("Det här kan ni anpassa", choices=one_of(ADAPTATION_SV))
    languages = CheckboxesField("Språk som handledaren talar", choices=one_of(LANGUAGE_SV))


class PicturesForm(BaseForm):
    """A new picture, and the words and a tick to take away for each that there is; see `pictures_form`."""

    file = FileField(
        "Ny bild", description=LIMITS_SV, render_kw={"accept": "image/jpeg,image/png,image/webp"}
    )
    alt_sv = StringField(
        "Vad den nya bilden visar",
        validators=[Length(max=LONGEST_ALT)],
        description="För den som inte ser bilden. Skriv vad man ser, inte vem.",
    )

    def upload(self) -> bytes | None:
        """What is in the file that is sent; None when there is none. Its name is not asked."""
        sent = self.file.data
        return sent.stream.read() if sent and sent.filename else None


def pictures_form(pictures: Iterable[tuple[int, int, str]]) -> PicturesForm:
    """For the pictures that there are: id, position, words."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for picture_id, position, alt_sv in pictures:
        fields[f"alt_{picture_id}"] = StringField(
            f"Vad bild {position} visar",
            validators=[DataRequired("Beskriv vad bilden visar."), Length(max=LONGEST_ALT)],
        )
        fields[f"ta_bort_{picture_id}"] = BooleanField(f"Ta bort bild {position}")
        data[f"alt_{picture_id}"] = alt_sv
    form: PicturesForm = type("PicturesOfPlace", (PicturesForm,), fields)(data=data)
    return form


class CopyForm(BaseForm):
    site_id = _site()
    name = _name()
    seats = _seats()
    with_pictures = BooleanField("Ta med bilderna")


class PauseForm(BaseForm):
    reason = SelectField(
        "Orsak",
        choices=one_of(OUTAGE_REASON_SV, blank="Välj orsak"),
        validators=[DataRequired("Välj en orsak.")],
        coerce=or_none(OutageReason),
    )
    reason_sv = StringField(
        "Mer om varför",
        validators=[Length(max=200)],
        description="Behövs när orsaken är Annat. Skriv inget om enskilda personer.",
    )
    until = DateFieldSv(
        "Till och med",
        validators=[Optional()],
        description="När ni tror att pausen är slut. Då frågar vi om platsen ska publiceras igen.",
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
    reason = SelectField(
        "Orsak",
        choices=one_of(OUTAGE_REASON_SV, blank="Välj orsak"),
        validators=[DataRequired("Välj en orsak.")],
        coerce=or_none(OutageReason),
    )
    reason_sv = StringField(
        "Mer om varför",
        validators=[Length(max=200)],
        description="Behövs när orsaken är Annat. Skriv inget om enskilda personer.",
    )
    looked_at = HiddenField()
    """The seats and days that the writer has seen the meaning of."""


class ChangeClosureForm(ClosureForm):
    why_sv = StringField(
        "Varför ändras stängningen", validators=[Length(max=200)], description="Står i historiken."
    )
