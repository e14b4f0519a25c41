"""The child process that opens a picture: started by :mod:`layers.rasters.intake` with limits and an environment of ours.

It knows nothing of the project (``python -I`` sees no folder of ours): orders come as ``orders.json`` in its folder,
the answer goes to ``answer.json``, progress to stdout as lines "done total".
"""

import json
import os
import resource
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.enums import ColorInterp, MaskFlags, Resampling
from rasterio.errors import NotGeoreferencedWarning
from rasterio.features import shapes
from rasterio.shutil import copy
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

BLOCK = 512
SAMPLE = 1024  # pixels along the longer side of the picture that statistics and outline are taken from


class Refused(Exception):
    """The file cannot be used: words in Chinese and English."""


def look(orders: dict[str, Any]) -> dict[str, Any]:
    """What the file says of itself."""
    with rasterio.open(orders["path"], driver=orders["driver"]) as source:
        placed = not source.transform.is_identity
        return {
            "crs": source.crs.to_wkt() if source.crs else None,
            "placed": placed,
            "corners": _corners(source) if placed else [],
            "rotated": bool(source.transform.b or source.transform.d),
            "width": source.width,
            "height": source.height,
            "bands": source.count,
            "dtype": source.dtypes[0],
            "dtypes": sorted(set(source.dtypes)),
            "nodata": source.nodata,
            "transparency": transparency(source),
        }


def _corners(source: Any) -> list[tuple[float, float]]:
    t, places = source.transform, [(0, 0), (source.width, 0), (source.width, source.height), (0, source.height)]
    return [(t.a * column + t.b * row + t.c, t.d * column + t.e * row + t.f) for column, row in places]


def transparency(source: Any) -> str:
    """How the file says where it has no picture: nodata, alpha, mask or none."""
    if ColorInterp.alpha in source.colorinterp:
        return "alpha"
    if source.nodata is not None:
        return "nodata"
    return "mask" if any(MaskFlags.per_dataset in flags for flags in source.mask_flag_enums) else "none"


def convert(orders: dict[str, Any]) -> dict[str, Any]:
    """Read the whole file, put it into the work CRS, write it as COG; returns what :class:`layers.rasters.store.Raster` has."""
    with rasterio.open(orders["path"], driver=orders["driver"]) as source:
        _read_through(source)
        kind = transparency(source)
        with _in_work_crs(source, orders, kind) as picture:
            if picture.width * picture.height > orders["max_pixels"]:
                raise Refused("投影后像元过多", "it has too many pixels in the work CRS")
            about = _write(source, picture, kind, orders)
    options = {"compress": "deflate", "predictor": "yes", "blocksize": BLOCK, "bigtiff": "if_safer"}
    options["overview_resampling"] = "nearest" if about["palette"] else "average"
    copy(orders["half"], orders["out"], driver="COG", **options)
    os.unlink(orders["half"])
    return about


def _read_through(source: Any) -> None:
    """A damaged block shows only when it is read; the warper would rather leave a hole."""
    windows = [window for _, window in source.block_windows(1)]
    for done, window in enumerate(windows, 1):
        source.read(window=window)
        if done % 16 == 0 or done == len(windows):
            _say(done, 2 * len(windows))


def _in_work_crs(source: Any, orders: dict[str, Any], kind: str) -> Any:
    t = source.transform
    transform = rasterio.Affine(t.a, t.b, t.c + orders["shift_m"], t.d, t.e, t.f)
    settings: dict[str, Any] = {"src_crs": orders["crs"], "src_transform": transform, "crs": orders["work_crs"]}
    settings["resampling"] = Resampling.nearest if ColorInterp.palette in source.colorinterp else Resampling.bilinear
    same = rasterio.CRS.from_user_input(orders["crs"]) == rasterio.CRS.from_user_input(orders["work_crs"])
    if same and not (transform.b or transform.d) and transform.e < 0:
        settings |= {"transform": transform, "width": source.width, "height": source.height}  # pixel by pixel as it was
    if kind in ("mask", "none"):
        settings["add_alpha"] = True  # becomes the mask: what the turned picture does not reach is no black land
    elif kind == "nodata":
        settings["nodata"] = source.nodata
    return WarpedVRT(source, **settings)


