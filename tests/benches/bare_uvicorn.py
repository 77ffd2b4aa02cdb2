"""uvicorn with a websocket endpoint that only keeps its connections: what a connection costs before anything is ours.

python -m tests.benches.bare_uvicorn --port 8770
"""

import argparse
from typing import Any

import uvicorn


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """ASGI: accept, greet as the load client expects, say `live` to the first text, then read until the end."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": '{"epoch":"bare","op":"welcome","protocol":1}'})
    said = False
    while (await receive())["type"] != "websocket.disconnect":
        if not said:
            await send({"type": "websocket.send", "text": '{"op":"live","seq":0,"stream":"board"}'})
            said = True


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=parser.parse_args().port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        backlog=4096,
    )
