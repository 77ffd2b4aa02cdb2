"""A real SMTP server on loopback that keeps what it was given."""

import socket
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class MailServer:
    """`refuse`: recipients answered with 550; `busy`: how many messages still get 451 before one is taken."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list[EmailMessage])
    refuse: set[str] = field(default_factory=set[str])
    busy: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if address in self.refuse:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.busy > 0:
            self.busy -= 1
            return "451 try again later"
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 taken"


@contextmanager
def mail_server() -> Generator[MailServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = MailServer(port)
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
