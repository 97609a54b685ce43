"""What would be wrong: a disk that is full where the server did not think of it loses something acknowledged, ends
the process or needs a restart; or a disk that fails is written to again.

The real server runs over fault_layer.so, whose calls fail as a test orders: by kind of call, file and thread.
"""

import asyncio
import collections
import errno
import pathlib
import sys

import nats
import nats.js.errors
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

import server as server_module  # noqa: E402

LAYER = pathlib.Path(server_module.BINARY).parent / "tests" / "fault_layer.so"
SMALL_JOURNAL = "journal_size: 2MB"  # segments of 512 KiB; each one asks for a flush, four of them for a compaction
ANY, FLUSHES, COMPACTIONS = "-", "rocksdb:high", "rocksdb:low"
STOPPED = 74


class FaultyServer(server_module.Server):
    """A server whose disk fails where it is told to."""

    def __init__(self, folder, jetstream=SMALL_JOURNAL):
        folder.mkdir(exist_ok=True)
        super().__init__(folder, jetstream=jetstream)
        assert LAYER.exists(), f"{LAYER} is not built"
        self.order_file = self.folder / "order"
        self.environment = {"LD_PRELOAD": str(LAYER), "LEAT_FAULT_ORDER": str(self.order_file)}

    def fail(self, error, calls, path, thread=ANY):
        fresh = self.folder / "order.new"
        fresh.write_text(f"{error} 0 {calls} {thread} {path}\n")
        fresh.rename(self.order_file)

    def mend(self):
        self.order_file.unlink(missing_ok=True)

    def met(self):
        """The calls that failed, as kind and path."""
        file = self.folder / "order.met"
        return file.read_text().splitlines() if file.exists() else []

    def log_lines(self, word):
        return [line for line in self.log.read_text(errors="replace").splitlines() if word in line]

    def refused(self):
        """How it says that it does not start."""
        with pytest.raises(AssertionError, match="server ended with"):
            self.start()
        assert self.process.returncode == 1, (self.process.returncode, self.tail())
        last = self.tail().splitlines()[-1]
        assert "[FTL]" in last, self.tail()
        return last


class Publishers:
    """Some publishers that go on whatever happens, and what was answered to them."""

    def __init__(self, server):
        self.server = server
        self.acknowledged = {}                   # sequence -> data
        self.refused = collections.Counter()     # error code -> times
        self.is_done = False

    async def __aenter__(self):
        async def ignore(_):
            pass
        self.client = await nats.connect(self.server.url, allow_reconnect=False, error_cb=ignore)
        self.reader = await nats.connect(self.server.url, allow_reconnect=False, error_cb=ignore)
        await self.client.jetstream().add_stream(name="EV", subjects=["ev.>"])
        self.tasks = [asyncio.create_task(self.publish(number)) for number in range(4)]
        return self

    async def __aexit__(self, *_):
        self.is_done = True
        await asyncio.gather(*self.tasks)
        for client in (self.client, self.reader):
            if not client.is_closed:
                await client.close()

    async def publish(self, publisher):
        number = 0
        while not self.is_done:
            number += 1
            data = b"%d %d " % (publisher, number) + b"x" * 30_000
            try:
                answer = await self.client.jetstream().publish("ev.a", data, timeout=2)
                self.acknowledged[answer.seq] = data
            except nats.js.errors.APIError as error:
                self.refused[error.err_code] += 1
                await asyncio.sleep(0.02)  # a publisher that is refused does not ask again at once
            except (OSError, nats.errors.Error, asyncio.TimeoutError):
                self.refused["not answered"] += 1
                if self.client.is_closed or self.server.process.poll() is not None:
                    return

    async def reach(self, condition, seconds, what):
        deadline = asyncio.get_running_loop().time() + seconds
        while not condition():
            assert asyncio.get_running_loop().time() < deadline, f"{what}\n{self.server.tail()}"
            await asyncio.sleep(0.01)  # the pause of a poll

    async def go_on(self, count=60, seconds=10):
        wanted = len(self.acknowledged) + count
        await self.reach(lambda: len(self.acknowledged) >= wanted, seconds, "publishes are not acknowledged")

    async def is_met(self):
        await self.reach(self.server.met, 10, "the fault was not met")

    async def check_reads(self):
        sequence = min(self.acknowledged)
        message = await self.reader.jetstream().get_msg("EV", sequence)
        assert message.data == self.acknowledged[sequence]


