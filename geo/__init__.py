"""The geometry and the law, pure: values in, values out.

No database, no HTTP, no files and no environment: everything here runs in a notebook on GeoDataFrames.
"""
