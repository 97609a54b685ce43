"""What would be wrong: a stream that forgets, repeats or reorders what it acknowledged."""

import asyncio
import datetime

import nats
import nats.js.api as api
import nats.js.errors
import pytest

from server import Server


async def stream_client(server, **config):
    client = await nats.connect(server.url)
    js = client.jetstream()
    await js.add_stream(name="EV", subjects=["ev.>"], **config)
    return client, js


async def drain_pull(subscription, batch=100):
    got = []
    while True:
        try:
            messages = await subscription.fetch(batch, timeout=0.5)
        except asyncio.TimeoutError:  # the client raises either kind
            return got
        for message in messages:
            got.append(message)
            await message.ack_sync()


async def test_duplicates_are_acknowledged_with_the_first_sequence(server):
    client, js = await stream_client(server)
    first = await js.publish("ev.a", b"1", headers={"Nats-Msg-Id": "x"})
    again = await js.publish("ev.a", b"2", headers={"Nats-Msg-Id": "x"})
    assert (first.seq, first.duplicate, again.seq, again.duplicate) == (1, None, 1, True)
    await client.close()
    server.kill()
    server.start()
    client = await nats.connect(server.url)
    js = client.jetstream()
    after_restart = await js.publish("ev.a", b"3", headers={"Nats-Msg-Id": "x"})
    assert (after_restart.seq, after_restart.duplicate) == (1, True)
    assert (await js.publish("ev.a", b"4")).seq == 2
    await client.close()


async def test_a_work_queue_with_two_workers_gives_each_message_to_one(server):
    client, js = await stream_client(server, retention="workqueue")
    workers = [await js.pull_subscribe("ev.>", durable="w") for _ in range(2)]
    for number in range(200):
        await js.publish("ev.job", str(number).encode())
    got = await asyncio.gather(*(drain_pull(worker, 10) for worker in workers))
    numbers = sorted(int(message.data) for messages in got for message in messages)
    assert numbers == list(range(200))
    assert (await js.stream_info("EV")).state.messages == 0
    await client.close()


async def test_replay_from_start_from_sequence_and_from_time(server):
    client, js = await stream_client(server)
    for number in range(10):
        await js.publish(f"ev.{number % 2}", str(number).encode())
    middle = datetime.datetime.now(datetime.timezone.utc)
    for number in range(10, 20):
        await js.publish(f"ev.{number % 2}", str(number).encode())

    async def replay(**config):
        subscription = await js.pull_subscribe("ev.>", durable=None, config=api.ConsumerConfig(
            ack_policy=api.AckPolicy.EXPLICIT, **config))
        return [int(message.data) for message in await drain_pull(subscription)]

    assert await replay(deliver_policy=api.DeliverPolicy.ALL) == list(range(20))
    assert await replay(deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=5) == list(range(4, 20))
    since = middle.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert await replay(deliver_policy=api.DeliverPolicy.BY_START_TIME, opt_start_time=since) == list(range(10, 20))
    assert await replay(deliver_policy=api.DeliverPolicy.LAST) == [19]
    await client.close()


async def test_key_value_put_get_watch_and_history_over_a_restart(server):
    client = await nats.connect(server.url)
    js = client.jetstream()
    bucket = await js.create_key_value(bucket="cfg", history=3)
    for number in range(5):
        await bucket.put("colour", str(number).encode())
    await bucket.put("size", b"9")
    await bucket.delete("size")
    assert (await bucket.get("colour")).value == b"4"
    with pytest.raises(nats.js.errors.KeyNotFoundError):
        await bucket.get("size")
    with pytest.raises(nats.js.errors.KeyWrongLastSequenceError):
        await bucket.update("colour", b"late", last=2)
    await client.close()
    server.kill()
    server.start()
    client = await nats.connect(server.url)
    bucket = await client.jetstream().key_value("cfg")
    assert (await bucket.get("colour")).value == b"4"
    assert [entry.value for entry in await bucket.history("colour")] == [b"2", b"3", b"4"]
    watcher = await bucket.watchall()
    seen = []
    async for entry in watcher:
        if entry is None:
            break
        seen.append((entry.key, entry.value, entry.operation))
    assert seen == [("colour", b"4", None), ("size", b"", "DEL")] or seen == [
        ("colour", b"4", None), ("size", None, "DEL")]
    await watcher.stop()
    await client.close()


