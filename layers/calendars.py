"""The calendar of working days from ``data/calendars``: one file for each notice of the State Council."""

import datetime as dt
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from pydantic import Field

from geo.errors import BadData
from geo.law.pack import Model
from geo.law.workdays import WorkCalendar, calendar
from layers.data_files import read_model

FOLDER = Path(__file__).parents[1] / "data" / "calendars"
ONE_DAY = dt.timedelta(days=1)
SATURDAY = 5


class Holiday(Model):
    """Rest days ``from``–``to``, both included, and the weekend days worked in exchange."""

    zh: str
    en: str
    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")
    worked: tuple[dt.date, ...] = ()

    def rest(self) -> Iterator[dt.date]:
        """Each rest day."""
        day = self.first
        while day <= self.last:
            yield day
            day += ONE_DAY


class Notice(Model):
    """One year's notice."""

    year: int
    title: str
    number: str | None = None
    issued: dt.date
    copy_read: str
    href: str | None = None
    read_on: dt.date
    holidays: tuple[Holiday, ...]


def read_calendar(folder: str | Path = FOLDER) -> WorkCalendar:
    """The calendar of all ``cn-YEAR.yaml`` files of a folder. Raises :class:`BadData` with file and place.

    December of the newest year is final only when the next notice is out: it may still add a rest day there.
    """
    paths = sorted(Path(folder).glob("cn-*.yaml"))
    notices = [(path, read_model(path, Notice)) for path in paths]
    seen: set[dt.date] = set()
    for path, notice in notices:
        for where, zh, en in _wrong(path, notice, seen):
            raise BadData(file=path.name, where=where, why_zh=zh, why_en=en)
    holidays = [holiday for _, notice in notices for holiday in notice.holidays]
    rest = chain.from_iterable(holiday.rest() for holiday in holidays)
    return calendar(rest, chain.from_iterable(holiday.worked for holiday in holidays), (notice.year for _, notice in notices))


def _wrong(path: Path, notice: Notice, seen: set[dt.date]) -> Iterator[tuple[str, str, str]]:
    """What contradicts itself: (where, Chinese, English). ``seen`` grows by the days of this notice."""
    if path.name != f"cn-{notice.year}.yaml":
        yield "year", f"年份 {notice.year} 与文件名不符", f"the year {notice.year} is not the one in the file's name"
    for k, holiday in enumerate(notice.holidays):
        where = f"holidays.{k}"
        if holiday.last < holiday.first:
            yield where, "止日早于起日", "ends before it begins"
        for day in (*holiday.rest(), *holiday.worked):
            if day in seen:
                yield where, f"{day} 重复出现", f"{day} is given twice"
            if not dt.date(notice.year - 1, 12, 1) <= day <= dt.date(notice.year, 12, 31):
                yield where, f"{day} 不在该年", f"{day} is not in that year"
            seen.add(day)
        for day in (day for day in holiday.worked if day.weekday() < SATURDAY):
            yield where, f"{day} 不是周末，不能补班", f"{day} is a weekday and cannot be made up"
