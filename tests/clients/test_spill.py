"""What would be wrong: a server whose indexes do not fit into its memory answers otherwise than one whose indexes do,
or leaves behind what it spilled."""

import asyncio
import json
import pathlib
import random

import nats
import pytest
from nats.js.api import ConsumerConfig, DeliverPolicy, StreamConfig

from server import Server

SUBJECTS = 1500
MESSAGES = 12_000


@pytest.fixture
def server(tmp_path):
    one = Server(tmp_path, jetstream="index_memory: 0", config="shards: 2\n").start()
    yield one
    one.stop()
    assert not spilled(one), "a clean stop leaves nothing"


def spilled(server):
    folder = pathlib.Path(server.folder, "store", "jetstream", "spill")
    return sum(path.stat().st_size for path in folder.iterdir())


def subject_of(number):
    return f"s.{number % 7}.{number}"


class Expected:
    """What a stream with at most three messages a subject has to hold."""

    def __init__(self):
        self.messages = {}  # by sequence: subject and body

    def of(self, chosen):
        return [seq for seq, (subject, _) in sorted(self.messages.items()) if chosen(subject)]


async def publish(js, expected, chance, count):
    by_subject = {}
    for sequence, (subject, _) in sorted(expected.messages.items()):
        by_subject.setdefault(subject, []).append(sequence)
    for _ in range(count // 500):
        batch = []
        for _ in range(500):
            subject = subject_of(chance.randrange(SUBJECTS))
            body = str(chance.randrange(10**9)).encode()
            batch.append((subject, body, await js.publish_async(subject, body)))
        for subject, body, answer in batch:
            sequence = (await answer).seq
            expected.messages[sequence] = (subject, body)
            kept = by_subject.setdefault(subject, [])
            kept.append(sequence)
            if len(kept) > 3:
                del expected.messages[kept.pop(0)]


async def read_all(js, subject, config=None):
    """What a new consumer is given, in order."""
    subscription = await js.pull_subscribe(subject, stream="S", config=config)
    info = await subscription.consumer_info()
    got = []
    while len(got) < info.num_pending:
        for message in await subscription.fetch(min(1000, info.num_pending - len(got)), timeout=10):
            got.append((message.metadata.sequence.stream, message.subject, message.data))
            await message.ack()
    await subscription.unsubscribe()
    await js.delete_consumer("S", info.name)
    return got


async def check(js, client, expected, chance):
    state = (await js.stream_info("S")).state
    assert state.messages == len(expected.messages)
    assert state.first_seq == min(expected.messages)
    subjects = {subject for subject, _ in expected.messages.values()}
    answer = json.loads((await client.request("$JS.API.STREAM.INFO.S", b'{"subjects_filter": "s.3.*"}')).data)
    counts = answer["state"]["subjects"]
    assert sum(counts.values()) == len(expected.of(lambda subject: subject.startswith("s.3.")))
    for subject in chance.sample(sorted(subjects), 300):
        last = expected.of(lambda its: its == subject)[-1]
        message = await js.get_last_msg("S", subject, direct=True)
        assert (message.seq, message.data) == (last, expected.messages[last][1]), subject
    for subject, chosen in ((">", lambda _: True), ("s.5.*", lambda its: its.startswith("s.5."))):
        wanted = [(seq, *expected.messages[seq]) for seq in expected.of(chosen)]
        assert await read_all(js, subject) == wanted
        middle = wanted[len(wanted) // 2][0]
        config = ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=middle)
        assert await read_all(js, subject, config) == [one for one in wanted if one[0] >= middle]
    lasts = await read_all(js, ">", ConsumerConfig(deliver_policy=DeliverPolicy.LAST_PER_SUBJECT))
    assert [seq for seq, _, _ in lasts] == sorted({s: q for q, (s, _) in sorted(expected.messages.items())}.values())


async def scenario(server, restart):
    chance = random.Random(11)
    expected = Expected()
    client = await nats.connect(server.url)
    js = client.jetstream(timeout=30)
    await js.add_stream(StreamConfig(name="S", subjects=["s.>"], max_msgs_per_subject=3, allow_direct=True))
    await publish(js, expected, chance, MESSAGES)
    assert spilled(server) > 0, "nothing was spilled: this tests nothing"
    await check(js, client, expected, chance)
    for sequence in chance.sample(sorted(expected.messages), 200):
        await js.delete_msg("S", sequence)
        del expected.messages[sequence]
    await js.purge_stream("S", subject="s.2.*")
    expected.messages = {q: m for q, m in expected.messages.items() if not m[0].startswith("s.2.")}
    await check(js, client, expected, chance)
    await client.close()
    restart()
    client = await nats.connect(server.url)
    js = client.jetstream(timeout=30)
    await check(js, client, expected, chance)
    await publish(js, expected, chance, 2000)
    await check(js, client, expected, chance)
    await client.close()


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_little_memory_answers_the_same(server, how):
    def restart():
        getattr(server, how)()
        server.start()

    asyncio.run(asyncio.wait_for(scenario(server, restart), timeout=120))