async def check_all_is_there(server, acknowledged):
    client = await nats.connect(server.url)
    js = client.jetstream()
    for sequence, data in acknowledged.items():
        assert (await js.get_msg("EV", sequence)).data == data, sequence
    await client.close()


async def killed_and_checked(server, acknowledged):
    if server.process.poll() is None:
        server.kill()
    server.mend()
    await asyncio.to_thread(server.start)
    await check_all_is_there(server, acknowledged)
    await asyncio.to_thread(server.stop)


@pytest.fixture
def servers(tmp_path):
    """Makes servers, by name, and ends what is left of them."""
    made = []

    def make(name, **settings):
        made.append(FaultyServer(tmp_path / name, **settings))
        return made[-1]
    yield make
    for one in made:
        if one.process is not None and one.process.poll() is None:
            one.kill()


def together(*scenes):
    async def play():
        await asyncio.wait_for(asyncio.gather(*scenes), timeout=60)
    asyncio.run(play())


NO_ROOM = {
    "flush": ("w", ".sst", FLUSHES),
    "table": ("c", ".sst", FLUSHES),
    "list": ("w", "MANIFEST", FLUSHES),
    "list_sync": ("s", "MANIFEST", FLUSHES),
}


async def meet_no_room(server, calls, path, thread):
    """RocksDB cannot flush: publishes are refused, reads go on, and it comes back by itself."""
    await asyncio.to_thread(server.start)
    async with Publishers(server) as publishers:
        await publishers.go_on()
        server.fail(errno.ENOSPC, calls, path, thread)
        await publishers.is_met()
        await publishers.reach(lambda: publishers.refused[10023] > 20, 10, "publishes are not refused")
        assert "disk is" in server.health()
        await publishers.check_reads()
        server.mend()
        await publishers.go_on()
        assert server.health() == '{"status":"ok"}'
        assert server.log_lines("store: there is room again") and server.log_lines("has room again")
        assert set(publishers.refused) == {10023}, publishers.refused
    await killed_and_checked(server, publishers.acknowledged)


def test_a_flush_that_finds_no_room_is_done_when_there_is_some(servers):
    together(*(meet_no_room(servers(name), *where) for name, where in NO_ROOM.items()))


async def meet_no_current(server):
    """The list of tables is begun anew, and its name cannot be written."""
    await asyncio.to_thread(server.start)
    async with Publishers(server) as publishers:
        await publishers.go_on()
        server.fail(errno.ENOSPC, "w", "MANIFEST", FLUSHES)
        await publishers.is_met()
        server.fail(errno.ENOSPC, "r", "/db/CURRENT")
        await publishers.reach(lambda: any("CURRENT" in call for call in server.met()), 10, "CURRENT was not met")
        await publishers.check_reads()
        server.mend()
        await publishers.go_on()
    await killed_and_checked(server, publishers.acknowledged)


async def meet_no_room_to_compact(server):
    """Nobody but RocksDB notices."""
    await asyncio.to_thread(server.start)
    async with Publishers(server) as publishers:
        await publishers.go_on()
        server.fail(errno.ENOSPC, "w", ".sst", COMPACTIONS)
        await publishers.is_met()
        await publishers.go_on(300)
        await publishers.check_reads()
        assert server.health() == '{"status":"ok"}'
        server.mend()
        assert not publishers.refused, publishers.refused
    await publishers.reach(lambda: server.log_lines("compactions have room again"), 15, "nothing is compacted")
    assert len(server.log_lines("compactions are tried again")) == 1
    await killed_and_checked(server, publishers.acknowledged)


