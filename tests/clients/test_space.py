"""What would be wrong: a disk that fills up with what has left its streams, or with a journal that is not needed."""

import asyncio
import pathlib
import subprocess

import nats
import pytest

from server import BINARY, Server

BODY = b"x" * 16_000
MB = 1_000_000
JOURNAL = 16 * MB


@pytest.fixture
def server(tmp_path):
    one = Server(tmp_path, jetstream=f"journal_size: {JOURNAL // MB}MB").start()
    yield one
    one.stop()


def size_of(server, folder):
    total = 0
    for path in pathlib.Path(server.folder, "store", "jetstream", folder).iterdir():
        try:
            total += path.stat().st_size
        except FileNotFoundError:  # it left meanwhile
            pass
    return total


async def expect_small_journal(server):
    """The horizon, two segments of a quarter of it, and two that wait to be used again; a flush may be on its way."""
    bound = JOURNAL + 4 * (JOURNAL // 4)
    for _ in range(300):
        if size_of(server, "journal") <= bound:
            return
        await asyncio.sleep(0.05)  # the pause of a poll
    assert size_of(server, "journal") <= bound, list(
        pathlib.Path(server.folder, "store", "jetstream", "journal").iterdir())


async def publish(server, js, subject, size, has_ids=False):
    for batch in range(size // len(BODY) // 100):
        headers = [{"Nats-Msg-Id": f"{batch}-{i}"} if has_ids else None for i in range(100)]
        await asyncio.gather(*[await js.publish_async(subject, BODY, headers=one) for one in headers])
        await expect_small_journal(server)


async def expect_room(server, js, bound):
    """The database comes below the bound while the server runs; a little work goes on meanwhile."""
    for _ in range(300):
        if size_of(server, "db") <= bound:
            return
        await js.publish("busy", b"")
        await asyncio.sleep(0.05)  # the pause of a poll
    assert size_of(server, "db") <= bound


async def test_one_busy_stream_and_many_quiet_ones_leave_a_small_journal(server):
    client = await nats.connect(server.url)
    js = client.jetstream()
    await js.add_stream(name="BUSY", subjects=["busy"], max_bytes=20 * MB)
    for number in range(300):
        await js.add_stream(name=f"Q{number}", subjects=[f"quiet.{number}"])
        await js.publish(f"quiet.{number}", str(number).encode())
    await publish(server, js, "busy", 200 * MB)
    await expect_room(server, js, 150 * MB)
    await client.close()
    server.kill()
    server.start()
    client = await nats.connect(server.url)
    js = client.jetstream()
    for number in range(0, 300, 17):
        assert (await js.get_msg(f"Q{number}", 1)).data == str(number).encode()
    assert (await js.stream_info("BUSY")).state.last_seq >= 200 * MB // len(BODY)
    await client.close()


async def test_a_purged_stream_gives_its_room_back(server):
    client = await nats.connect(server.url)
    js = client.jetstream()
    await js.add_stream(name="BUSY", subjects=["busy"])
    await publish(server, js, "busy", 200 * MB)
    assert size_of(server, "db") > 120 * MB
    await js.purge_stream("BUSY")
    await expect_room(server, js, 90 * MB)
    await client.close()


@pytest.mark.parametrize("is_one_stuck", [False, True])
async def test_a_work_queue_gives_its_room_back_also_behind_a_message_that_stays(server, is_one_stuck):
    client = await nats.connect(server.url)
    js = client.jetstream()
    await js.add_stream(name="BUSY", subjects=["busy"], retention="workqueue")
    await publish(server, js, "busy", 200 * MB, has_ids=True)
    left = 200 * MB // len(BODY)
    subscription = await js.pull_subscribe("busy", durable="w")
    stuck = None
    while left > 0:
        for message in await subscription.fetch(100, timeout=5):
            if message.metadata.num_delivered > 1:
                # On a slow machine the ack wait is over before: what is stuck comes again.
                if stuck is None or message.metadata.sequence.stream != stuck.metadata.sequence.stream:
                    await message.ack()
                continue
            left -= 1
            if is_one_stuck and stuck is None:
                stuck = message
            elif left == 0:
                await message.ack_sync()  # the kill below may take what was not answered
            else:
                await message.ack()
        await expect_small_journal(server)
    await expect_room(server, js, 90 * MB)
    await client.close()
    server.kill()
    # Rows of message ids are there without their blocks, and that is in order.
    found = subprocess.run([BINARY, "inspect", server.folder / "store"], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout
    server.start()
    client = await nats.connect(server.url)
    js = client.jetstream()
    state = (await js.stream_info("BUSY")).state
    assert state.messages == (1 if is_one_stuck else 0)
    if is_one_stuck:
        assert state.first_seq == 1
        assert (await js.get_msg("BUSY", 1)).data == BODY
    await client.close()
