"""Random little grounds for hypothesis: a few roads about a crossing, and a line among them. Metres near a real origin."""

import numpy as np
import shapely
from hypothesis import strategies as st

X0, Y0 = 528_000.0, 3_852_000.0
coordinate = st.integers(-600, 600).map(lambda k: k / 4)


@st.composite
def lines(draw: st.DrawFn, low: int = 2, high: int = 6) -> shapely.LineString:
    """A line of distinct points on a quarter-metre grid."""
    spots = draw(st.lists(st.tuples(coordinate, coordinate), min_size=low, max_size=high, unique=True))
    return shapely.LineString([(X0 + x, Y0 + y) for x, y in spots])


@st.composite
def polygons(draw: st.DrawFn) -> shapely.Polygon:
    """A simple polygon around a point: radii at sorted angles."""
    x, y = draw(coordinate), draw(coordinate)
    radii = draw(st.lists(st.integers(4, 320).map(lambda k: k / 4), min_size=3, max_size=9))
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    return shapely.Polygon([(X0 + x + r * np.cos(a), Y0 + y + r * np.sin(a)) for r, a in zip(radii, angles, strict=True)])


roads = st.lists(st.tuples(lines(2, 4), st.integers(0, 5), st.sampled_from([6.0, 12.0, 24.0, 40.0])), min_size=1, max_size=5)
