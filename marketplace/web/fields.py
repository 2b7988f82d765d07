"""Fields that read what Swedes type: kronor, hours, dates and organisation numbers."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from stdnum.exceptions import InvalidChecksum
from stdnum.exceptions import ValidationError as NumberError
from stdnum.se import orgnr
from wtforms import DateField, Field, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from marketplace.swedish import plain_number

_SPACES = re.compile(r"[\s\u00a0\u202f]")
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,9})?", re.ASCII)  # what nobody means is refused, not counted with


def _decimal(text: str) -> Decimal | None:
    """A number as typed, comma or point, spaces between thousands; None when it is not one."""
    bare = _SPACES.sub("", text).replace("−", "-").replace(",", ".")
    return Decimal(bare) if _NUMBER.fullmatch(bare) else None


class DateFieldSv(DateField):
    """A day, typed or picked; ISO form, with or without hyphens."""

    def __init__(self, label: str | None = None, validators: list[Any] | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("format", ["%Y-%m-%d", "%Y%m%d"])
        super().__init__(label, validators, **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist or not str(valuelist[0]).strip():
            self.data: date | None = None
            return
        super().process_formdata([str(valuelist[0]).strip()])
        if self.data and not 1900 <= self.data.year < 3000:  # with some days added there may be no such date
            self.data = None
            raise ValueError(self.gettext("Not a valid date value."))


class _TypedNumberField(Field):
    """A number kept as it was typed until it can be read."""

    widget = TextInput()

    def __init__(self, label: str | None = None, validators: list[Any] | None = None, **kwargs: Any) -> None:
        kwargs["render_kw"] = {
            "inputmode": "decimal",
            "autocomplete": "off",
            **(kwargs.get("render_kw") or {}),
        }
        super().__init__(label, validators, **kwargs)

    def _shown(self, value: Any) -> str:
        raise NotImplementedError

    def _read(self, text: str) -> Any:
        raise NotImplementedError

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self._shown(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        if valuelist and str(valuelist[0]).strip():
            self.data = self._read(str(valuelist[0]).strip())


class OreField(_TypedNumberField):
    """Kronor as typed ("1 234,50"), öre as data."""

    def _shown(self, value: int) -> str:
        return plain_number(Decimal(value) / 100, 2)

    def _read(self, text: str) -> int:
        kronor = _decimal(re.sub(r"(?i)\s*(kr|kronor|sek)\.?$", "", text))
        if kronor is None or kronor * 100 != int(kronor * 100):
            raise ValueError("Skriv beloppet i kronor med högst två decimaler, till exempel 1 234,50.")
        return int(kronor * 100)


class QuantityField(_TypedNumberField):
    """A number as typed ("12,5"), Decimal as data, at most four decimals."""

    def _shown(self, value: Decimal) -> str:
        return plain_number(value, 4, is_trimmed=True)

    def _read(self, text: str) -> Decimal:
        quantity = _decimal(text)
        if quantity is None or quantity != quantity.quantize(Decimal("0.0001")):
            raise ValueError("Skriv ett antal, till exempel 12 eller 7,5.")
        return quantity


class HoursField(_TypedNumberField):
    """Hours as typed ("7,5" or "7:30"), Decimal hours as data, at most two decimals."""

    def _shown(self, value: Decimal) -> str:
        return plain_number(value, 2, is_trimmed=True)

    def _read(self, text: str) -> Decimal:
        clock = _CLOCK.fullmatch(text)
        if clock:
            return (Decimal(clock[1]) + Decimal(clock[2]) / 60).quantize(Decimal("0.01"))
        hours = _decimal(re.sub(r"(?i)\s*(h|tim|timmar)\.?$", "", text))
        if hours is None or hours != hours.quantize(Decimal("0.01")):
            raise ValueError("Skriv timmar som 7,5 eller 7:30.")
        return hours


class PercentField(_TypedNumberField):
    """Per cent as typed ("2,5" or "2,5 %"), Decimal as data, at most two decimals."""

    def _shown(self, value: Decimal) -> str:
        return plain_number(value, 2, is_trimmed=True)

    def _read(self, text: str) -> Decimal:
        percent = _decimal(re.sub(r"(?i)\s*(%|procent)$", "", text))
        if percent is None or percent != percent.quantize(Decimal("0.01")):
            raise ValueError("Skriv procent med högst två decimaler, till exempel 2,5.")
        return percent


class OrgnrField(Field):
    """An organisation number as typed, with or without hyphen; ten digits as data, checked with Luhn."""

    widget = TextInput()

    def __init__(self, label: str | None = None, validators: list[Any] | None = None, **kwargs: Any) -> None:
        kwargs["render_kw"] = {
            "inputmode": "numeric",
            "autocomplete": "off",
            **(kwargs.get("render_kw") or {}),
        }
        super().__init__(label, validators, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return orgnr.format(self.data) if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data: str | None = None
        typed = str(valuelist[0]).strip() if valuelist else ""
        if not typed:
            return
        try:
            self.data = str(orgnr.validate(typed))
        except InvalidChecksum:
            raise ValueError(
                "Organisationsnumret stämmer inte: minst en siffra är fel. Läs av det en gång till."
            ) from None
        except NumberError:
            raise ValueError(
                "Organisationsnumret stämmer inte. Skriv tio siffror, till exempel 222000-3079."
            ) from None


class CheckboxesField(SelectMultipleField):
    """Several of a few choices, each with its own box."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
