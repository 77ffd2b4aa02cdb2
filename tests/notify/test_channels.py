"""Every outside channel keeps the same promises, tried against real servers."""

from collections.abc import Generator
from dataclasses import replace
from uuid import UUID

import pytest

from notify.channels.base import SendFailure
from notify.channels.smtp import Smtp
from notify.delivery import Delivery
from tests.conftest import T0
from tests.notify.mail_server import MailServer, mail_server

DELIVERY = Delivery(
    UUID(int=1),
    UUID(int=2),
    "smtp",
    UUID(int=3),
    "孟定消防站",
    "station@lincang.test",
    "新任务：搜救组赴芒卡镇",
    "先到芒卡中学\n签收时限 10:17",
    "queued",
    T0,
)


@pytest.fixture
def server() -> Generator[MailServer]:
    with mail_server() as running:
        yield running


async def test_mail_arrives_whole_and_in_chinese(server: MailServer) -> None:
    await Smtp(server.url, "fengsui@lincang.test").send(DELIVERY)
    [mail] = server.mails
    assert mail["Subject"] == DELIVERY.subject
    assert mail["To"] == "孟定消防站 <station@lincang.test>"
    assert mail.get_content().replace("\r\n", "\n").rstrip("\n") == DELIVERY.text


async def test_a_second_attempt_is_the_same_mail(server: MailServer) -> None:
    channel = Smtp(server.url, "fengsui@lincang.test")
    await channel.send(DELIVERY)
    await channel.send(DELIVERY)
    assert len({mail["Message-ID"] for mail in server.mails}) == 1


@pytest.mark.parametrize("trouble", ["refused", "busy", "away", "no address"])
async def test_failures_say_whether_trying_again_helps(server: MailServer, trouble: str) -> None:
    delivery, url = DELIVERY, server.url
    match trouble:
        case "refused":
            server.refuse.add("station@lincang.test")
        case "busy":
            server.busy = 1
        case "away":
            url = "smtp://user:hidden-word@127.0.0.1:9"
        case _:
            delivery = replace(DELIVERY, address=None)
    with pytest.raises(SendFailure) as failure:
        await Smtp(url, "fengsui@lincang.test").send(delivery)
    assert failure.value.retryable == (trouble in ("busy", "away"))
    assert "hidden-word" not in failure.value.sentence
