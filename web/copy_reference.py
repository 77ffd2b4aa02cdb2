"""Copying what a sealed realm needs to know of the city: places, organisation, accounts. No incident, no fact."""

from collections.abc import Sequence

from psycopg import sql

from spine.db import Connection


async def copy_tables(source: Connection, target: Connection, tables: Sequence[str]) -> int:
    """Copy whole tables (`schema.table`, referenced ones first) between databases of one version. Returns rows."""
    copied = 0
    for name in tables:
        schema, _, table = name.partition(".")
        relation = sql.Identifier(schema, table)
        columns = await (
            await source.execute(
                """
                SELECT column_name FROM information_schema.columns
                WHERE table_schema = %s AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
                """,
                (schema, table),
            )
        ).fetchall()
        listed = sql.SQL(", ").join(sql.Identifier(str(c)) for (c,) in columns)
        async with source.cursor() as out, target.cursor() as into:
            reading = sql.SQL("COPY {} ({}) TO STDOUT (FORMAT BINARY)").format(relation, listed)
            writing = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(relation, listed)
            async with out.copy(reading) as rows, into.copy(writing) as sink:
                async for block in rows:
                    await sink.write(block)
            copied += into.rowcount
    return copied
