"""Reading a request's body with a limit: a large one is refused before it is in memory."""

from fastapi import Request

from spine.errors import Refused


def too_large(most: int) -> Refused:
    return Refused(
        "body_too_large",
        zh=f"内容过大，最多 {most // 1024} KB。",
        en=f"The body is too large; the limit is {most // 1024} KB.",
        field="body",
        status=413,
        final=False,
        limit=most,
    )


async def read_body(request: Request, most: int) -> bytes:
    """The body, at most `most` bytes. Raises Refused `body_too_large` as soon as it is clear."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise too_large(most)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise too_large(most)
        parts.append(part)
    return b"".join(parts)
