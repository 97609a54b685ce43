"""What would be wrong: an official client that cannot talk to the server at all."""

import socket
import time

import nats
import nats.errors
import pytest


async def test_publish_subscribe_request_and_queue_groups(server):
    client = await nats.connect(server.url)
    greetings = await client.subscribe("greet.*")
    await client.publish("greet.joe", b"hello", headers={"Trace": "1"})
    message = await greetings.next_msg(timeout=2)
    assert (message.subject, message.data, message.headers) == ("greet.joe", b"hello", {"Trace": "1"})

    async def answer(message):
        await message.respond(message.data.upper())

    await client.subscribe("shout", queue="workers", cb=answer)
    await client.subscribe("shout", queue="workers", cb=answer)
    replies = [await client.request("shout", b"hey", timeout=2) for _ in range(10)]
    assert {reply.data for reply in replies} == {b"HEY"}
    assert client.stats["in_msgs"] == 21  # the greeting, ten requests, ten replies
    await client.drain()


async def test_a_request_that_nobody_serves_is_told_so_at_once(server):
    client = await nats.connect(server.url)
    with pytest.raises(nats.errors.NoRespondersError):
        await client.request("nobody.home", b"", timeout=5)
    await client.close()


async def test_flush_is_a_barrier_between_connections(server):
    one, two = await nats.connect(server.url), await nats.connect(server.url)
    for turn in range(50):
        subscription = await one.subscribe(f"turn.{turn}")
        await one.flush()
        await two.publish(f"turn.{turn}", b"x")
        assert (await subscription.next_msg(timeout=2)).data == b"x"
        await subscription.unsubscribe()
    await one.close()
    await two.close()


async def test_large_payloads_pass_and_too_large_ones_end_the_connection(server):
    client = await nats.connect(server.url)
    subscription = await client.subscribe("big")
    payload = bytes(range(256)) * 4096
    assert len(payload) == client.max_payload
    await client.publish("big", payload)
    assert (await subscription.next_msg(timeout=5)).data == payload
    with pytest.raises(nats.errors.MaxPayloadError):
        await client.publish("big", payload + b"!")
    await client.close()


def test_a_writer_of_a_too_large_payload_notices_that_nobody_reads_it(server):
    host, port = server.url.removeprefix("nats://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as client:
        client.sendall(b"CONNECT {}\r\nPUB big 2000000\r\n")
        words = b""
        while b"Maximum Payload Violation" not in words:
            words += client.recv(4096)
        deadline = time.monotonic() + 20
        with pytest.raises(OSError):
            while time.monotonic() < deadline:
                client.sendall(b"x" * 1000)
