"""What would be wrong: a store that was damaged, taken, read-only or not ours is served as if it were whole, or emptied."""

import json
import subprocess

import nats
import nats.js.errors
import pytest

from server import BINARY, Server

MESSAGES = 400


def inspect(*words):
    done = subprocess.run([BINARY, "inspect", *map(str, words)], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def refused(folder, jetstream=""):
    """How a server that must not start on this folder says so."""
    server = Server(folder, jetstream=jetstream)
    with pytest.raises(AssertionError, match="server ended with"):
        server.start()
    assert server.process.returncode == 1, server.process.returncode
    last = server.tail().splitlines()[-1]
    assert "[FTL]" in last, server.tail()
    return last


def flip(path, needle):
    """Flips a bit in the middle of the first place where a file holds this."""
    flip_at(path, path.read_bytes().index(needle) + len(needle) // 2)


def flip_at(path, at):
    byte = path.read_bytes()[at]
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(bytes([byte ^ 1]))


async def fill(server, stream="EV", user=""):
    client = await nats.connect(server.url, **({"user": user, "password": "p"} if user else {}))
    js = client.jetstream()
    await js.add_stream(name=stream, subjects=[f"{stream}.>"])
    for number in range(MESSAGES):
        await js.publish(f"{stream}.a", b"message %06d " % number + b"x" * 500)
    await client.close()


@pytest.fixture
def running(tmp_path):
    server = Server(tmp_path).start()
    yield server
    if server.process.poll() is None:
        server.stop()


async def test_a_store_is_checked_when_its_server_is_stopped(running):
    await fill(running)
    status, _, error = inspect(running.folder / "store")
    assert status == 2 and f"in use by process {running.process.pid}" in error and "stop the server" in error
    running.stop()
    before = sorted((path, path.stat().st_mtime_ns) for path in (running.folder / "store").rglob("*"))
    status, text, progress = inspect(running.folder / "store")
    assert status == 0, text
    assert f"stream EV of account $G: {MESSAGES} messages, 1 to {MESSAGES}" in text
    assert "verdict: healthy, 1 streams, 0 problems" in text
    assert "checked " in progress and " %" in progress
    assert before == sorted((path, path.stat().st_mtime_ns) for path in (running.folder / "store").rglob("*"))
    status, text, _ = inspect("stream", "EV", running.folder / "store")
    assert status == 0 and "  block 1 to " in text
    status, text, _ = inspect("journal", running.folder / "store")
    assert status == 0 and "verdict: healthy" in text
    assert inspect(running.folder / "nowhere")[0] == 2
    assert inspect()[0] == 2


async def test_a_lost_block_is_named_and_the_rest_is_served(running):
    await fill(running)
    running.stop()
    tables = [path for path in (running.folder / "store" / "jetstream" / "db").glob("*.sst")
              if b"message 000150 " in path.read_bytes()]
    flip(tables[0], b"message 000150 ")
    status, text, _ = inspect(running.folder / "store")
    assert status == 1
    assert "DAMAGED stream EV: messages " in text and "are lost" in text
    assert f"table {tables[0]}" in text
    assert "verdict: DAMAGED" in text
    running.start()
    client = await nats.connect(running.url)
    js = client.jetstream()
    with pytest.raises(nats.js.errors.APIError):
        await js.get_msg("EV", 151)
    assert (await js.get_msg("EV", MESSAGES)).data.startswith(b"message")
    with pytest.raises(nats.js.errors.NotFoundError):
        await js.get_msg("EV", 151)
    assert 'JetStream stream \\"EV\\": messages ' in running.health()
    await client.close()


STREAMS = 300


async def fill_many(server):
    """Streams of a few messages each, whose rows fill several blocks of one table."""
    client = await nats.connect(server.url)
    js = client.jetstream()
    for number in range(STREAMS):
        await js.add_stream(name=f"S{number:03}", subjects=[f"s{number:03}.>"])
        for message in range(3):
            await js.publish(f"s{number:03}.a", b"%d.%d" % (number, message))
    await client.close()


async def serve_or_say_why(server):
    """The streams that are offline, each said so to clients and in /healthz; the others have all they had."""
    client = await nats.connect(server.url)
    js = client.jetstream()
    offline = []
    for number in range(STREAMS):
        name = f"S{number:03}"
        try:
            assert (await js.stream_info(name)).state.messages == 3
            assert (await js.get_msg(name, 2)).data == b"%d.1" % number
        except nats.js.errors.APIError as error:
            assert error.err_code == 10194 and ".sst" in error.description, error
            offline.append(name)
            health = server.health(f"?account=$G&stream={name}")
            assert f'JetStream stream \\"{name}\\" is offline: ' in health, health
            assert f"stream {name}: " in server.log.read_text()
            with pytest.raises(nats.js.errors.APIError):  # nothing takes its place
                await js.add_stream(name=name, subjects=[f"s{number:03}.>"])
            continue
        await js.delete_msg(name, (await js.publish(f"s{number:03}.b", b"more")).seq)
    await client.close()
    errors = json.loads(server.health("?details=true")).get("errors", [])
    assert sorted(error["stream"] for error in errors) == offline
    return offline


def raft_rows(data):
    """Where the rows of groups begin: their version, how far they are stored."""
    at = data.find(b"\x02" + bytes(7))
    while at >= 0:
        if data[at + 9:at + 16] == bytes(7):
            yield at
        at = data.find(b"\x02" + bytes(7), at + 1)


@pytest.mark.parametrize("of", ["raft row", "state page"])
async def test_a_damaged_block_of_rows_takes_only_its_streams_offline(running, of):
    await fill_many(running)
    running.stop()
    # The newest table with rows of all streams.
    tables = [path for path in sorted((running.folder / "store" / "jetstream" / "db").glob("*.sst"))
              if path.read_bytes().count(b"s150.>") and b"s200.>" in path.read_bytes()]
    data = tables[-1].read_bytes()
    rows = list(raft_rows(data))
    at = rows[len(rows) // 2] + 8 if of == "raft row" else data.rindex(b"s150.>")
    flip_at(tables[-1], at)
    status, text, _ = inspect(running.folder / "store")
    assert status == 1
    running.start()
    offline = await serve_or_say_why(running)
    assert 0 < len(offline) < STREAMS / 3, offline
    first = int(offline[0][1:])
    assert offline == [f"S{number:03}" for number in range(first, first + len(offline))]
    assert of == "raft row" or "S150" in offline
    named = [line.split()[2][:-1] for line in text.splitlines() if "all of it is offline" in line]
    assert named == offline
    running.kill()
    flip_at(tables[-1], at)
    running.start()
    assert await serve_or_say_why(running) == []


async def test_damaged_index_rows_are_made_anew_from_their_blocks(running):
    await fill(running)
    running.stop()
    tables = [path for path in sorted((running.folder / "store" / "jetstream" / "db").glob("*.sst"))
              if b"EV.a" in path.read_bytes() and b"message 000150 " not in path.read_bytes()]
    flip(tables[-1], b"EV.a")
    status, text, _ = inspect(running.folder / "store")
    assert status == 1 and "DAMAGED stream EV: the index row of block 1 is lost, the block is there" in text, text
    running.start()
    client = await nats.connect(running.url)
    js = client.jetstream()
    assert (await js.stream_info("EV")).state.messages == MESSAGES
    for number in range(MESSAGES):
        assert (await js.get_msg("EV", number + 1)).data.startswith(b"message %06d " % number)
    assert "[WRN] Stream EV: the index row of block 1 was made anew" in running.tail()
    await client.close()
    running.stop()
    running.start()
    client = await nats.connect(running.url)
    assert (await client.jetstream().stream_info("EV")).state.messages == MESSAGES
    await client.close()


async def test_damage_in_the_journal_is_named_and_other_streams_are_served(running):
    await fill(running, "OTHER")
    await fill(running)
    running.kill()
    journal = running.folder / "store" / "jetstream" / "journal"
    segments = [path for path in sorted(journal.glob("*.log")) if b"message 000399 " in path.read_bytes()]
    data = segments[-1].read_bytes()
    at = data.rindex(b"message 000398 ")
    with open(segments[-1], "r+b") as file:
        file.seek(at)
        file.write(b"M")
    status, text, _ = inspect(running.folder / "store")
    assert status == 1
    assert "DAMAGED stream EV: messages behind 398 are lost, from journal entry " in text
    assert f"stream OTHER of account $G: {MESSAGES} messages" in text
    running.start()
    client = await nats.connect(running.url)
    js = client.jetstream()
    assert (await js.stream_info("OTHER")).state.messages == MESSAGES
    # What stands before the damage can be read; nothing is added to it, and nothing is guessed.
    assert 'stream \\"EV\\" is read only: messages behind 398 are lost' in running.health()
    assert (await js.stream_info("EV")).state.last_seq == 398
    for sequence in (1, 398):
        assert (await js.get_msg("EV", sequence)).data.startswith(b"message")
    for refused_request in (js.get_msg("EV", 399), js.get_last_msg("EV", "EV.0"), js.publish("EV.0", b"new"),
                            js.purge_stream("EV"), js.delete_msg("EV", 1), js.consumers_info("EV"),
                            js.add_consumer("EV", durable_name="new")):
        with pytest.raises(nats.js.errors.APIError) as read_only:
            await refused_request
        assert read_only.value.err_code == 10194 and "the journal is damaged" in read_only.value.description
    # Nothing takes its place, and a stop and a start change nothing.
    with pytest.raises(nats.js.errors.APIError):
        await js.add_stream(name="EV", subjects=["EV.>"], description="new")
    await client.close()
    running.stop()
    running.start()
    assert segments[-1].exists()
    client = await nats.connect(running.url)
    js = client.jetstream()
    assert (await js.get_msg("EV", 398)).data.startswith(b"message")
    # Who gives it up may have its name again.
    await js.delete_stream("EV")
    await fill(running)
    assert (await js.stream_info("EV")).state.messages == MESSAGES
    assert running.health() == '{"status":"ok"}'
    running.kill()
    running.start()
    assert running.health() == '{"status":"ok"}'
    await client.close()


async def test_a_second_server_is_kept_out(running, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    (other / "store").symlink_to(running.folder / "store")
    line = refused(other)
    assert f"is in use by process {running.process.pid}" in line, line


async def test_files_of_others_are_left_alone(running):
    await fill(running)
    running.stop()
    store = running.folder / "store" / "jetstream"
    strange = [store / "notes.txt", store / "journal" / "notes.txt", store / "journal" / "00000007.bak", store / "db" / "x"]
    for path in strange:
        path.write_text("mine")
    running.start()
    client = await nats.connect(running.url)
    assert (await client.jetstream().stream_info("EV")).state.messages == MESSAGES
    await client.close()
    running.stop()
    for path in strange[:-1]:
        assert path.read_text() == "mine"
    status, text, _ = inspect(running.folder / "store")
    assert status == 0 and "note: notes.txt is not of this store" in text


def read_only(path):
    """Makes a folder read-only for everybody; what gives it back, or None where that is not allowed."""
    steps = (["mount", "--bind", path, path], ["mount", "-o", "remount,ro,bind", path])
    if any(subprocess.run(list(map(str, step)), capture_output=True).returncode for step in steps):
        return None
    return lambda: subprocess.run(["umount", "-l", str(path)], check=True)


async def test_a_read_only_directory_is_refused_by_name(running):
    running.stop()
    store = running.folder / "store" / "jetstream"
    give_back = read_only(store)
    try:
        if give_back is None:  # where nobody can write
            running.folder.joinpath("store").rename(running.folder / "aside")
            (running.folder / "store").symlink_to("/sys")
        line = refused(running.folder)
        assert "storage directory" in line or "Read-only file system" in line, line
        if give_back is not None:
            assert inspect(running.folder / "store")[0] == 0
    finally:
        if give_back is not None:
            give_back()


ACCOUNTS = "accounts { A { jetstream: enabled, users: [{user: a, password: p}] }, B { users: [{user: b, password: p}] } }\n"


async def test_streams_of_an_account_that_is_gone_are_kept_and_come_back(tmp_path):
    server = Server(tmp_path, config=ACCOUNTS).start()
    try:
        await fill(server, user="a")
        server.stop()
        server.config = ""
        server.start()
        assert "Stream EV stays away: there is no account A" in server.tail()
        client = await nats.connect(server.url)
        await client.jetstream().add_stream(name="EV", subjects=["EV.>"])
        await client.close()
        server.stop()
        assert inspect(server.folder / "store")[0] == 0
        server.config = ACCOUNTS
        server.start()
        client = await nats.connect(server.url, user="a", password="p")
        assert (await client.jetstream().stream_info("EV")).state.messages == MESSAGES
        await client.close()
    finally:
        server.stop()


async def test_a_newer_journal_is_refused_and_left_as_it_is(running):
    await fill(running)
    running.stop()
    segment = sorted((running.folder / "store" / "jetstream" / "journal").glob("*.log"))[0]
    header = bytearray(segment.read_bytes()[:64])
    header[8] = 2
    header[12:16] = crc32c(bytes(header[:12]) + bytes(header[16:64])).to_bytes(4, "little")
    with open(segment, "r+b") as file:
        file.write(header)
    line = refused(running.folder)
    assert "has version 2 of the journal's format, this server reads version 1" in line, line


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF
