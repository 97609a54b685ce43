"""What would be wrong: an object of many messages comes back with other bytes after kill -9, or its room is never given back."""

import asyncio
import base64
import hashlib
import random

import nats
import pytest
from nats.js.errors import ObjectNotFoundError

SIZE = 32 * 1024 * 1024


def digest(content):
    return "SHA-256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode()


async def store_of(server, name):
    client = await nats.connect(server.url)
    return client, await client.jetstream(timeout=30).object_store(name)


async def killed_and_started(server):
    server.kill()
    await asyncio.to_thread(server.start)


async def test_a_large_object_comes_back_whole_and_leaves_nothing(server):
    content = random.Random(1).randbytes(SIZE)
    client = await nats.connect(server.url)
    js = client.jetstream(timeout=30)
    store = await js.create_object_store("O")
    await store.put("small", b"x")
    before = (await js.stream_info("OBJ_O")).state
    put = await store.put("large", content)
    assert (put.size, put.digest) == (SIZE, digest(content))
    full = (await js.stream_info("OBJ_O")).state
    assert full.messages == before.messages + put.chunks + 1
    assert full.bytes > before.bytes + SIZE
    await client.close()

    await killed_and_started(server)
    client, store = await store_of(server, "O")
    js = client.jetstream()
    again = (await js.stream_info("OBJ_O")).state
    assert (again.messages, again.bytes, again.last_seq) == (full.messages, full.bytes, full.last_seq)
    got = await store.get("large")
    assert got.info.digest == put.digest
    assert got.data == content
    await store.delete("large")
    with pytest.raises(ObjectNotFoundError):
        await store.get("large")
    left = (await js.stream_info("OBJ_O")).state
    assert left.messages == before.messages + 1  # the mark of what was deleted
    await client.close()

    await killed_and_started(server)
    client, store = await store_of(server, "O")
    state = (await client.jetstream().stream_info("OBJ_O")).state
    assert (state.messages, state.bytes, state.last_seq) == (left.messages, left.bytes, left.last_seq)
    assert state.bytes < before.bytes + 1000
    assert (await store.get("small")).data == b"x"
    with pytest.raises(ObjectNotFoundError):
        await store.get("large")
    await client.close()


async def test_an_object_that_was_put_again_is_the_second_one(server):
    first, second = (random.Random(seed).randbytes(1_000_000 + seed) for seed in (1, 2))
    client = await nats.connect(server.url)
    store = await client.jetstream().create_object_store("O")
    await store.put("twice", first)
    await store.put("twice", second)
    await client.close()
    await killed_and_started(server)
    client, store = await store_of(server, "O")
    got = await store.get("twice")
    assert got.data == second
    assert got.info.digest == digest(second)
    state = (await client.jetstream().stream_info("OBJ_O")).state
    assert state.messages == got.info.chunks + 1
    assert [entry.name for entry in await store.list()] == ["twice"]
    await client.close()
