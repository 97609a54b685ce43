"""What would be wrong: an acknowledged publish, or a consumer's acknowledged position, is gone after kill -9.

LEAT_KILL_CYCLES sets the number of kills (10); a pause of random length before each is the fault itself.
"""

import asyncio
import os
import random

import nats

CYCLES = int(os.environ.get("LEAT_KILL_CYCLES", "10"))
DEADLINE = 170 + 3 * CYCLES
SEED = int(os.environ.get("LEAT_SEED", str(random.randrange(1 << 30))))


async def publisher(server, name, acknowledged, stop):
    """Publishes numbered messages with ids; records what was acknowledged, retries what was not."""
    number = 0
    while not stop.is_set():
        try:
            client = await nats.connect(server.url, max_reconnect_attempts=0, connect_timeout=1,
                                        allow_reconnect=False, error_cb=ignore)
        except (OSError, nats.errors.Error, asyncio.TimeoutError):
            await asyncio.sleep(0.01)  # the server is down: the pause of a poll, until the test stops it
            continue
        js = client.jetstream(timeout=2)
        try:
            while not stop.is_set():
                key = f"{name}-{number}"
                await js.publish(f"ev.{name}", key.encode(), headers={"Nats-Msg-Id": key})
                acknowledged.append(key)
                number += 1
        except (OSError, nats.errors.Error, asyncio.TimeoutError, nats.js.errors.APIError):
            pass
        finally:
            try:
                await client.close()
            except (OSError, nats.errors.Error, asyncio.TimeoutError):
                pass


async def ignore(_):
    pass


async def stored(js):
    subscription = await js.pull_subscribe("ev.>", durable=None, config=nats.js.api.ConsumerConfig(
        ack_policy=nats.js.api.AckPolicy.NONE))
    keys = []
    while True:
        try:
            messages = await subscription.fetch(500, timeout=0.5)
        except asyncio.TimeoutError:  # the client raises either kind
            return keys
        keys += [message.data.decode() for message in messages]


async def test_nothing_acknowledged_is_lost(server):
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    client = await nats.connect(server.url)
    await client.jetstream().add_stream(name="EV", subjects=["ev.>"])
    await client.close()
    acknowledged, stop = [], asyncio.Event()
    tasks = [asyncio.create_task(publisher(server, name, acknowledged, stop)) for name in "abc"]
    for _ in range(CYCLES):
        await asyncio.sleep(chance.uniform(0.05, 0.6))  # the fault: a kill at a random moment
        server.kill()
        await asyncio.to_thread(server.start)
    stop.set()
    await asyncio.gather(*tasks)
    client = await nats.connect(server.url)
    js = client.jetstream()
    keys = await stored(js)
    lost = set(acknowledged) - set(keys)
    assert not lost, f"seed {SEED}: {len(lost)} of {len(acknowledged)} acknowledged are gone: {sorted(lost)[:5]}"
    assert len(keys) == len(set(keys)), f"seed {SEED}: a message id was stored twice"
    assert len(acknowledged) > CYCLES
    state = (await js.stream_info("EV")).state
    assert state.messages == len(keys)
    await client.close()
