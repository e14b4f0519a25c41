"""The day it is: one clock for the command line, the server, the workers and the deadlines."""

from datetime import date, datetime

from layers.readers.values import CHINA


def today() -> date:
    """The day in China (Asia/Shanghai), whatever the machine's clock is set to: the filing date where none is named."""
    return datetime.now(CHINA).date()


def day_of(moment: datetime) -> date:
    """The day in China on which something happened."""
    return moment.astimezone(CHINA).date()
