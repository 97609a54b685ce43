"""What would be wrong: a reload that closes who may stay, keeps who must go, or waits for slow password hashes."""

import asyncio

import nats
import nats.errors
import pytest
from server import Server

# bcrypt of "s3cret" and of "token" with cost 4.
S3CRET = "$2a$04$abcdefghijklmnopqrstuuLZYjhNQAOdpbzt4WxWlUHjv1wsyH5DG"
TOKEN = "$2b$04$ABCDEFGHIJKLMNOPQRSTUuP3mQpqkDUOKyOo18uiXDuj5lsylhKoO"


def users(**hashes):
    listed = ", ".join(f'{{user: {name}, password: "{hash}"}}' for name, hash in hashes.items())
    return f"authorization {{ users: [{listed}] }}\n"


async def connect(server, user, password):
    """A client that does not come back, and an event that tells when it was closed."""
    closed = asyncio.Event()

    async def on_closed():
        closed.set()

    async def on_error(_):
        pass

    client = await nats.connect(server.url, user=user, password=password, allow_reconnect=False,
                                closed_cb=on_closed, error_cb=on_error)
    return client, closed


async def test_a_reload_looks_again_at_everybody_who_is_connected(tmp_path):
    server = Server(tmp_path, config=users(stays=S3CRET, removed=S3CRET, changed=S3CRET)).start()
    try:
        stays, stays_closed = await connect(server, "stays", "s3cret")
        _, removed_closed = await connect(server, "removed", "s3cret")
        _, changed_closed = await connect(server, "changed", "s3cret")
        server.reload(users(stays=S3CRET, changed=TOKEN))
        await asyncio.wait_for(removed_closed.wait(), 10)
        await asyncio.wait_for(changed_closed.wait(), 10)
        await stays.flush()
        assert not stays_closed.is_set()
        for user, password in (("removed", "s3cret"), ("changed", "s3cret")):
            with pytest.raises(nats.errors.Error, match="Authorization Violation"):
                await connect(server, user, password)
        again, _ = await connect(server, "changed", "token")
        await again.flush()
        await again.close()
        await stays.close()
    finally:
        server.stop()


async def test_a_reload_with_many_hashed_users_refuses_none_of_them(tmp_path):
    server = Server(tmp_path, config=users(one=S3CRET)).start()
    try:
        clients = [await connect(server, "one", "s3cret") for _ in range(300)]
        server.reload(users(one=S3CRET, other=TOKEN))
        await asyncio.gather(*(client.flush() for client, _ in clients))
        assert not any(closed.is_set() for _, closed in clients)
        await asyncio.gather(*(client.close() for client, _ in clients))
    finally:
        server.stop()
