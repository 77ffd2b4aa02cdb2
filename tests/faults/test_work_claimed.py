"""Two processes after the same work, and processes killed between doing something and writing down that they did."""

import asyncio
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from tests.faults.load import envelope
from tests.faults.platform import Case
from tests.faults.servers import until
from tests.notify.mail_server import MailServer, mail_server

_LOCK = 5309
_HOLD_CURSORS = f"""
    CREATE FUNCTION public.hold_cursors() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock_shared({_LOCK}); RETURN NEW; END $$;
    CREATE TRIGGER hold_cursors BEFORE UPDATE ON spine.cursor FOR EACH ROW EXECUTE FUNCTION public.hold_cursors()
"""


@dataclass
class Post:
    """The city's mail server. `on_mail` is called, in the server's thread, when a mail has come and is not yet taken."""

    server: MailServer
    seen: list[str] = field(default_factory=list[str])
    on_mail: Callable[[], None] | None = None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        said = await MailServer.handle_DATA(self.server, _server, _session, envelope)
        self.seen.append(str(self.server.mails[-1]["Message-ID"]))
        if self.on_mail is not None:
            self.on_mail()
        return said


@pytest.fixture(scope="module")
def post() -> Generator[Post]:
    with mail_server() as server:
        made = Post(server)
        server.handle_DATA = made.handle_DATA
        yield made


@pytest.fixture(scope="module")
def processes() -> tuple[int, int]:
    return (1, 2)


@pytest.fixture(scope="module")
def surroundings(post: Post) -> dict[str, str]:
    return {"FENGSUI_SMTP_URL": post.server.url}


async def test_two_work_processes_do_everything_once(case: Case, post: Post) -> None:
    """Orders become one message and one mail to each, deadlines pass once, whoever gets there first."""
    await case.platform.settled()
    post.seen.clear()
    async with case.load.running():
        tasks = [await issue(case, number) for number in range(12)]
        # Their signing time is made to be over now, all at once, under the eyes of both processes.
        await case.platform.query(
            "UPDATE spine.deadline SET due_at = now() WHERE kind = 'task_sign' AND subject_id::text = ANY(%s)", tasks
        )
    await case.verdict()
    passed = await case.platform.query(
        """
        SELECT d.subject_id::text, count(f.seq) FROM spine.deadline d
        LEFT JOIN spine.fact f ON f.stream = 'incident:' || d.incident_id AND f.kind = 'deadline.passed'
            AND f.body::jsonb #>> '{data,deadline_id}' = d.id::text
        WHERE d.kind = 'task_sign' AND d.subject_id::text = ANY(%s) GROUP BY 1
        """,
        tasks,
    )
    assert dict(passed) == dict.fromkeys(tasks, 1)
    assert await messages_of(case, tasks) == dict.fromkeys(tasks, 1)
    assert len(post.seen) >= len(tasks)
    assert max(Counter(post.seen).values()) == 1, "a mail was sent twice"
    assert await failed_attempts(case) == {("sent", 0)}


async def test_work_killed_between_sending_and_recording(case: Case, post: Post) -> None:
    """The mail is out and nothing says so: it goes out again under the same Message-ID, and is recorded once."""
    await case.platform.settled()
    post.seen.clear()

    def kill_all() -> None:
        for work in case.platform.works:
            work.kill_now()

    post.on_mail = kill_all
    try:
        task = await issue(case, 100)
        await until(lambda: bool(post.seen), "the mail")
    finally:
        post.on_mail = None
    await until(lambda: not any(work.runs for work in case.platform.works), "both work processes dead")
    first = post.seen[0]
    assert await delivery_states(case, task) == {"queued"}
    # The two minutes for which a dead process's claim holds are made to be over.
    await case.platform.query(
        "UPDATE notify.delivery SET next_try_at = now() WHERE state = 'queued' AND channel = 'smtp'"
    )
    await case.platform.ensure()
    await until(lambda: post.seen.count(first) == 2, "the same mail again")
    await case.verdict()
    assert await delivery_states(case, task) == {"sent"}
    assert await messages_of(case, [task]) == {task: 1}
    assert await failed_attempts(case) == {("sent", 0)}


async def test_a_follower_killed_between_its_command_and_its_cursor(case: Case) -> None:
    """Its reaction is committed, its cursor is not: the next one sees the fact again, reacts, and nothing comes of it."""
    await case.platform.settled()
    await case.platform.query(_HOLD_CURSORS)
    async with await psycopg.AsyncConnection.connect(case.platform.database_url, autocommit=True) as holder:
        await holder.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        task = await issue(case, 200)
        async with asyncio.timeout(20):
            while await messages_of(case, [task]) == {}:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        for work in case.platform.works:
            await work.kill()
    async with asyncio.timeout(20):
        # Their sessions wake up with the lock, find nobody there and undo what they had not committed.
        while (await case.platform.query(_SESSIONS_AT_CURSORS))[0][0]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    behind = await case.platform.query(
        """
        SELECT h.seq - c.seq FROM spine.stream_head h JOIN spine.cursor c ON c.stream = h.stream AND c.follower = 'notify'
        WHERE h.stream = %s
        """,
        f"incident:{case.load.scene.orders[0][0]}",
    )
    assert behind[0][0] > 0, "the cursor was written: nothing is proved"
    await case.platform.query("DROP TRIGGER hold_cursors ON spine.cursor; DROP FUNCTION public.hold_cursors()")
    await case.platform.ensure()
    await case.verdict()
    assert await messages_of(case, [task]) == {task: 1}


_SESSIONS_AT_CURSORS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE '%UPDATE spine.cursor%' AND state <> 'idle'
        AND pid <> pg_backend_pid()
"""


async def issue(case: Case, number: int) -> str:
    """An order to the fire brigade; returns its id."""
    incident, _ = case.load.scene.orders[0]
    order = {
        "incident_id": incident,
        "title": f"转移 {number}",
        "text": "转移群众",
        "department": "FRB",
        "due_minutes": 60,
    }
    answer = await case.load.duty.send(envelope("task.issue", order))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["result"]["task_id"])


async def messages_of(case: Case, tasks: list[str]) -> dict[str, int]:
    """How many messages each order has become; none is not listed."""
    rows = await case.platform.query(
        "SELECT task_id::text, count(*) FROM notify.message WHERE task_id::text = ANY(%s) GROUP BY 1", tasks
    )
    return {str(task): int(count) for task, count in rows}


async def delivery_states(case: Case, task: str) -> set[str]:
    rows = await case.platform.query(
        """
        SELECT DISTINCT d.state FROM notify.delivery d JOIN notify.message m ON m.id = d.message_id
        WHERE m.task_id::text = %s AND d.channel = 'smtp'
        """,
        task,
    )
    return {str(state) for (state,) in rows}


async def failed_attempts(case: Case) -> set[tuple[str, int]]:
    """States of all mails and how many failed attempts are recorded for each."""
    rows = await case.platform.query("SELECT DISTINCT state, attempts FROM notify.delivery WHERE channel = 'smtp'")
    return {(str(state), int(count)) for state, count in rows}
