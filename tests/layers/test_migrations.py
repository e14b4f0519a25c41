"""The tables and the models say the same, in both directions."""

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from geo.errors import BadInput, Unavailable
from geo.schema import LAYERS, ROUTES
from layers import migrations, session
from layers.models import LAYER_MODELS, Base
from layers.session import prepare


def tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names()) - {"spatial_ref_sys", "alembic_version"}


def test_models_and_migrated_tables_agree(engine: sa.Engine) -> None:
    assert migrations.differences(engine) == []


def test_a_difference_would_be_seen(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE roads DROP COLUMN pavement"))
        connection.execute(sa.text("DROP INDEX routes_geometry_current"))
    assert {each[0] for each in migrations.differences(engine)} == {"add_column", "add_index"}


def test_checks_in_the_database_are_those_of_the_models(engine: sa.Engine) -> None:
    """Alembic compares no check constraints, so the shapes are compared here."""
    found = {table: {check["name"] for check in sa.inspect(engine).get_check_constraints(table)} for table in tables(engine)}
    wanted = {
        name: {str(rule.name) for rule in table.constraints if isinstance(rule, sa.CheckConstraint)}
        for name, table in Base.metadata.tables.items()
    }
    assert found == wanted
    assert found["trees"] == {"trees_shape"}


def test_down_to_nothing_and_up_again(engine: sa.Engine) -> None:
    before = tables(engine)
    migrations.downgrade(engine, "base")
    assert tables(engine) == set()
    prepare(engine)
    assert tables(engine) == before
    assert migrations.differences(engine) == []


def test_what_was_loaded_before_says_only_what_its_dates_show(engine: sa.Engine) -> None:
    """Deliveries of the first tables: a date that stands there shows the column, blanks alone show nothing."""
    migrations.downgrade(engine, "0001")
    with engine.begin() as connection:
        names = "source, owner, licence, stated_by, rows_expected, rows_loaded, sha256, content, file_name"
        words = "'', '', '', '', 1, 1, '', '', ''"
        for number, layer in enumerate(("roads", "roads", "green"), 1):
            connection.execute(sa.text(f"INSERT INTO deliveries (layer, {names}) VALUES ('{layer}', {words})"))
            if layer == "roads":
                connection.execute(sa.text(f"SET LOCAL waixian.delivery = '{number}'"))
                day = "'2024-06-30'" if number == 1 else "NULL"
                place = "'LINESTRING (0 0, 1 1)'"
                connection.execute(
                    sa.text(f"INSERT INTO roads (row_no, road_id, overhauled, geometry) VALUES (1, 'a', {day}, {place})")
                )
    prepare(engine)
    with engine.connect() as connection:
        found = connection.scalars(sa.text("SELECT blank_is_none FROM deliveries ORDER BY id")).all()
    assert list(found) == [["overhauled"], [], []]


def test_prepare_twice_changes_nothing(engine: sa.Engine) -> None:
    before = tables(engine)
    prepare(engine)
    assert tables(engine) == before


def test_every_layer_of_the_schema_has_its_table(engine: sa.Engine) -> None:
    for name, spec in LAYERS.items():
        if spec.geometry == "raster":
            assert name not in LAYER_MODELS
            continue
        columns = {each["name"] for each in sa.inspect(engine).get_columns(name)}
        assert columns >= {*spec.columns, "delivery_id", "replaced_by"}, name
        assert ("geometry" in columns) == (spec.geometry != "none"), name
    assert {each["name"] for each in sa.inspect(engine).get_columns("routes")} >= {*ROUTES.columns, "raw", "geometry"}


def test_the_application_role_is_no_superuser(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT current_setting('is_superuser')")) == "off"


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(Unavailable, match="can't be reached"):
        prepare(session.engine("postgresql://nobody@/nowhere?host=/nonexistent"))


@pytest.mark.parametrize("url", ["sqlite:///x.db", "no address", "mysql://u@h/d"])
def test_an_address_of_something_else(url: str) -> None:
    with pytest.raises(BadInput, match="postgresql://"):
        session.engine(url)


def test_a_database_without_postgis(empty_database: str) -> None:
    """Where the user may not add it, the message says what to ask the administrator for."""
    name = "waixian_test_bare"
    with psycopg.connect(empty_database, autocommit=True) as connection:
        row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        if row is None or row[0]:
            pytest.skip("this user may add PostGIS everywhere")
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        bare = session.engine(make_url(empty_database).set(database=name).render_as_string(hide_password=False))
        try:
            with pytest.raises(Unavailable, match="CREATE EXTENSION postgis"):
                prepare(bare)
        finally:
            bare.dispose()
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
