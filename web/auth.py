"""Who is asking over HTTP: a session cookie of this realm, or a bearer token."""

from collections.abc import Mapping
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection, cookie_parser

from spine.accounts import token_hash
from spine.errors import Refused
from spine.principal import Principal
from spine.realm import Realm
from web.house import House
from web.sessions import Sessions


def cookie_name(realm: Realm) -> str:
    """Each realm its own: browsers share cookies between the ports of one host, and an exercise must not sign in live."""
    return f"fengsui_{realm.name}"


def house_of(connection: HTTPConnection) -> House:
    return cast(House, connection.app.state.house)


def sessions_of(connection: HTTPConnection) -> Sessions:
    return cast(Sessions, connection.app.state.sessions)


def session_token(headers: Mapping[str, str], realm: Realm) -> str | None:
    return cookie_parser(headers.get("cookie", "")).get(cookie_name(realm))


def credential_in(headers: Mapping[str, str], realm: Realm) -> bytes | None:
    """The hash of what the asker identifies himself with, None when he brought nothing. `headers` by lower-case name."""
    header = headers.get("authorization", "")
    token = header[7:].strip() if header[:7].lower() == "bearer " else session_token(headers, realm)
    return token_hash(token) if token else None


async def principal_of(connection: HTTPConnection) -> Principal | None:
    credential = credential_in(connection.headers, house_of(connection).realm)
    return None if credential is None else await sessions_of(connection).principal(credential)


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
