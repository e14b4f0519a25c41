"""Pictures of an area as PMTiles and as a GeoTIFF: the same pixels, few enough, and holes where there is no data."""

import io
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from PIL import Image
from pmtiles.reader import MemorySource, Reader, all_tiles

from geo.crs import to_degrees
from layers.rasters.archive import write_archive

CRS, X0, Y0, PIXEL_M, SIDE = "EPSG:4547", 530_000.0, 3_852_000.0, 0.6, 1500


@pytest.fixture(scope="module")
def cog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """900 m of meadow."""
    path = tmp_path_factory.mktemp("cog") / "meadow.tif"
    about = {"driver": "GTiff", "width": SIDE, "height": SIDE, "count": 3, "dtype": "uint8", "crs": CRS}
    with rasterio.open(path, "w", **about, transform=rasterio.Affine(PIXEL_M, 0, X0, 0, -PIXEL_M, Y0)) as target:
        target.write(np.full((3, SIDE, SIDE), [[[40]], [[160]], [[60]]], dtype=np.uint8))
    return path


def test_tiles_and_picture_show_the_same_and_have_holes(cog: Path, tmp_path: Path) -> None:
    where = to_degrees(shapely.Point(X0 + 20, Y0 - 450).buffer(200), CRS)  # half of it lies beside the picture
    made = write_archive([cog], where, 400, tmp_path / "a.pmtiles", tmp_path / "a.tif", {"name": "草地"})
    source = MemorySource((tmp_path / "a.pmtiles").read_bytes())
    tiles = dict(all_tiles(source))
    assert made is not None and made.tiles == len(tiles) and (made.shallowest, made.deepest) == (14, 18)
    assert Reader(source).metadata() == {"name": "草地"} and Reader(source).header()["clustered"]
    seen = set()
    for content in tiles.values():
        with Image.open(io.BytesIO(content)) as image:
            pixels = np.asarray(image.convert("RGBA"))
        shown = pixels[pixels[..., 3] == 255]
        seen |= {bool((pixels[..., 3] == 0).any())}
        assert np.abs(shown[:, :3].mean(axis=0) - (40, 160, 60)).max() < 4
    assert seen == {True, False}
    with rasterio.open(tmp_path / "a.tif") as picture:
        mask = picture.dataset_mask()
        assert 0 < (mask == 255).mean() < 1 and picture.crs.to_epsg() == 3857
        assert np.abs(picture.read()[:, mask == 255].mean(axis=1) - (40, 160, 60)).max() < 4
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.pmtiles", "a.tif"]  # no mask and no copies beside it


def test_the_deepest_zoom_gives_way_to_the_limit(cog: Path, tmp_path: Path) -> None:
    where = to_degrees(shapely.Point(X0 + 450, Y0 - 450).buffer(300), CRS)
    made = write_archive([cog], where, 12, tmp_path / "a.pmtiles", tmp_path / "a.tif", {})
    assert made is not None and made.tiles <= 12 and made.deepest < 18


@pytest.mark.parametrize("there", [True, False])
def test_where_nobody_has_a_picture_there_is_no_file(cog: Path, tmp_path: Path, there: bool) -> None:
    where = to_degrees(shapely.Point(X0 - 9_000, Y0).buffer(300), CRS)
    assert write_archive([cog] if there else [], where, 400, tmp_path / "a.pmtiles", tmp_path / "a.tif", {}) is None
    assert not list(tmp_path.iterdir())
