"""tipg on one database, as its own documentation starts it: run by tests.bench.tiles with the peers' own interpreter.

``python peer_tiles.py PORT`` with BENCH_DATABASE, a PostgreSQL URL, in the environment; the tables of the schema public, MVT by
tipg's defaults.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from tipg.collections import register_collection_catalog
from tipg.database import close_db_connection, connect_to_db
from tipg.factory import OGCTilesFactory
from tipg.settings import DatabaseSettings, PostgresSettings


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Its pool and its catalogue."""
    settings = DatabaseSettings(schemas=["public"], functions=[], tables=["public.pipes"])
    # its own check of the address knows no server on a socket file; its pool does
    address = PostgresSettings.model_construct(
        database_url=os.environ["BENCH_DATABASE"],
        db_min_conn_size=1,
        db_max_conn_size=10,
        db_max_queries=50_000,
        db_max_inactive_conn_lifetime=300.0,
    )
    await connect_to_db(app, schemas=["public"], settings=address)
    await register_collection_catalog(app, db_settings=settings)
    yield
    await close_db_connection(app)


app = FastAPI(lifespan=lifespan)
app.include_router(OGCTilesFactory().router)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
