"""Signing in and out, and what the signed-in account may do."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from spine.accounts import SESSION_LIFE, demo_logins, sign_in, sign_out, token_hash
from spine.canonical import Json
from spine.errors import Refused
from spine.principal import Principal
from spine.realm import Realm
from web.auth import InHouse, SignedIn, cookie_name, session_token, sessions_of
from web.house import House
from web.rate import count_failure, may_try

router = APIRouter(prefix="/api/session", tags=["session"])


class SignIn(BaseModel):
    login: Annotated[str, Field(min_length=1, max_length=80)]
    password: Annotated[str, Field(min_length=1, max_length=200)]


def account_object(house: House, principal: Principal) -> dict[str, Json]:
    """The account, its grants, the commands its roles allow, and the realm it is in."""
    roles = {grant.role for grant in principal.grants}
    return {
        "id": principal.id,
        "account_id": None if principal.account_id is None else str(principal.account_id),
        "name": principal.name,
        "locale": principal.locale,
        "grants": [
            {"role": g.role.value, "area": g.area, "department": g.department, "unit": g.unit} for g in principal.grants
        ],
        "may": [h.data.kind for h in house.registry.handlings() if roles & h.allow.roles],
        "realm": realm_object(house.realm),
    }


def realm_object(realm: Realm) -> dict[str, Json]:
    return {
        "name": realm.name,
        "kind": realm.row.kind,
        "title_zh": realm.row.title_zh,
        "title_en": realm.row.title_en,
    }


@router.post("", response_model=None)
async def post_session(body: SignIn, request: Request, response: Response, house: InHouse) -> dict[str, Json]:
    client = request.client.host if request.client else "?"
    who = f"{client}:{body.login.strip().lower()}"
    if not await may_try(house.realm, who):
        raise Refused(
            "too_many_attempts",
            zh="登录尝试过多，请一分钟后再试。",
            en="Too many attempts to sign in. Try again in a minute.",
            status=429,
            final=False,
        )
    try:
        async with house.realm.pool.connection() as conn:
            at = house.realm.wall_now()
            token, principal = await sign_in(conn, body.login, body.password, at)
        sessions_of(request).remember(token_hash(token), principal, at + SESSION_LIFE)
    except Refused:
        await count_failure(house.realm, who)
        raise
    response.set_cookie(
        cookie_name(house.realm),
        token,
        max_age=int(SESSION_LIFE.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.app.state.settings.secure_cookie,
    )
    return account_object(house, principal)


@router.get("", response_model=None)
async def get_session(house: InHouse, principal: SignedIn) -> dict[str, Json]:
    return account_object(house, principal)


@router.delete("", status_code=204)
async def delete_session(request: Request, response: Response, house: InHouse) -> None:
    token = session_token(request.headers, house.realm)
    if token is not None:
        async with house.realm.pool.connection() as conn:
            await sign_out(conn, token)
        sessions_of(request).forget(token_hash(token))
    response.delete_cookie(cookie_name(house.realm))


@router.get("/realm", response_model=None)
async def get_realm(house: InHouse) -> dict[str, Json]:
    """Which realm this address is, for the sign-in screen: an exercise must say so before anybody signs in."""
    return realm_object(house.realm)


@router.get("/demo", response_model=None)
async def get_demo(house: InHouse) -> dict[str, Json]:
    """The training accounts, where the training region was seeded; empty in a city's own installation."""
    async with house.realm.pool.connection() as conn:
        logins = await demo_logins(conn)
    return {
        "logins": [{"login": d.login, "name": d.name, "password": d.password, "roles": list(d.roles)} for d in logins]
    }
