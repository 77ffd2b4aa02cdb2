"""Mail. "Sent" means that the mail server took it, no more."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formataddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from notify.channels.base import SendFailure
from notify.delivery import Delivery


@dataclass(frozen=True, slots=True)
class Smtp:
    """`url`: smtp://[user:password@]host[:port] (STARTTLS when offered) or smtps://… (TLS from the start)."""

    url: str
    sender: str
    name: str = "smtp"
    timeout_s: float = 15.0

    async def send(self, delivery: Delivery) -> None:
        if delivery.address is None:
            raise SendFailure("没有邮箱地址 / no mail address", retryable=False)
        parts = urlsplit(self.url)
        try:
            await aiosmtplib.send(
                self._message(delivery, delivery.address),
                hostname=parts.hostname or "localhost",
                port=parts.port or (465 if parts.scheme == "smtps" else 25),
                username=unquote(parts.username) if parts.username else None,
                password=unquote(parts.password) if parts.password else None,
                use_tls=parts.scheme == "smtps",
                timeout=self.timeout_s,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [r.code for r in error.recipients]
            raise SendFailure(
                f"收件地址被拒 / recipient refused {codes}", retryable=all(c < 500 for c in codes)
            ) from error
        except aiosmtplib.SMTPResponseException as error:
            raise SendFailure(
                f"邮件服务器拒收 / mail server refused ({error.code})", retryable=error.code < 500
            ) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise SendFailure(
                f"邮件服务器联系不上 / mail server not reached ({type(error).__name__})", retryable=True
            ) from error

    def _message(self, delivery: Delivery, address: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = formataddr((delivery.name, address))
        message["Subject"] = delivery.subject
        # The same on every attempt: who gets it twice after a crash sees one mail.
        message["Message-ID"] = f"<{delivery.id}@fengsui>"
        message["Date"] = delivery.queued_at
        message.set_content(delivery.text)
        return message
