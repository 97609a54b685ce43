"""Clients of a server that dies: they note what was promised to them, and check that it was kept.

Churn runs over many lives of one server: run() works until the server is gone, check() looks whether everything
that was acknowledged is there, and whether nothing that was settled came back.
"""

import asyncio
import random

import nats
import nats.js.api as api
import nats.js.errors

GONE = (OSError, nats.errors.Error, asyncio.TimeoutError, nats.js.errors.Error, AssertionError)
STREAMS = {
    "EV": dict(subjects=["ev.>"]),
    "WQ": dict(subjects=["wq.>"], retention="workqueue"),
    "AGE": dict(subjects=["age.>"], max_age=1, max_msgs_per_subject=50),
    "CUT": dict(subjects=["cut.>"]),
}


async def connect(server, closed=None):
    """A client that does not come back; `closed`, an event, is set with the end of its connection."""
    async def ignore(_):
        pass

    async def tell():
        if closed:
            closed.set()
    return await nats.connect(server.url, allow_reconnect=False, connect_timeout=2, error_cb=ignore, closed_cb=tell)


async def read_all(js, stream, subject):
    """Every message of a stream by a consumer of its own: [(sequence, data)]."""
    subscription = await js.pull_subscribe(subject, stream=stream, durable=None, config=api.ConsumerConfig(
        ack_policy=api.AckPolicy.NONE))
    found = []
    left = (await subscription.consumer_info()).num_pending
    while left > 0:
        try:
            messages = await subscription.fetch(min(1000, left), timeout=2)
        except asyncio.TimeoutError:  # what was waited for may have left the stream meanwhile
            assert (await subscription.consumer_info()).num_pending < left, f"{left} messages do not come"
            messages = []
        found += [(message.metadata.sequence.stream, message.data.decode()) for message in messages]
        left = messages[-1].metadata.num_pending if messages else (await subscription.consumer_info()).num_pending
    return found