async def meet_no_room_in_the_journal(server, calls, path):
    """What comes waits; a segment that nobody needs stays where it is."""
    await asyncio.to_thread(server.start)
    async with Publishers(server) as publishers:
        await publishers.go_on()
        server.fail(errno.ENOSPC, calls, path)
        await publishers.is_met()
        if path != ".spare":
            await publishers.reach(lambda: "disk is full" in server.health(), 5, "nobody is told")
        await publishers.check_reads()
        server.mend()
        await publishers.go_on(200)
        assert server.health() == '{"status":"ok"}'
    await killed_and_checked(server, publishers.acknowledged)


async def stop_with_no_room(server):
    """What could not be flushed is in the journal."""
    await asyncio.to_thread(server.start)
    async with Publishers(server) as publishers:
        await publishers.go_on()
        server.fail(errno.ENOSPC, "w", ".sst")
        await publishers.is_met()
        await publishers.reach(lambda: publishers.refused, 10, "publishes are not refused")
        await asyncio.to_thread(server.stop)
    assert server.log_lines("the journal has what it lacks")
    await killed_and_checked(server, publishers.acknowledged)


def test_no_room_in_any_other_place_neither_ends_the_server_nor_costs_a_message(servers):
    together(
        meet_no_current(servers("current")),
        meet_no_room_to_compact(servers("compaction")),
        meet_no_room_in_the_journal(servers("batch"), "w", "jetstream/journal/"),
        meet_no_room_in_the_journal(servers("segment"), "cr", ".log"),
        meet_no_room_in_the_journal(servers("spare"), "r", ".spare"),
        stop_with_no_room(servers("stop")))


AT_START = {
    "list": ("w", "/db/MANIFEST"),
    "new_list": ("c", "/db/MANIFEST"),
    "name": ("w", ".dbtmp"),
    "current": ("r", "/db/CURRENT"),
    "batch": ("w", "jetstream/journal/"),
    "segment": ("cr", "jetstream/journal/"),
}


async def start_with_no_room(server):
    await asyncio.to_thread(server.start)
    async with Publishers(server) as publishers:
        await publishers.go_on(100)
    server.kill()
    for name, (calls, path) in AT_START.items():
        server.fail(errno.ENOSPC, calls, path)
        last = await asyncio.to_thread(server.refused)
        assert "the disk of the store is full" in last and "a start needs 4194304" in last, (name, last)
        assert "Make room on that disk" in last and "No space left on device" in last, (name, last)
    server.fail(errno.ENOSPC, "wcr", "OPTIONS")  # nothing that anybody reads
    await asyncio.to_thread(server.start)
    await check_all_is_there(server, publishers.acknowledged)
    await killed_and_checked(server, publishers.acknowledged)


def test_a_start_that_finds_no_room_half_way_says_so_and_the_next_one_finds_everything(servers):
    together(start_with_no_room(servers("start")))


FAILS = {
    "flush": ("w", ".sst", FLUSHES),
    "flush_sync": ("s", ".sst", FLUSHES),
    "compaction": ("w", ".sst", COMPACTIONS),
    "list": ("w", "MANIFEST", ANY),
    "list_sync": ("s", "MANIFEST", ANY),
    "journal": ("w", "jetstream/journal/", ANY),
    "journal_sync": ("s", "jetstream/journal/", ANY),
}


async def meet_a_failure(server, calls, path, thread):
    await asyncio.to_thread(server.start)
    async with Publishers(server) as publishers:
        await publishers.go_on()
        server.fail(errno.EIO, calls, path, thread)
        await publishers.reach(lambda: server.process.poll() is not None, 10, "the server goes on")
    assert server.process.returncode == STOPPED
    last = server.tail().splitlines()[-1]
    assert "[FTL]" in last and "the server stops" in last and path in last, last
    assert "Input/output error" in last and "look at the disk" in last, last
    await killed_and_checked(server, publishers.acknowledged)


def test_a_disk_that_fails_stops_the_server_with_the_file_and_the_reason(servers):
    together(*(meet_a_failure(servers(name), *where) for name, where in FAILS.items()))
