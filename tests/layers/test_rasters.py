"""Pictures and heights become COGs in the work CRS, with what is transparent kept; bad files are refused with the reason."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
import sqlalchemy as sa
from rasterio.enums import ColorInterp, MaskFlags

from geo.city import City
from geo.crs import transformer
from geo.errors import Conflict, NotFound, UnknownCrs, UnknownLayer, UnreadableFile
from layers.deliveries import Delivery
from layers.rasters.intake import PICTURE, make_cog
from layers.rasters.store import layer_tile, load_raster, raster_paths
from layers.rasters.terrain import ground_along
from layers.rasters.tiles import png, profile, raster_tile

X0, Y1 = 530_000.0, 3_851_000.0
TOWN = City("测试城", "EPSG:4547", (114.3, 34.75, 114.4, 34.83))
Made = Callable[..., Path]


@pytest.fixture
def tif(tmp_path: Path) -> Made:
    """``tif(name, values, …)``: a GeoTIFF of an array (bands, rows, columns) at the test city, 1 m a pixel."""

    def make(name: str, values: Any, mask: Any = None, colours: Any = None, beside: bool = False, **profile: Any) -> Path:
        path = tmp_path / name
        settings = {
            "crs": "EPSG:4547",
            "transform": rasterio.Affine(1, 0, X0, 0, -1, Y1),
            "driver": "GTiff",
            "dtype": values.dtype,
        } | profile
        bands, rows, columns = values.shape
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=not beside),
            rasterio.open(path, "w", count=bands, height=rows, width=columns, **settings) as out,
        ):
            out.write(values)
            if colours:
                out.colorinterp = colours
            if mask is not None:
                out.write_mask(mask)
        return path

    return make


def bytes_of(bands: int, side: int = 700) -> Any:
    return np.random.default_rng(3).integers(1, 255, (bands, side, side), dtype=np.uint8)


def pixels(tile: bytes) -> Any:
    """RGBA of a tile, read by GDAL and not by our own writer."""
    with rasterio.MemoryFile(tile) as file, pytest.warns(rasterio.errors.NotGeoreferencedWarning), file.open() as source:
        assert (source.driver, source.count, source.shape) == ("PNG", 4, (256, 256))
        return source.read()


def tile_at(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    n = 2**z
    y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * n
    return z, int((lon + 180) / 360 * n), int(y)


# ── COGs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_picture_in_the_work_crs_keeps_every_pixel(tif: Made, tmp_path: Path) -> None:
    values = bytes_of(3)
    made = make_cog(tif("a.tif", values), tmp_path / "out.tif", TOWN)
    assert (made.width, made.height, made.bands, made.dtype, made.resolution_m) == (700, 700, 3, "uint8", 1.0)
    assert made.transparency == "none" and made.footprint.area == pytest.approx(490_000)
    with rasterio.open(made.path, driver="GTiff") as out:
        assert out.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert out.overviews(1) == [2]
        assert out.crs.to_epsg() == 4547
        assert np.array_equal(out.read(), values)
        assert not [flags for flags in out.mask_flag_enums if MaskFlags.per_dataset in flags]


def test_nodata_stays_nodata(tif: Made, tmp_path: Path) -> None:
    values = np.full((1, 40, 50), 70.5, dtype=np.float32)
    values[0, :10, :10] = -9999
    made = make_cog(tif("a.tif", values, nodata=-9999.0), tmp_path / "out.tif", TOWN)
    assert (made.transparency, made.nodata) == ("nodata", -9999.0)
    assert made.footprint.area == pytest.approx(40 * 50 - 100)
    with rasterio.open(made.path) as out:
        assert np.array_equal(out.read(), values)


def test_alpha_stays_alpha(tif: Made, tmp_path: Path) -> None:
    values = bytes_of(4, 60)
    values[3, :20] = 0
    kinds = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
    made = make_cog(tif("a.tif", values, colours=kinds), tmp_path / "out.tif", TOWN)
    assert (made.transparency, made.bands) == ("alpha", 4)
    with rasterio.open(made.path) as out:
        assert list(out.colorinterp) == kinds
        assert np.array_equal(out.read(4), values[3])


@pytest.mark.parametrize("beside", [True, False])
def test_a_mask_inside_or_beside_the_file_stays_a_mask(tif: Made, tmp_path: Path, beside: bool) -> None:
    mask = np.ones((700, 700), dtype=bool)
    mask[600:, :] = False
    source = tif("a.tif", bytes_of(3), mask=mask, beside=beside)
    assert (tmp_path / "a.tif.msk").exists() == beside
    made = make_cog(source, tmp_path / "out.tif", TOWN)
    assert (made.transparency, made.bands) == ("mask", 3)
    assert made.footprint.area == pytest.approx(700 * 600)
    with rasterio.open(made.path) as out:
        assert np.array_equal(out.dataset_mask() > 0, mask)


def test_turning_a_picture_leaves_no_black_corners(tif: Made, tmp_path: Path) -> None:
    """From another zone's CRS the picture comes out turned; what it does not reach is masked, not black."""
    source = tif("a.tif", bytes_of(3, 600), crs="EPSG:32650", transform=rasterio.Affine(1, 0, 253_000, 0, -1, 3_852_000))
    made = make_cog(source, tmp_path / "out.tif", TOWN)
    assert made.transparency == "mask" and made.crs == "EPSG:32650"
    with rasterio.open(made.path) as out:
        empty = out.dataset_mask() == 0
        assert empty[0, 0] and empty[-1, -1] and 0 < empty.mean() < 0.2
        assert (out.read()[:, ~empty] > 0).all()


