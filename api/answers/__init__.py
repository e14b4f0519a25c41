"""Answers as files: GeoPackage, GeoJSON, Parquet, shapefile, CSV, Excel. Begin at ``write``."""
