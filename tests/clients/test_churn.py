"""What would be wrong: a kill in the middle of work loses or brings back something.

LEAT_CHURN_CYCLES sets the number of kills (10), LEAT_SEED what chance draws from.
The pause of random length before each kill is the fault itself.
"""

import asyncio
import os
import random

from churn import Churn

CYCLES = int(os.environ.get("LEAT_CHURN_CYCLES", "10"))
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
