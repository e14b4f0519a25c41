"""The one city of a database: its name, its work CRS, its bounds."""

import sqlalchemy as sa
from pyproj import CRS
from pyproj.exceptions import CRSError

from geo.city import City
from geo.errors import BadInput, Conflict
from layers.digs.models import QuietPlanRow
from layers.models import Base, CityRow, DeliveryRow
from layers.readers.city_toml import measurable
from layers.rights.locks import lock, unlock


def create_city(
    engine: sa.Engine, name: str, work_crs: str, bounds: tuple[float, float, float, float], synthetic: bool = False
) -> City:
    """Say which city this database holds, and return it without layers; again with the same CRS changes the words.

    ``work_crs``: projected, in metres, with an EPSG number; ``bounds``: west, south, east, north in degrees.
    Raises BadInput, or Conflict where rows already lie in another CRS: another CRS is another database.
    """
    srid = _srid(work_crs)
    west, south, east, north = bounds
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise BadInput(
            why_zh=f"bounds {bounds} 应为 西、南、东、北（度）", why_en=f"bounds {bounds}: west, south, east, north in degrees"
        )
    with engine.begin() as connection:
        connection.execute(sa.text("LOCK TABLE cities IN EXCLUSIVE MODE"))
        before = connection.scalar(sa.select(CityRow.work_srid))
        held = (sa.select(sa.func.count()).select_from(row) for row in (DeliveryRow, QuietPlanRow))
        if before not in (None, srid) and any(connection.scalar(count) for count in held):
            raise Conflict(
                why_zh=f"本库数据为 EPSG:{before}，不能改为 {work_crs}：一库一城一坐标系",
                why_en=f"the rows here are in EPSG:{before}, not {work_crs}: one database, one city, one CRS",
            )
        if before != srid:
            _set_srid(connection, srid)
        connection.execute(sa.delete(CityRow))
        connection.execute(sa.insert(CityRow).values(id=1, name=name, work_srid=srid, bounds=list(bounds), synthetic=synthetic))
    return City(name, f"EPSG:{srid}", bounds, {}, synthetic)


def city_settings(connection: sa.Connection) -> City:
    """The city of this database, without its layers. Raises Conflict where there is none yet."""
    row = connection.execute(sa.select(CityRow.name, CityRow.work_srid, CityRow.bounds, CityRow.synthetic)).first()
    if row is None:
        raise Conflict(
            why_zh="数据库中还没有城市：请先执行 app.py load --city 文件夹",
            why_en="the database holds no city yet: load one with app.py load --city FOLDER",
        )
    west, south, east, north = row.bounds
    return City(row.name, f"EPSG:{row.work_srid}", (west, south, east, north), {}, row.synthetic)


def srid_of(city: City) -> int:
    """The EPSG number of the city's work CRS."""
    return int(city.work_crs.removeprefix("EPSG:"))


def _srid(work_crs: str) -> int:
    try:
        crs = CRS.from_user_input(work_crs)
    except CRSError:
        raise BadInput(why_zh=f"坐标系 {work_crs} 不存在", why_en=f"there is no CRS {work_crs}") from None
    code = crs.to_epsg(min_confidence=100)
    if code is None or not measurable(crs):
        raise BadInput(
            why_zh=f"工作坐标系 {work_crs} 须为以米为单位、有 EPSG 编号的投影坐标系（Web 墨卡托不行）",
            why_en=f"work CRS {work_crs} must be projected, in metres, with an EPSG number (and no Web Mercator)",
        )
    return code


def _set_srid(connection: sa.Connection, srid: int) -> None:
    """Give every geometry column the city's CRS, so that PostGIS refuses rows in any other. The tables are empty."""
    unlock(connection)
    for table in Base.metadata.tables.values():
        for name in ("geometry", "coverage"):
            if name in table.columns:
                change = f"ALTER COLUMN {name} TYPE geometry(Geometry, {srid}) USING ST_SetSRID({name}, {srid})"
                connection.execute(sa.text(f'ALTER TABLE "{table.name}" {change}'))
    lock(connection)