def test_a_palette_stays_one(tif: Made, tmp_path: Path) -> None:
    values = np.random.default_rng(1).integers(0, 3, (1, 64, 64), dtype=np.uint8)
    source = tif("a.tif", values)
    with rasterio.open(source, "r+") as out:
        out.write_colormap(1, {0: (255, 0, 0, 255), 1: (0, 255, 0, 255), 2: (0, 0, 255, 255)})
    made = make_cog(source, tmp_path / "out.tif", TOWN)
    with rasterio.open(made.path) as out:
        assert np.array_equal(out.read(), values) and out.colormap(1)[1] == (0, 255, 0, 255)
    tile = pixels(raster_tile(made.path, *tile_at(*_centre(made.bounds), 19)))
    colours = {tuple(map(int, each)) for each in tile[:3, tile[3] > 0].T}
    assert colours == {(255, 0, 0), (0, 255, 0), (0, 0, 255)}


def _centre(bounds: tuple[float, float, float, float]) -> tuple[float, float]:
    return (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2


def test_progress_runs_to_its_end(tif: Made, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    make_cog(
        tif("a.tif", bytes_of(1), tiled=True, blockxsize=128, blockysize=128),
        tmp_path / "out.tif",
        TOWN,
        progress=lambda *now: told.append(now),
    )
    assert told and all(done <= total for done, total in told) and told[-1][0] == told[-1][1]


# ── refused ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_bad_files_are_refused_and_leave_nothing(tif: Made, tmp_path: Path) -> None:
    good = tif("good.tif", bytes_of(1))
    cut = tmp_path / "cut.tif"
    cut.write_bytes(good.read_bytes()[:200_000])
    vrt = tmp_path / "vrt.tif"
    band = f"<VRTRasterBand><SimpleSource><SourceFilename>{good}</SourceFilename></SimpleSource></VRTRasterBand>"
    vrt.write_text(f'<VRTDataset rasterXSize="9" rasterYSize="9">{band}</VRTDataset>')
    bomb = tmp_path / "N34E114.zip"
    bomb.write_bytes(b"PK\x03\x04 no zip at all")
    nothing = tif("nothing.tif", np.zeros((1, 20, 20), dtype=np.uint8), nodata=0)
    folder = tmp_path / "kept"
    cases: list[tuple[Path, type[Exception], str]] = [
        (cut, UnreadableFile, "损坏"),
        (vrt, UnreadableFile, "不是 GeoTIFF"),
        (bomb, UnreadableFile, "压缩包"),
        (nothing, UnreadableFile, "有效像元"),
        (tmp_path / "absent.tif", UnreadableFile, "没有这个文件"),
        (tif("nocrs.tif", bytes_of(1, 20), crs=None), UnknownCrs, "坐标系"),
        (tif("xian.tif", bytes_of(1, 20), crs="EPSG:2383"), UnknownCrs, "坐标系"),
    ]
    for path, error, word in cases:
        with pytest.raises(error) as refused:
            make_cog(path, folder / "out.tif", TOWN)
        assert word in refused.value.text("zh") and path.name in refused.value.text("zh"), path
    assert list(folder.iterdir()) == []


def test_a_crs_may_be_given(tif: Made, tmp_path: Path) -> None:
    made = make_cog(tif("a.tif", bytes_of(1, 20), crs=None), tmp_path / "out.tif", TOWN, crs="4547")
    assert made.crs == "EPSG:4547"


def test_limits_end_a_reading(tif: Made, tmp_path: Path) -> None:
    source = tif("a.tif", bytes_of(1, 64))
    with pytest.raises(UnreadableFile, match="larger"):
        make_cog(source, tmp_path / "out.tif", TOWN, limits=replace(PICTURE, input_bytes=100))
    with pytest.raises(UnreadableFile, match="pixels"):
        make_cog(source, tmp_path / "out.tif", TOWN, limits=replace(PICTURE, pixels=100))
    with pytest.raises(UnreadableFile, match="signal 9"):
        make_cog(source, tmp_path / "out.tif", TOWN, limits=replace(PICTURE, wall_s=0.01))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.tif"]


# ── in the database ──────────────────────────────────────────────────────────────────────────────────────────────────


def count(engine: sa.Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0)


def test_loading_registers_once(engine: sa.Engine, town: City, tif: Made, tmp_path: Path) -> None:
    source, words = tif("a.tif", bytes_of(3)), Delivery(source="航摄", owner="测绘院")
    first = load_raster(engine, "satellite", source, tmp_path / "rasters", words)
    second = load_raster(engine, "satellite", source, tmp_path / "rasters", words)
    assert (first.already, second.already, second.delivery_id) == (False, True, first.delivery_id)
    assert count(engine, "deliveries") == count(engine, "rasters") == len(list((tmp_path / "rasters").iterdir())) == 1
    assert raster_paths(engine, "terrain") == []
    raster_paths(engine, "satellite")[0].unlink()  # a file that was lost is made anew
    assert not load_raster(engine, "satellite", source, tmp_path / "rasters", words).already


def test_a_failed_load_leaves_nothing(engine: sa.Engine, town: City, tif: Made, tmp_path: Path) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE rasters ADD CONSTRAINT none CHECK (bands > 9)"))
    with pytest.raises(sa.exc.IntegrityError):
        load_raster(engine, "satellite", tif("a.tif", bytes_of(1, 20)), tmp_path / "rasters", Delivery())
    assert count(engine, "deliveries") == 0 and list((tmp_path / "rasters").iterdir()) == []


def test_sheets_lie_over_each_other_newest_on_top(engine: sa.Engine, town: City, tif: Made, tmp_path: Path) -> None:
    def flat(name: str, value: int, columns: int, hole: int = 0) -> Path:
        values = np.full((1, 600, columns), value, dtype=np.uint8)
        values[:, :, :hole] = 0
        return tif(name, values, nodata=0)

    for path in (flat("old.tif", 50, 600), flat("new.tif", 200, 300, hole=100)):
        load_raster(engine, "satellite", path, tmp_path / "rasters", Delivery())
    assert len(raster_paths(engine, "satellite")) == 2
    with engine.connect() as connection:
        west, south, east, north = connection.scalar(sa.text("SELECT bounds FROM rasters ORDER BY id LIMIT 1"))
    image = pixels(layer_tile(engine, "satellite", *tile_at((west + east) / 2, (south + north) / 2, 15)))
    assert {int(each) for each in np.unique(image[0][image[3] > 0])} >= {50, 200}
    load_raster(engine, "satellite", flat("all.tif", 99, 600), tmp_path / "rasters", Delivery())
    assert len(raster_paths(engine, "satellite")) == 1  # it covers both others


def test_what_is_not_there(engine: sa.Engine, town: City, tif: Made, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="terrain"):
        ground_along(engine, shapely.LineString([(X0, Y1), (X0 + 50, Y1)]), town.bounds)
    with pytest.raises(NotFound):
        layer_tile(engine, "satellite", 10, 1, 1)
    with pytest.raises(UnknownLayer):
        raster_paths(engine, "roads")
    with pytest.raises(UnknownLayer):
        load_raster(engine, "roads", tif("a.tif", bytes_of(1, 20)), tmp_path, Delivery())


def test_no_city_no_raster(engine: sa.Engine, tif: Made, tmp_path: Path) -> None:
    with pytest.raises(Conflict):
        load_raster(engine, "satellite", tif("a.tif", bytes_of(1, 20)), tmp_path, Delivery())


# ── tiles and heights ────────────────────────────────────────────────────────────────────────────────────────────────


def test_our_png_is_a_png() -> None:
    image = np.random.default_rng(5).integers(0, 255, (4, 256, 256), dtype=np.uint8)
    assert np.array_equal(pixels(png(image)), image)


def test_a_tile_lies_where_the_picture_lies(tif: Made, tmp_path: Path) -> None:
    values = np.zeros((3, 512, 512), dtype=np.uint8)
    values[0, :256], values[2, 256:] = 200, 200  # red in the north, blue in the south
    made = make_cog(tif("a.tif", values), tmp_path / "out.tif", TOWN)
    lon, lat = _centre(made.bounds)
    z, x, y = tile_at(lon, lat, 20)
    image = pixels(raster_tile(made.path, z, x, y))
    assert (image[3] == 255).all()
    north, south = pixels(raster_tile(made.path, z, x, y - 2)), pixels(raster_tile(made.path, z, x, y + 2))
    assert (north[:3].mean(axis=(1, 2)) == [200, 0, 0]).all() and (south[:3].mean(axis=(1, 2)) == [0, 0, 200]).all()
    assert not pixels(raster_tile(made.path, 20, 0, 0)).any()
    assert pixels(raster_tile(made.path, 10, *tile_at(lon, lat, 10)[1:]))[3].any()
    with pytest.raises(NotFound):
        raster_tile(made.path, 3, 8, 0)


def test_relief_is_lit_from_the_north_west(tif: Made, tmp_path: Path) -> None:
    rows, columns = np.mgrid[:400, :400].astype("float32")
    ridge = 60 - np.abs(rows + columns - 400) / 4  # falls to the north-west and to the south-east
    made = make_cog(tif("a.tif", ridge[None], nodata=-9999.0), tmp_path / "out.tif", TOWN)
    image = pixels(raster_tile(made.path, *tile_at(*_centre(made.bounds), 17), relief=True))
    shown = image[0][image[3] > 0]
    bright, dark = np.percentile(shown, (90, 10))
    first, last = (
        np.argwhere((image[0] >= bright) & (image[3] > 0)).mean(axis=0),
        np.argwhere((image[0] <= dark) & (image[3] > 0)).mean(axis=0),
    )
    assert bright > dark + 30 and (first < last).all()


def test_heights_between_pixels(tif: Made, tmp_path: Path) -> None:
    rows, columns = np.mgrid[:30, :40].astype("float64")
    plane = 50 + 0.5 * columns + 0.25 * rows
    plane[20, 20] = -9999
    made = make_cog(tif("a.tif", plane[None], nodata=-9999.0), tmp_path / "out.tif", TOWN)
    points = np.array([[10.5, 5.5], [11.0, 5.5], [11.25, 6.75], [0.0, 0.0], [20.5, 20.5], [21.5, 20.5], [-1, 3], [39.9, 29.9]])
    heights = profile(made.path, np.column_stack([X0 + points[:, 0], Y1 - points[:, 1]]))
    assert heights[:4] == pytest.approx([50 + 5 + 1.25, 50 + 5.25 + 1.25, 50 + 0.5 * 10.75 + 0.25 * 6.25, 50.0])
    assert np.isnan(heights[[4, 6]]).all()
    assert heights[5] == pytest.approx(50 + 0.5 * 21 + 0.25 * 20)  # beside the hole, on a centre
    assert heights[7] == pytest.approx(50 + 0.5 * 39 + 0.25 * 29)


def test_heights_where_pixels_are_no_squares(tif: Made, tmp_path: Path) -> None:
    plane = np.tile(np.arange(20.0)[:, None], (1, 10))[None]  # rises by 1 a row
    made = make_cog(tif("a.tif", plane, nodata=-1.0, transform=rasterio.Affine(4, 0, X0, 0, -2, Y1)), tmp_path / "out.tif", TOWN)
    assert profile(made.path, [(X0 + 20, Y1 - 11), (X0 + 39, Y1 - 20)]) == pytest.approx([5.0, 9.5])


def test_a_long_line_is_read_in_parts(tif: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(2).uniform(0, 100, (1, 300, 300))
    made = make_cog(tif("a.tif", values, nodata=-1.0), tmp_path / "out.tif", TOWN)
    line = np.column_stack([np.linspace(X0, X0 + 300, 500), np.linspace(Y1, Y1 - 300, 500)])
    whole = profile(made.path, line)
    monkeypatch.setattr("layers.rasters.tiles._WINDOW_PIXELS", 400)
    assert np.array_equal(profile(made.path, line), whole) and np.isfinite(whole).all()


# ── real files ───────────────────────────────────────────────────────────────────────────────────────────────────────

REAL = {
    "rasterio_cogeo.tif": ("EPSG:5179", (128.6, 37.6, 128.7, 37.7), "mask"),
    "hro_colorado_15cm_alpha.tif": ("EPSG:32613", (-104.8, 38.9, -104.7, 39.0), "alpha"),
    "hro_colorado_15cm_nodata.tif": ("EPSG:32613", (-104.8, 38.9, -104.7, 39.0), "nodata"),
    "hro_colorado_15cm_extmask.tif": ("EPSG:32613", (-104.8, 38.9, -104.7, 39.0), "mask"),
    "drone_bali_35cm_rgba.tif": ("EPSG:32750", (115.1, -8.6, 115.2, -8.5), "alpha"),
    "landsat_quebec_cog.tif": ("EPSG:32618", (-76, 44.9, -72.9, 47.1), "nodata"),
    "landsat7_olinda_6band.tif": ("EPSG:31985", (-35, -8.1, -34.8, -7.9), "none"),
    "suitability_netherlands_50cm.tif": ("EPSG:28992", (5.6, 52.0, 5.7, 52.1), "nodata"),
    "srtm_N49E011.hgt.zip": ("EPSG:32632", (11, 49, 12, 50), "nodata"),
}


@pytest.mark.parametrize("name", REAL)
def test_real_pictures(data: Path, tmp_path: Path, name: str) -> None:
    crs, bounds, transparency = REAL[name]
    made = make_cog(data / "imagery" / name, tmp_path / "out.tif", replace(TOWN, work_crs=crs, bounds=bounds))
    assert made.transparency == transparency
    z = 14 if made.resolution_m < 20 else 9
    image = pixels(raster_tile(made.path, *tile_at(*_centre(made.bounds), z)))
    assert image[3].any() and np.ptp(image[:3, image[3] > 0]) > 30


def test_real_heights(data: Path, tmp_path: Path) -> None:
    made = make_cog(
        data / "imagery/srtm_N49E011.hgt.zip", tmp_path / "out.tif", replace(TOWN, work_crs="EPSG:32632", bounds=(11, 49, 12, 50))
    )
    xy = np.column_stack(transformer("EPSG:4326", "EPSG:32632").transform([11.0776, 11.5], [49.4521, 49.5]))
    heights = profile(made.path, xy)
    assert 290 < heights[0] < 330  # Nuremberg's old town lies at about 310 m


@pytest.mark.parametrize(
    ("name", "error", "word"),
    [
        ("rasterio_corrupt.tif", UnreadableFile, "damaged"),
        ("no_crs.tif", UnknownCrs, "states no CRS"),
        ("rasterio_rotated.tif", UnknownCrs, "rotated"),
        ("rasterio_all-nodata.tif", UnreadableFile, "not one pixel"),
    ],
)
def test_real_files_that_are_no_good(data: Path, tmp_path: Path, name: str, error: type[Exception], word: str) -> None:
    with pytest.raises(error, match=word):
        make_cog(data / "imagery" / name, tmp_path / "out.tif", replace(TOWN, work_crs="EPSG:32628", bounds=(-17, 14, -16, 15)))
    assert list(tmp_path.iterdir()) == []