class Churn:
    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.number = 0
        self.acknowledged = {}   # message of EV -> sequence
        self.jobs = set()        # acknowledged jobs of WQ
        self.settled = set()     # jobs whose acknowledgement was answered
        self.in_doubt = set()    # jobs whose acknowledgement was sent
        self.keys = {}           # key -> (revision, value or None when deleted), as acknowledged
        self.maybe_keys = {}     # key -> values that were sent and not answered
        self.removed = set()     # sequences of CUT that were deleted, or purged, by an answered request
        self.made = {}           # stream -> it is there (True), it is not (False); absent: unknown
        self.findings = []

    def next(self):
        self.number += 1
        return self.number

    async def setup(self, server):
        client = await connect(server)
        js = client.jetstream()
        for name, config in STREAMS.items():
            await js.add_stream(name=name, **config)
        await js.create_key_value(bucket="KV", history=5)
        await js.add_consumer("WQ", api.ConsumerConfig(durable_name="w", ack_wait=1, ack_policy=api.AckPolicy.EXPLICIT))
        await client.close()

    async def run(self, server):
        """Works until the connection ends."""
        closed = asyncio.Event()
        try:
            client = await connect(server, closed)
        except GONE:
            return
        js = client.jetstream(timeout=5)
        workers = [self.publish(js, name) for name in "abc"]
        workers += [self.give_jobs(js), self.do_jobs(js), self.change_keys(js), self.age(js), self.cut(js), self.make(js)]
        tasks = [asyncio.create_task(self.until_gone(worker)) for worker in workers]
        end = asyncio.create_task(closed.wait())
        await asyncio.wait([end, asyncio.gather(*tasks)], return_when=asyncio.FIRST_COMPLETED)
        for task in [end, *tasks]:
            task.cancel()
        await asyncio.gather(end, *tasks, return_exceptions=True)
        try:
            await client.close()
        except GONE:
            pass

    async def until_gone(self, work):
        try:
            await work
        except GONE as error:
            if isinstance(error, nats.js.errors.APIError):
                self.findings.append(f"a request was refused: {error}")

    async def publish(self, js, name):
        pending = f"{name}{self.next()}"
        while True:
            ack = await js.publish(f"ev.{name}", pending.encode(), headers={"Nats-Msg-Id": pending})
            self.acknowledged[pending] = ack.seq
            pending = f"{name}{self.next()}"

    async def give_jobs(self, js):
        while True:
            job = f"job{self.next()}"
            await js.publish("wq.job", job.encode(), headers={"Nats-Msg-Id": job})
            self.jobs.add(job)

    async def do_jobs(self, js):
        subscription = await js.pull_subscribe_bind("w", "WQ")
        while True:
            for message in await subscription.fetch(10, timeout=5):
                job = message.data.decode()
                if job in self.settled:
                    self.findings.append(f"{job} was delivered after its acknowledgement was answered")
                if self.chance.random() < 0.1:
                    await message.nak()
                    continue
                self.in_doubt.add(job)
                await message.ack_sync(timeout=5)
                self.settled.add(job)

    async def change_keys(self, js):
        bucket = await js.key_value("KV")
        while True:
            key = f"k{self.chance.randrange(20)}"
            value = str(self.next()) if self.chance.random() < 0.8 else None
            self.maybe_keys.setdefault(key, set()).add(value)
            if value is None:
                await bucket.delete(key)
                revision = None
            else:
                revision = await bucket.put(key, value.encode())
            self.keys[key] = (revision, value)
            self.maybe_keys[key] = set()

    async def age(self, js):
        while True:
            await js.publish(f"age.{self.chance.randrange(5)}", b"x" * 100)

    async def cut(self, js):
        while True:
            acks = [await js.publish(f"cut.{i % 2}", b"y") for i in range(self.chance.randrange(2, 10))]
            if self.chance.random() < 0.3:
                await js.purge_stream("CUT", seq=acks[-1].seq)
                self.removed.update(range(acks[0].seq, acks[-1].seq))
            else:
                await js.delete_msg("CUT", acks[0].seq)
                self.removed.add(acks[0].seq)

    async def make(self, js):
        while True:
            name = f"M{self.chance.randrange(5)}"
            is_there = self.made.pop(name, None)
            if is_there is None:  # a request was cut off: ask
                try:
                    await js.stream_info(name)
                    is_there = True
                except nats.js.errors.NotFoundError:
                    is_there = False
            if is_there:
                await js.delete_stream(name)
            else:
                await js.add_stream(name=name, subjects=[f"made.{name}"])
                await js.publish(f"made.{name}", b"z")
            self.made[name] = not is_there

    async def check(self, server):
        client = await connect(server)
        js = client.jetstream(timeout=5)
        await self.check_messages(js)
        await self.check_jobs(js)
        await self.check_keys(js)
        await self.check_removed(js)
        for name, is_there in self.made.items():
            try:
                state = (await js.stream_info(name)).state
                if not is_there or state.messages != 1:
                    self.findings.append(f"stream {name}: {state.messages} messages, there by record: {is_there}")
            except nats.js.errors.NotFoundError:
                if is_there:
                    self.findings.append(f"stream {name} is gone")
        await client.close()
        assert not self.findings, self.findings[:10]

    async def check_messages(self, js):
        found = {}
        for sequence, data in await read_all(js, "EV", "ev.>"):
            if data in found:
                self.findings.append(f"{data} was stored twice, at {found[data]} and {sequence}")
            found[data] = sequence
        for message, sequence in self.acknowledged.items():
            if found.get(message) != sequence:
                self.findings.append(f"{message} was acknowledged at {sequence} and is at {found.get(message)}")

    async def check_jobs(self, js):
        left = set()
        subscription = await js.pull_subscribe_bind("w", "WQ")
        while (await js.stream_info("WQ")).state.messages > 0:
            for message in await subscription.fetch(100, timeout=5):
                job = message.data.decode()
                if job in self.settled:
                    self.findings.append(f"{job} is there after its acknowledgement was answered")
                left.add(job)
                await message.ack_sync(timeout=5)
        lost = self.jobs - self.in_doubt - left
        if lost:
            self.findings.append(f"jobs acknowledged, not settled and gone: {sorted(lost)[:5]}")
        self.settled |= left
        self.in_doubt |= left

    async def check_keys(self, js):
        bucket = await js.key_value("KV")
        for key, (revision, value) in self.keys.items():
            try:
                entry = await bucket.get(key)
                now, at = entry.value.decode(), entry.revision
            except nats.js.errors.KeyNotFoundError:
                now, at = None, None
            if now in self.maybe_keys[key] or (now == value and (value is None or at == revision)):
                continue
            self.findings.append(f"{key} is {now} at {at}; acknowledged was {value} at {revision}")

    async def check_removed(self, js):
        there = {sequence for sequence, _ in await read_all(js, "CUT", "cut.>")}
        back = there & self.removed
        if back:
            self.findings.append(f"removed messages came back: {sorted(back)[:5]}")
