"""What would be wrong: a scheduled message that a kill loses or doubles, or that comes before its time."""

import asyncio
import datetime
import json

import nats

SECOND = datetime.timedelta(seconds=1)


async def connect_with_stream(server):
    client = await nats.connect(server.url)
    config = {"name": "JOBS", "subjects": ["jobs.>"], "allow_msg_schedules": True, "allow_msg_ttl": True}
    answer = json.loads((await client.request("$JS.API.STREAM.CREATE.JOBS", json.dumps(config).encode())).data)
    assert "error" not in answer, answer
    assert answer["config"]["allow_msg_schedules"] is True
    return client, client.jetstream()


def in_seconds(seconds):
    """A whole second that far from now, and its text."""
    at = (datetime.datetime.now(datetime.timezone.utc) + seconds * SECOND).replace(microsecond=0)
    return at, at.strftime("%Y-%m-%dT%H:%M:%SZ")


async def made(js, count, subject="jobs.run"):
    """The messages on the target, once there are so many; the consumer waits, with a deadline."""
    subscription = await js.pull_subscribe(subject, durable=None, config=nats.js.api.ConsumerConfig(
        ack_policy=nats.js.api.AckPolicy.NONE))
    messages = []
    while len(messages) < count:
        messages += await subscription.fetch(count - len(messages), timeout=15)
    return messages


async def test_a_message_comes_once_in_spite_of_kills(server):
    client, js = await connect_with_stream(server)
    at, text = in_seconds(4)
    for number in range(20):
        await js.publish(f"jobs.plan.{number}", str(number).encode(),
                         headers={"Nats-Schedule": f"@at {text}", "Nats-Schedule-Target": "jobs.run"})
    await client.close()
    server.kill()
    await asyncio.to_thread(server.start)
    client = await nats.connect(server.url)
    js = client.jetstream()
    messages = await made(js, 20)
    assert min(message.metadata.timestamp for message in messages) >= at
    assert sorted(int(message.data) for message in messages) == list(range(20))
    assert {message.headers["Nats-Schedule-Next"] for message in messages} == {"purge"}
    await client.close()
    server.kill()
    await asyncio.to_thread(server.start)
    client = await nats.connect(server.url)
    state = (await client.jetstream().stream_info("JOBS")).state
    assert (state.messages, state.last_seq) == (20, 40)
    await client.close()


async def test_what_was_due_while_the_server_was_down_comes_once(server):
    client, js = await connect_with_stream(server)
    _, text = in_seconds(1)
    await js.publish("jobs.once", b"once", headers={
        "Nats-Schedule": f"@at {text}", "Nats-Schedule-Target": "jobs.run"})
    await js.publish("jobs.tick", b"tick", headers={
        "Nats-Schedule": "* * * * * *", "Nats-Schedule-Target": "jobs.tock",
        "Nats-Schedule-Time-Zone": "Asia/Kolkata"})
    await client.close()
    server.kill()
    await asyncio.sleep(4)  # the fault: it is down when they are due
    await asyncio.to_thread(server.start)
    client = await nats.connect(server.url)
    js = client.jetstream()
    assert [message.data for message in await made(js, 1)] == [b"once"]
    tocks = await made(js, 3, "jobs.tock")
    # One for all that were missed, then one a second: their times are never in one second.
    whole = [message.metadata.timestamp.replace(microsecond=0) for message in tocks[1:]]
    assert len(set(whole)) == 2
    assert all(message.headers["Nats-Schedule-Next"].endswith("+05:30") for message in tocks)
    await client.publish("jobs.stop", headers={"Nats-Scheduler": "jobs.tick", "Nats-Schedule-Next": "purge"})
    info = json.loads((await client.request("$JS.API.STREAM.INFO.JOBS", b'{"subjects_filter":"jobs.tick"}')).data)
    assert not info["state"].get("subjects")
    await client.close()
