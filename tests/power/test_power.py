"""What would be wrong: a power cut takes something acknowledged, or leaves a store that does not open.

The real server runs over power_layer.so, whose disk loses at a drawn operation what was not synced, in part or
whole. LEAT_POWER_CYCLES sets the number of cuts (200), LEAT_SEED what chance draws from.
"""

import asyncio
import os
import pathlib
import random
import shutil
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "clients"))

import server as server_module  # noqa: E402
from churn import Churn  # noqa: E402

LAYER = pathlib.Path(server_module.BINARY).parent / "tests" / "power_layer.so"
CYCLES = int(os.environ.get("LEAT_POWER_CYCLES", "200"))
SEED = int(os.environ.get("LEAT_SEED", str(random.randrange(1 << 30))))
CHECKED_EVERY = 10
CUTS_OF_A_STORE = 200  # a check reads the whole store: then it begins anew, or the last cuts would take hours
SMALL_JOURNAL = "journal_size: 2MB"  # so that segments leave between two cuts


class PoweredServer(server_module.Server):
    """A server whose power fails at an operation of its disk; after=0: it does not."""

    def start_until(self, after, seed, lies=False):
        """True when it is ready, False when the power failed before."""
        assert LAYER.exists(), f"{LAYER} is not built"
        self.environment = {"LD_PRELOAD": str(LAYER), "LEAT_POWER_DIR": f"{self.folder}/store",
                            "LEAT_POWER_AFTER": str(after), "LEAT_POWER_SEED": str(seed),
                            "LEAT_POWER_LIES": str(int(lies))}
        try:
            self.start()
            return True
        except AssertionError:
            if after == 0 or self.process.poll() != -9:
                raise
            return False


async def cycles(powered, churn, chance, count, lies=False):
    assert powered.start_until(0, 0)
    await churn.setup(powered)
    powered.stop()
    for cycle in range(count):
        after = int(2 ** chance.uniform(0, 11))  # as often in the first few operations as far behind
        if powered.start_until(after, chance.randrange(1 << 30), lies):
            await churn.run(powered)
            powered.process.wait(timeout=20)
        if cycle % CHECKED_EVERY == CHECKED_EVERY - 1 or cycle == count - 1:
            assert powered.start_until(0, 0)
            await churn.check(powered)
            powered.kill()


@pytest.fixture
def powered(tmp_path):
    one = PoweredServer(tmp_path, jetstream=SMALL_JOURNAL)
    yield one
    if one.process.poll() is None:
        one.kill()


def test_nothing_acknowledged_is_lost_with_the_power(tmp_path):
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    acknowledged = settled = 0
    for first in range(0, CYCLES, CUTS_OF_A_STORE):
        cuts = min(CUTS_OF_A_STORE, CYCLES - first)
        powered = PoweredServer(tmp_path / str(first), jetstream=SMALL_JOURNAL)
        powered.folder.mkdir()
        churn = Churn(SEED + first)
        try:
            asyncio.run(asyncio.wait_for(cycles(powered, churn, chance, cuts), timeout=cuts * 10))
        finally:
            if powered.process.poll() is None:
                powered.kill()
        acknowledged += len(churn.acknowledged)
        settled += len(churn.settled)
        log = powered.log.read_text(errors="replace")
        assert "[FTL]" not in log and "[ERR]" not in log, log[-3000:]
        print(f"{first + cuts} cuts, {acknowledged} messages and {settled} jobs acknowledged", flush=True)
        shutil.rmtree(powered.folder)
    assert acknowledged > CYCLES


def test_a_disk_that_lies_is_found_out(powered):
    """The test of the test: what a disk only claimed to have synced must be missed."""
    async def lose():
        for seed in range(20):
            with_lies = PoweredServer(powered.folder / str(seed))
            with_lies.folder.mkdir()
            powered.process = None
            assert with_lies.start_until(0, 0)
            churn = Churn(seed)
            await churn.setup(with_lies)
            with_lies.stop()
            try:
                if with_lies.start_until(600, seed, lies=True):
                    await churn.run(with_lies)
                    with_lies.process.wait(timeout=20)
                with_lies.start_until(0, 0)
                await churn.check(with_lies)
            except AssertionError:
                return True
            finally:
                powered.process = with_lies.process
                if with_lies.process.poll() is None:
                    with_lies.kill()
        return False
    assert asyncio.run(lose())
