import asyncio
import inspect
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from server import Server  # noqa: E402


@pytest.fixture
def server(tmp_path):
    one = Server(tmp_path).start()
    yield one
    one.stop()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Runs `async def` tests in an event loop of their own, with a deadline; a long one is its module's DEADLINE."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    deadline = getattr(pyfuncitem.module, "DEADLINE", 170)
    asyncio.run(asyncio.wait_for(pyfuncitem.obj(**wanted), timeout=deadline))
    return True
