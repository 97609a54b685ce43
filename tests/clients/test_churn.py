"""What would be wrong: a kill in the middle of work loses or brings back something; a flipped bit is served.

LEAT_CHURN_CYCLES sets the number of kills (10), LEAT_FLIPS the number of flipped bits (10), LEAT_SEED what chance
draws from. The pause of random length before each kill is the fault itself.
"""

import asyncio
import os
import pathlib
import random
import shutil

import nats.js.errors

from churn import Churn, connect, read_all
from server import Server

CYCLES = int(os.environ.get("LEAT_CHURN_CYCLES", "10"))
FLIPS = int(os.environ.get("LEAT_FLIPS", "10"))
DEADLINE = 170 + 3 * (CYCLES + FLIPS)
SEED = int(os.environ.get("LEAT_SEED", str(random.randrange(1 << 30))))


async def work_for(server, churn, seconds):
    """Clients work for a while; then the server is killed under them."""
    work = asyncio.create_task(churn.run(server))
    await asyncio.sleep(seconds)  # the fault: a kill at a random moment
    server.kill()
    await work


async def test_kills_under_every_kind_of_work_lose_and_bring_back_nothing(server):
    print(f"seed {SEED}")
    chance, churn = random.Random(SEED), Churn(SEED)
    await churn.setup(server)
    for _ in range(CYCLES):
        await work_for(server, churn, chance.uniform(0.02, 0.6))
        await asyncio.to_thread(server.start)
    await churn.check(server)
    print(f"{len(churn.acknowledged)} messages and {len(churn.settled)} jobs acknowledged")
    assert len(churn.acknowledged) > CYCLES


def flip_a_bit(folder, chance):
    """Flips one bit of a file that holds something there; says which."""
    files = [path for path in sorted(pathlib.Path(folder).rglob("*"))
             if path.is_file() and path.stat().st_size and not path.name.startswith(("LOG", "lock", "LOCK"))]
    while True:
        path = chance.choice(files)
        data = path.read_bytes()
        at = chance.randrange(len(data))
        if any(data[at:at + 64]):
            break
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(bytes([data[at] ^ 1 << chance.randrange(8)]))
    return f"{path.relative_to(folder)} at {at}"


async def filled_store(folder, chance):
    """A store of some megabytes, half of it in RocksDB, and what its stream holds: sequence -> data."""
    server = Server(folder).start()
    client = await connect(server)
    js = client.jetstream(timeout=10)
    await js.add_stream(name="EV", subjects=["ev.>"])
    held = {}
    for half in range(2):
        for number in range(300):
            data = f"{half}.{number}.".encode() + chance.randbytes(chance.randrange(1, 4000)).hex().encode()
            held[(await js.publish(f"ev.{number % 7}", data)).seq] = data.decode()
        if half == 0:
            await client.close()
            server.stop()
            server.start()
            client = await connect(server)
            js = client.jetstream(timeout=10)
    await client.close()
    server.kill()
    return held


async def read_one_by_one(js, held):
    """What a stream that is read only, or offline, gives out."""
    found = {}
    for sequence in held:
        try:
            found[sequence] = (await js.get_msg("EV", sequence)).data.decode()
        except nats.js.errors.APIError as error:
            assert error.err_code == 10194, error
    return found


async def read_after_flip(folder, held):
    """None when the server refused to start and said why; else what is missing of what it held."""
    server = Server(folder)
    try:
        await asyncio.to_thread(server.start)
    except AssertionError:
        assert server.process.poll() not in (None, 0, -11, -6), server.tail()
        assert "[FTL]" in server.tail(), server.tail()
        return None
    try:
        client = await connect(server)
        js = client.jetstream(timeout=5)
        found = {}
        try:
            found = dict(await read_all(js, "EV", "ev.>"))
        except nats.js.errors.ServerError as error:
            assert error.err_code == 10194, error  # the stream is offline or read only, and says why
            found = await read_one_by_one(js, held)
        await client.close()
        for sequence, data in found.items():
            assert held[sequence] == data, f"sequence {sequence} is not what was stored"
        missing = held.keys() - found.keys()
        if missing:
            assert "[ERR]" in server.tail(), f"missing without a word: {sorted(missing)[:5]}"
            assert 'stream \\"EV\\"' in server.health(), server.health()  # quoted in JSON
        return missing
    finally:
        server.kill()


async def test_a_flipped_bit_is_found_or_harmless_and_never_served(tmp_path):
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    (tmp_path / "first").mkdir()
    held = await filled_store(tmp_path / "first", chance)
    outcomes = {"refused": 0, "harmless": 0, "named": 0}
    for number in range(FLIPS):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "first" / "store", folder / "store")
        flipped = flip_a_bit(folder / "store", chance)
        print(flipped, end=": ")
        missing = await read_after_flip(folder, held)
        outcome = "refused" if missing is None else "named" if missing else "harmless"
        print(len(missing or ()), end=" ")
        print(outcome, Server(folder).tail().splitlines()[-1] if outcome == "refused" else "")
        outcomes[outcome] += 1
        shutil.rmtree(folder)
    print(outcomes)
    assert outcomes["harmless"] < FLIPS
