"""What would be wrong: a key-value bucket remembers less, or something else, after kill -9."""

import asyncio
import time

import nats
import pytest
from nats.js import api
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError


async def ignore(_):
    pass


async def connect(server):
    return await nats.connect(server.url, reconnect_time_wait=0.05, max_reconnect_attempts=-1, error_cb=ignore)


async def killed_and_started(server):
    server.kill()
    await asyncio.to_thread(server.start)


async def eventually(condition, seconds, message):
    """The first true value of the awaited condition() within the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            value = await condition()
        except (nats.errors.Error, asyncio.TimeoutError, OSError):
            value = None
        if value:
            return value
        await asyncio.sleep(0.05)  # a server that comes back tells nobody: the pause of a poll with a deadline
    raise AssertionError(message)


async def told(kv, key):
    """The kept history of a key: operation, value, revision."""
    return [(entry.operation, entry.value, entry.revision) for entry in await kv.history(key)]


async def test_history_markers_and_revisions(server):
    client = await connect(server)
    kv = await client.jetstream().create_key_value(bucket="B", history=3)
    for value in (b"1", b"2", b"3", b"4"):
        await kv.put("kept", value)  # revisions 1 to 4
    await kv.put("deleted", b"x")
    await kv.delete("deleted")
    for value in (b"x", b"y"):
        await kv.put("purged", value)
    await kv.purge("purged")
    await kv.put("again", b"x")
    await kv.delete("again")
    assert await kv.create("again", b"y") == 12
    await client.close()

    async def check(bucket):
        assert await told(bucket, "kept") == [(None, b"2", 2), (None, b"3", 3), (None, b"4", 4)]
        assert [entry[0] for entry in await told(bucket, "deleted")] == [None, "DEL"]
        assert [entry[::2] for entry in await told(bucket, "purged")] == [("PURGE", 9)]
        assert [entry[::2] for entry in await told(bucket, "again")] == [(None, 10), ("DEL", 11), (None, 12)]
        assert (await bucket.get("kept")).revision == 4
        assert (await bucket.get("kept", revision=3)).value == b"3"
        for key in ("deleted", "purged", "never"):
            with pytest.raises(KeyNotFoundError):
                await bucket.get(key)
        assert sorted(await bucket.keys()) == ["again", "kept"]

    client = await connect(server)
    await check(await client.jetstream().key_value("B"))
    await client.close()
    for _ in range(2):  # the second time from what the first recovery wrote
        await killed_and_started(server)
        client = await connect(server)
        await check(await client.jetstream().key_value("B"))
        await client.close()


async def test_a_revision_holds_its_writer_to_it(server):
    client = await connect(server)
    kv = await client.jetstream().create_key_value(bucket="B", history=5)
    await kv.create("k", b"1")
    await kv.update("k", b"2", last=1)
    await client.close()
    await killed_and_started(server)
    client = await connect(server)
    kv = await client.jetstream().key_value("B")
    for stale in (1, 3):
        with pytest.raises(KeyWrongLastSequenceError):
            await kv.update("k", b"wrong", last=stale)
    with pytest.raises(KeyWrongLastSequenceError):
        await kv.create("k", b"wrong")
    assert await kv.update("k", b"3", last=2) == 3
    assert await told(kv, "k") == [(None, b"1", 1), (None, b"2", 2), (None, b"3", 3)]
    await kv.delete("k", last=3)
    assert await kv.create("k", b"4") == 5
    await client.close()


async def test_a_watcher_sees_what_was_put_before_and_after(server):
    client = await connect(server)
    js = client.jetstream()
    kv = await js.create_key_value(bucket="B", history=5)
    for number in range(3):
        await kv.put(f"k{number}", b"old")
    watcher = await kv.watchall()
    first = [await watcher.updates(timeout=5) for _ in range(4)]
    assert [entry and entry.key for entry in first] == ["k0", "k1", "k2", None]
    await killed_and_started(server)

    async def put():
        return await kv.put("after", b"new")

    revision = await eventually(put, 10, "the client did not come back")
    await kv.delete("k1")
    # The client makes its consumer anew when it misses heartbeats, twice five seconds.
    entry = await watcher.updates(timeout=30)
    assert (entry.key, entry.value, entry.revision, entry.operation) == ("after", b"new", revision, None)
    entry = await watcher.updates(timeout=30)
    assert (entry.key, entry.revision, entry.operation) == ("k1", revision + 1, "DEL")
    await client.close()


async def test_values_grow_old_while_the_server_is_down_too(server):
    client = await connect(server)
    js = client.jetstream()
    kv = await js.create_key_value(bucket="T", ttl=2.0)
    await kv.put("short", b"x")
    assert (await kv.get("short")).value == b"x"
    put_at = time.monotonic()
    await client.close()
    await killed_and_started(server)
    client = await connect(server)
    kv = await client.jetstream().key_value("T")

    async def gone():
        try:
            await kv.get("short")
        except KeyNotFoundError:
            return time.monotonic()
        return None

    gone_at = await eventually(gone, 10, "the value outlived its time")
    assert gone_at - put_at > 1.9, "the value went too early"
    state = (await client.jetstream().stream_info("KV_T")).state
    assert (state.messages, state.bytes, state.last_seq) == (0, 0, 1)
    assert await kv.put("short", b"y") == 2
    await client.close()


async def test_a_bucket_that_was_deleted_stays_deleted(server):
    client = await connect(server)
    js = client.jetstream()
    await (await js.create_key_value(bucket="B")).put("k", b"x")
    assert await js.delete_key_value("B")
    await client.close()
    await killed_and_started(server)
    client = await connect(server)
    js = client.jetstream()
    with pytest.raises(nats.js.errors.BucketNotFoundError):
        await js.key_value("B")
    kv = await js.create_key_value(api.KeyValueConfig(bucket="B"))
    with pytest.raises(KeyNotFoundError):
        await kv.get("k")
    await client.close()
