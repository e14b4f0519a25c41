"""Every error that Waixian raises on purpose.

::

    WaixianError
    ├── BadInput               what the caller gave cannot be used: 422, exit code 2
    │   ├── UnreadableFile     the file cannot be opened or is not what it says
    │   ├── UnknownCrs         no coordinate system, or one that cannot be reached safely
    │   ├── UnknownLayer       a layer that the city does not know
    │   ├── MissingColumn      a layer lacks a column that it cannot do without
    │   ├── BadValue           one field of one row holds something impossible
    │   ├── BadGeometry        a shape that cannot be measured
    │   └── NoCalendar         a day whose working days nobody has published yet
    ├── BadPack                a pack of rules that contradicts itself: stops the start
    ├── BadData                a calendar or a standard in data/ that cannot be read
    ├── NotSignedIn            nobody knows who is asking: 401
    ├── Forbidden              who is asking may not do this: 403
    │   └── PinNeeded          the link is right, its PIN lacks or is wrong
    ├── TooManyTries           asked too often: wait: 429
    ├── NotFound               asked for something that is not there: 404
    │   └── DeadLink           a guest's link that opens nothing, for whatever reason
    ├── Conflict               the thing is in a state that forbids this: 409
    └── Unavailable            a part that we need is not running or not installed: 503

Each class carries its own words, in Chinese and in English, with named places that the
constructor's keywords fill: ``raise BadValue(file="a.shp", row=17, field="voltage_kv", why_zh="…", why_en="…")``.
Nothing here knows HTTP or exit codes: ``api/errors.py`` and ``app.py`` each map the tree once.
"""

from typing import Any


class WaixianError(Exception):
    """Something that Waixian refuses, with the reason and the cure in both languages."""

    code = "error"
    zh = "{why_zh}"
    en = "{why_en}"

    def __init__(self, **context: Any) -> None:
        self.context = context
        super().__init__(self.text("en"))

    def text(self, lang: str = "zh") -> str:
        """The message in ``zh`` or ``en``; a place that nobody filled reads as "—"."""
        template = self.zh if lang.startswith("zh") else self.en
        return template.format_map(_Blanks(self.context))


class _Blanks(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


class BadInput(WaixianError):
    """What the caller gave cannot be used."""

    code = "bad_input"


class UnreadableFile(BadInput):
    """The file cannot be opened, or is not what its name says."""

    code = "unreadable_file"
    zh = "无法读取文件 {file}：{why_zh}"
    en = "Cannot read {file}: {why_en}"


class UnreadableMedia(UnreadableFile):
    """A photo, clip or recording is damaged, or is none; it has no name that means anything."""

    code = "unreadable_media"
    zh = "{why_zh}"
    en = "{why_en}"


class UnknownCrs(BadInput):
    """No coordinate system is stated, or it cannot be reached without a datum shift nobody gave."""

    code = "unknown_crs"
    zh = "{file}：坐标系无法确定。{why_zh}"
    en = "{file}: the coordinate system is not certain. {why_en}"


class UnknownLayer(BadInput):
    """A layer name that no city has."""

    code = "unknown_layer"
    zh = "没有名为“{layer}”的图层；可用：{known}"
    en = "There is no layer called '{layer}'; known: {known}"


class MissingColumn(BadInput):
    """A column that the layer cannot do without is not in the file."""

    code = "missing_column"
    zh = "{file}：缺少字段 {field}（{label}）；文件中的字段：{found}。可用 --map 文件中的字段名={field} 指定"
    en = (
        "{file}: field {field} ({label}) is missing; the file has: {found}. Say which it is with --map COLUMN_OF_THE_FILE={field}"
    )


class BadValue(BadInput):
    """One field of one row holds something impossible."""

    code = "bad_value"
    zh = "{file} 第 {row} 行，字段 {field}：{why_zh}"
    en = "{file} row {row}, field {field}: {why_en}"


class BadGeometry(BadInput):
    """A shape that cannot be measured."""

    code = "bad_geometry"
    zh = "{file} 第 {row} 行：{why_zh}"
    en = "{file} row {row}: {why_en}"


class NoCalendar(BadInput):
    """A day outside the years whose calendar is loaded: a rule of weekdays would be a guess."""

    code = "no_calendar"
    zh = "{day}：没有这一天的工作日历（已载入 {known} 年）。请在 data/calendars 加入该年的放假安排，或明确选择“暂按周末推算”"
    en = (
        "{day}: no calendar of working days for this day (loaded: {known}). Add that year's notice to data/calendars, "
        "or choose provisional counting by weekends"
    )


class BadPack(WaixianError):
    """A pack of rules contradicts itself or cites nothing; the start stops here, never a request."""

    code = "bad_pack"
    zh = "规则包 {pack}：{where}：{why_zh}"
    en = "Pack {pack}: {where}: {why_en}"


class BadData(WaixianError):
    """A calendar or a standard in data/ cannot be read or contradicts itself."""

    code = "bad_data"
    zh = "数据文件 {file}：{where}：{why_zh}"
    en = "Data file {file}: {where}: {why_en}"


class NotSignedIn(WaixianError):
    """Nobody knows who is asking, and this is not for everybody."""

    code = "not_signed_in"


class Forbidden(WaixianError):
    """Who is asking may not do this."""

    code = "forbidden"


class TooManyTries(WaixianError):
    """Asked too often in too short a time."""

    code = "too_many_tries"
    zh = "尝试次数过多，请 {seconds} 秒后再试"
    en = "Too many tries: wait {seconds} seconds"


class NotFound(WaixianError):
    """Asked for something that is not there."""

    code = "not_found"
    zh = "找不到{what_zh}：{id}"
    en = "No {what_en}: {id}"


class DeadLink(NotFound):
    """A link of a guest that opens nothing: unknown, ended, taken back, used up or another's. Which of them, nobody is told."""

    code = "dead_link"
    zh = "此链接无效或已失效。请联系发给您链接的人，索取新的链接"
    en = "This link opens nothing, or no longer does. Ask whoever sent it to you for a new one"


class PinNeeded(Forbidden):
    """The link is right and takes a PIN, which was not given or is wrong."""

    code = "pin_needed"


class Conflict(WaixianError):
    """The thing is in a state that forbids this."""

    code = "conflict"


class Unavailable(WaixianError):
    """A part that we need is not running or not installed; the message holds the cure."""

    code = "unavailable"
