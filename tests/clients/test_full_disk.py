"""What would be wrong: a full disk loses something acknowledged, ends the server, or needs a restart when there is room.

A small file system of its own makes real ENOSPC where this process may mount one; the same happens to a server whose
`disk_reserve` is more than its disk has left, which works everywhere.
"""

import asyncio
import os
import shutil
import subprocess

import nats
import nats.js.errors
import pytest

from server import Server

PAYLOAD = b"x" * 100_000


async def publish_until_refused(js, limit):
    """What was acknowledged, and the error that ended it."""
    acknowledged = []
    for number in range(limit):
        try:
            acknowledged.append((await js.publish("ev.a", b"%06d" % number + PAYLOAD, timeout=5)).seq)
        except nats.js.errors.APIError as error:
            return acknowledged, error
        except (asyncio.TimeoutError, nats.errors.TimeoutError):
            continue  # the batch that met the full disk: it waits, and was not acknowledged
    return acknowledged, None


async def recovers(js, seconds=20):
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline:
        try:
            return (await js.publish("ev.a", b"after", timeout=2)).seq
        except (nats.js.errors.APIError, asyncio.TimeoutError, nats.errors.TimeoutError):
            await asyncio.sleep(0.05)  # the pause of a poll
    raise AssertionError("publishes are still refused")


async def check_everything_is_there(server, acknowledged):
    client = await nats.connect(server.url)
    js = client.jetstream()
    for sequence in acknowledged:
        assert (await js.get_msg("EV", sequence)).data.endswith(PAYLOAD), sequence
    await client.close()


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a file system of 120 MB; none where mounting is not allowed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=120m", "tmpfs", str(folder)],
                             capture_output=True).returncode == 0
    yield folder if mounted else None
    if mounted:
        subprocess.run(["umount", "-l", str(folder)], check=True)


# With a reserve of nearly nothing the journal and RocksDB meet the end of the disk themselves.
@pytest.mark.parametrize("reserve", ["16MB", "64KB"])
async def test_a_disk_that_fills_up_refuses_and_recovers(tmp_path, small_disk, reserve):
    if small_disk is None:
        return await refuse_by_reserve(tmp_path)
    (tmp_path / "store").symlink_to(small_disk)
    filler = small_disk / "filler"
    filler.write_bytes(b"f" * 60_000_000)
    server = Server(tmp_path, jetstream=f"disk_reserve: {reserve}; journal_size: 16MB").start()
    try:
        client = await nats.connect(server.url)
        js = client.jetstream()
        await js.add_stream(name="EV", subjects=["ev.>"])
        acknowledged, error = await publish_until_refused(js, 2000)
        assert error is not None and error.err_code == 10023, error
        assert len(acknowledged) > 100
        assert "disk is" in server.health(), server.health()
        assert (await js.get_msg("EV", acknowledged[0])).data.endswith(PAYLOAD)
        assert (await js.stream_info("EV")).state.messages >= len(acknowledged)
        filler.unlink()
        assert await recovers(js) > acknowledged[-1]
        assert server.health() == '{"status":"ok"}'
        await client.close()
        server.kill()
        server.start()
        await check_everything_is_there(server, acknowledged)
        assert "has room again" in server.log.read_text()
    finally:
        server.stop()


async def refuse_by_reserve(tmp_path):
    free = shutil.disk_usage(tmp_path).free
    server = Server(tmp_path, jetstream=f"disk_reserve: {2 * free}").start()
    try:
        client = await nats.connect(server.url)
        with pytest.raises(nats.js.errors.APIError) as refused:
            await client.jetstream().add_stream(name="EV", subjects=["ev.>"])
        assert refused.value.err_code == 10047
        assert "disk is nearly full" in server.health()
        await client.close()
    finally:
        server.stop()


async def test_a_disk_without_its_reserve_is_refused_from_the_start(tmp_path):
    await refuse_by_reserve(tmp_path)


def contents(folder):
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "lock"}


def fill(filler):
    with open(filler, "ab", buffering=0) as file:
        for size in (1 << 20, 4096):
            try:
                while file.write(b"f" * size):
                    pass
            except OSError:
                continue


async def test_a_start_on_a_full_disk_says_what_it_needs_and_changes_nothing(tmp_path, small_disk):
    if small_disk is None:
        pytest.skip("mounting is not allowed here; tests/power has the same without it")
    (tmp_path / "store").symlink_to(small_disk)
    server = Server(tmp_path, jetstream="disk_reserve: 16MB").start()
    try:
        client = await nats.connect(server.url)
        js = client.jetstream()
        await js.add_stream(name="EV", subjects=["ev.>"])
        acknowledged = [(await js.publish("ev.a", PAYLOAD)).seq for _ in range(50)]
        await client.close()
        server.kill()
        filler = small_disk / "filler"
        fill(filler)
        before = contents(small_disk / "jetstream")
        for _ in range(2):
            with pytest.raises(AssertionError, match="server ended with 1"):
                server.start()
            last = server.tail().splitlines()[-1]
            assert "[FTL]" in last and "the disk of the store is full: 0 bytes are free in" in last, last
            assert "a start needs 4194304. Make room on that disk" in last and "nothing was changed" in last, last
            assert contents(small_disk / "jetstream") == before
        os.truncate(filler, filler.stat().st_size - 5_000_000)
        server.start()
        await check_everything_is_there(server, acknowledged)
        client = await nats.connect(server.url)
        js = client.jetstream()
        with pytest.raises(nats.js.errors.APIError) as refused:
            await js.publish("ev.a", PAYLOAD, timeout=5)
        assert refused.value.err_code == 10023
        filler.unlink()
        assert await recovers(js) > acknowledged[-1]
        await client.close()
    finally:
        server.stop()