async def test_redelivery_nak_term_and_progress(server):
    client, js = await stream_client(server)
    await js.publish("ev.a", b"a")
    await js.publish("ev.b", b"b")
    subscription = await js.pull_subscribe("ev.>", durable="d", config=api.ConsumerConfig(ack_wait=0.4))
    one, two = await subscription.fetch(2, timeout=2)
    await one.nak()
    await two.term()
    (again,) = await subscription.fetch(1, timeout=2)
    assert (again.data, again.metadata.num_delivered) == (b"a", 2)
    (third,) = await subscription.fetch(1, timeout=2)  # nothing was said: it comes after ack_wait
    assert (third.data, third.metadata.num_delivered) == (b"a", 3)
    await third.ack_sync()
    info = await js.consumer_info("EV", "d")
    assert (info.num_ack_pending, info.num_pending, info.ack_floor.stream_seq) == (0, 0, 2)
    await client.close()


async def test_consumer_positions_survive_a_kill(server):
    client, js = await stream_client(server)
    for number in range(100):
        await js.publish("ev.n", str(number).encode())
    subscription = await js.pull_subscribe("ev.>", durable="pos")
    for message in await subscription.fetch(40, timeout=2):
        await message.ack_sync()
    await client.close()
    server.kill()
    server.start()
    client = await nats.connect(server.url)
    subscription = await client.jetstream().pull_subscribe_bind(durable="pos", stream="EV")
    got = [int(message.data) for message in await drain_pull(subscription)]
    assert got == list(range(40, 100))
    await client.close()


async def test_limits_age_count_and_purge(server):
    client, js = await stream_client(server, max_msgs=10, max_age=1.5)
    for number in range(25):
        await js.publish("ev.n", b"x")
    state = (await js.stream_info("EV")).state
    assert (state.messages, state.first_seq, state.last_seq) == (10, 16, 25)
    await js.purge_stream("EV", keep=3)
    assert (await js.stream_info("EV")).state.messages == 3
    for _ in range(100):
        if (await js.stream_info("EV")).state.messages == 0:
            break
        await asyncio.sleep(0.1)  # the pause of a poll, ten seconds at most
    state = (await js.stream_info("EV")).state
    assert (state.messages, state.first_seq, state.last_seq) == (0, 26, 25)
    await client.close()


async def test_what_is_asked_behind_an_ack_shows_it(server):
    client = await nats.connect(server.url)
    js = client.jetstream()
    await js.add_stream(name="S", subjects=["s"])
    subscription = await js.pull_subscribe("s", durable="c")
    for number in range(50):
        await js.publish("s", b"")
        [message] = await subscription.fetch(1, timeout=5)
        await message.ack()  # waits for nothing: the request behind it leaves in the same write
        information = await js.consumer_info("S", "c")
        assert (information.num_ack_pending, information.ack_floor.stream_seq) == (0, number + 1)
    await client.close()


async def test_an_account_holds_what_it_may_hold_and_no_more(tmp_path):
    bounds = "max_file: 2000, max_mem: 1000"
    server = Server(tmp_path, config=f"accounts {{ A {{ users: [{{user: a, password: p}}], jetstream: {{ {bounds} }} }} }}\n"
                                     "shards: 2\n").start()
    try:
        client = await nats.connect(server.url, user="a", password="p")
        js = client.jetstream()
        held = {}
        # A second one on disk, perhaps on another shard, finds no room even if it would drop its own.
        for name, storage, taken in (("F", "file", 12), ("G", "file", 0), ("M", "memory", 7)):
            await js.add_stream(name=name, subjects=[f"{name}.>"], storage=storage, max_msgs=100)
            held[name] = 0
            with pytest.raises(nats.js.errors.APIError) as refused:
                for _ in range(100):
                    await js.publish(f"{name}.a", b"x" * 100, headers={"K": "v"})
                    held[name] += 1
            assert refused.value.err_code == 10002 and held[name] == taken
        await js.purge_stream("F")
        assert (await js.publish("G.a", b"x")).seq == 1
        await client.close()
    finally:
        server.stop()


async def test_a_stream_in_memory_is_there_after_a_restart_and_empty(server):
    client, js = await stream_client(server, storage=api.StorageType.MEMORY)
    await js.publish("ev.a", b"1")
    await js.pull_subscribe("ev.>", durable="worker")
    await client.close()
    server.kill()
    server.start()
    client = await nats.connect(server.url)
    js = client.jetstream()
    assert (await js.stream_info("EV")).state.messages == 0
    with pytest.raises(nats.js.errors.NotFoundError):
        await js.consumer_info("EV", "worker")
    assert (await js.publish("ev.a", b"2")).seq == 1
    await client.close()


async def test_a_message_of_33_mib_is_stored(tmp_path):
    server = Server(tmp_path, config="max_payload: 40MB\nmax_pending: 128MB\n").start()
    client, js = await stream_client(server)
    body = bytes(range(256)) * (33 * 4096)
    assert (await js.publish("ev.big", body, timeout=30)).seq == 1
    await client.close()
    server.kill()
    server.start()
    client = await nats.connect(server.url)
    assert (await client.jetstream().get_msg("EV", 1)).data == body
    await client.close()
    server.stop()
