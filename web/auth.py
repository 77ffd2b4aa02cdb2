"""Who is asking over HTTP: a session cookie of this realm, or a bearer token."""

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from spine.accounts import principal_of_session, principal_of_token
from spine.errors import Refused
from spine.principal import Principal
from spine.realm import Realm
from web.house import House


def cookie_name(realm: Realm) -> str:
    """Each realm its own: browsers share cookies between the ports of one host, and an exercise must not sign in live."""
    return f"fengsui_{realm.name}"


def house_of(connection: HTTPConnection) -> House:
    return cast(House, connection.app.state.house)


def session_token(connection: HTTPConnection) -> str | None:
    return connection.cookies.get(cookie_name(house_of(connection).realm))


async def principal_of(connection: HTTPConnection) -> Principal | None:
    realm = house_of(connection).realm
    header = connection.headers.get("authorization", "")
    bearer = header[7:].strip() if header[:7].lower() == "bearer " else None
    cookie = session_token(connection)
    if bearer is None and cookie is None:
        return None
    wall = realm.wall_now()
    async with realm.pool.connection() as conn:
        if bearer is not None:
            return await principal_of_token(conn, bearer, wall) or await principal_of_session(conn, bearer, wall)
        return await principal_of_session(conn, cookie or "", wall)


def signed_out() -> Refused:
    return Refused(
        "signed_out",
        zh="尚未登录，或登录已过期。",
        en="You are not signed in, or your session has ended.",
        status=401,
        final=False,
    )


async def signed_in(connection: HTTPConnection) -> Principal:
    principal = await principal_of(connection)
    if principal is None:
        raise signed_out()
    return principal


SignedIn = Annotated[Principal, Depends(signed_in)]
InHouse = Annotated[House, Depends(house_of)]
