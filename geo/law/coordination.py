"""Numbers of digging once: what counts as a match, how a joint dig is planned, how its parties answer.

None of them is law: they are defaults of ours (document rank ``product``), written in a pack under ``coordination`` with
their citation, so that the office that uses them can see and change them.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from geo.law.cite import Cite, Model

Kind = Literal["route", "permit", "paving", "road_project"]
Metres = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Days = Annotated[int, Field(ge=0)]
Weight = Annotated[int, Field(ge=0, le=10_000)]


class Weights(Model):
    """What a plan is worth: whole points for each metre, m² and working day saved, less those for each calendar day moved.

    ``metres``: metres of opening that are not made. ``area``: m² of pavement that are not cut. ``days``: working days on
    which nobody is disturbed. ``shift``: calendar days by which a work is moved out of its own window.
    """

    metres: Weight = 10
    area: Weight = 10
    days: Weight = 20
    shift: Weight = 5

    @model_validator(mode="after")
    def _worth_something(self) -> "Weights":
        if not (self.metres or self.area or self.days):
            raise ValueError("one of metres, area and days must count")
        return self


class Margins(Model):
    """Room in a common trench. ``side_m``: from the outermost pipe to the wall, each side. ``between_m``: between pipes for
    which the standard has no distance. ``bottom_m``: bedding below the deepest pipe."""

    side_m: Metres = 0.4
    between_m: Metres = 0.5
    bottom_m: Metres = 0.15


class Quiet(Model):
    """Quiet plans. ``cell_m``: side of the squares by which their overlaps are told, and the least extent of one: what is asked
    by entering plans tells no more than the square. ``open_plans``: how many of one party may stand at a time."""

    cell_m: float = Field(default=100, gt=0, le=1000)
    open_plans: int = Field(default=20, ge=1)


class Prices(Model):
    """Yuan for each m² of pavement that is restored, by kind of pavement (:data:`geo.vocabulary.PAVEMENT`)."""

    pavement_yuan_m2: Mapping[str, Metres]
    cite: Cite


class Coordination(Model):
    """Settings of matching and planning.

    ``min_shared_m``: shared metres from which two works are a match; ``distance_m``: how far apart on the same road;
    ``off_road_m``: how far apart off the road; ``angle_deg``: between the axes. ``lead_days``, ``lag_days``: calendar days
    by which the window of a work that is not firm is widened for matching, by kind. ``repeat_years``: within which a second
    dig of the same stretch is a repeat. ``spare_days``: working days between the end of a dig and the paving that follows.
    ``lead_rule``: who leads a joint dig. ``answer_days``: working days for an answer to an invitation; ``silence``: what no
    answer means. ``prices``: without a table nothing is said in money. ``cite``: where these numbers are written.
    """

    min_shared_m: Metres = 20
    distance_m: Metres = 20
    off_road_m: Metres = 5
    angle_deg: float = Field(default=30, gt=0, le=90)
    lead_days: Mapping[Kind, Days] = Field(default_factory=dict)
    lag_days: Mapping[Kind, Days] = Field(default_factory=dict)
    repeat_years: int = Field(default=5, ge=0)
    weights: Weights = Weights()
    spare_days: Days = 0
    lead_rule: Literal["first_accepted", "longest"] = "first_accepted"
    answer_days: int = Field(default=5, ge=1)
    silence: Literal["withdrawn", "escalate"] = "withdrawn"
    margins: Margins = Margins()
    quiet: Quiet = Quiet()
    prices: Prices | None = None
    cite: Cite | None = None