def _write(source: Any, picture: Any, kind: str, orders: dict[str, Any]) -> dict[str, Any]:
    """The picture as a plain tiled file with its mask; the COG is made from it."""
    bands = list(range(1, source.count + 1))
    profile = {
        "driver": "GTiff", "width": picture.width, "height": picture.height, "count": len(bands), "dtype": source.dtypes[0],
        "crs": picture.crs, "transform": picture.transform, "tiled": True, "blockxsize": BLOCK, "blockysize": BLOCK,
        "compress": "deflate", "zlevel": 1, "bigtiff": "if_safer",
    }  # fmt: skip
    if kind == "nodata":
        profile["nodata"] = source.nodata
    with rasterio.open(orders["half"], "w", **profile) as half:
        half.colorinterp = source.colorinterp
        if ColorInterp.palette in source.colorinterp:
            half.write_colormap(1, source.colormap(1))
        holes = _copy_blocks(picture, half, bands, masked=kind in ("mask", "none"))
    with rasterio.open(orders["half"], "r+") as half:
        about = _about(half)
        half.update_tags(WAIXIAN_RANGE=json.dumps(about["range"]))
    about["transparency"] = kind if kind != "none" or not holes else "mask"
    return about


def _copy_blocks(picture: Any, half: Any, bands: list[int], masked: bool) -> bool:
    """Block by block; returns whether the mask has any hole. A mask without one is not written."""
    windows = [
        Window(x, y, min(BLOCK, picture.width - x), min(BLOCK, picture.height - y))
        for y in range(0, picture.height, BLOCK)
        for x in range(0, picture.width, BLOCK)
    ]
    alphas: list[Any] = []
    for done, window in enumerate(windows, 1):
        half.write(picture.read(bands, window=window), window=window)
        if masked:
            alpha = picture.read(picture.count, window=window) > 0
            alphas.append(None if alpha.all() else np.packbits(alpha))
        if done % 16 == 0 or done == len(windows):
            _say(len(windows) + done, 2 * len(windows))
    holes = any(alpha is not None for alpha in alphas)
    if holes:
        for window, bits in zip(windows, alphas, strict=True):
            shape = (int(window.height), int(window.width))
            there = np.ones(shape, bool) if bits is None else np.unpackbits(bits, count=shape[0] * shape[1]).reshape(shape) > 0
            half.write_mask(there, window=window)
    return holes


def _about(half: Any) -> dict[str, Any]:
    scale = max(1.0, max(half.width, half.height) / SAMPLE)
    shape = (max(1, round(half.height / scale)), max(1, round(half.width / scale)))
    there = half.dataset_mask(out_shape=shape) > 0
    if not there.any():
        raise Refused("没有任何有效像元", "not one pixel of it holds data")
    wide, high = half.width / shape[1], half.height / shape[0]
    transform = rasterio.Affine(half.transform.a * wide, 0, half.transform.c, 0, half.transform.e * high, half.transform.f)
    outline = [shape_ for shape_, value in shapes(there.astype("uint8"), mask=there, transform=transform) if value]
    return {
        "width": half.width,
        "height": half.height,
        "bands": half.count,
        "dtype": half.dtypes[0],
        "nodata": half.nodata,
        "resolution_m": abs(half.transform.a),
        "box": list(half.bounds),
        "outline": outline,
        "palette": ColorInterp.palette in half.colorinterp,
        "range": [_range(half.read(band, out_shape=shape), there) for band in range(1, half.count + 1)],
    }


def _range(values: Any, there: Any) -> list[float]:
    """Where black and white lie when the band is shown: 0–255 as it is, anything else between its 2nd and 98th percent."""
    if values.dtype == np.uint8:
        return [0.0, 255.0]
    good = values[there & np.isfinite(values)].astype("float64")
    return [float(edge) for edge in np.percentile(good, (2, 98))] if good.size else [0.0, 1.0]


def _say(done: int, total: int) -> None:
    print(done, total, flush=True)


def main(folder: Path) -> None:
    """Carry out the orders and write the answer; a file that cannot be read is an answer, not a crash."""
    orders = json.loads((folder / "orders.json").read_text("utf-8"))
    for name, value in orders["limits"].items():
        limit = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(limit)[1]  # a machine may allow less
        resource.setrlimit(limit, (value, value) if hard == resource.RLIM_INFINITY else (min(value, hard),) * 2)
    warnings.simplefilter("ignore", NotGeoreferencedWarning)
    answer: dict[str, Any]
    try:
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True, GDAL_CACHEMAX=256 << 20, GDAL_NUM_THREADS="1"):
            answer = {"ok": True, **(look(orders) if orders["task"] == "look" else convert(orders))}
    except Refused as refused:
        answer = {"ok": False, "zh": refused.args[0], "en": refused.args[1]}
    except (rasterio.errors.RasterioError, rasterio.errors.RasterioIOError, ValueError, OSError) as error:
        reason = str(error.__cause__ or error).strip().splitlines()[0][:200]
        answer = {"ok": False, "zh": f"文件已损坏或无法打开：{reason}", "en": f"it is damaged or cannot be opened: {reason}"}
    (folder / "answer.json").write_text(json.dumps(answer), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
