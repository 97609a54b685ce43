#!/usr/bin/env python3
"""Messages that expire while others are published: expiry.py SERVER [millions] [rate]

Fills a stream, sets its age so that all of it expires within about a minute, and publishes at the
rate meanwhile. Bounds for 10 million and 100,000/s: p99 of acks under 20 ms, disk space back within
ten minutes.
"""
import sys
import threading
import time

from client import Client, Server

PIECE = 500
BODY = b"x" * 128


def fill(client, messages):
    body = b"".join(b"PUB e.a 128\r\n%s\r\n" % BODY for _ in range(4999))
    for _ in range(messages // 5000):
        inbox = client.inbox()
        client.send(body + b"PUB e.a %s 128\r\n%s\r\n" % (inbox, BODY))
        while client.next_message()[0] != inbox:
            pass


def publish(client, rate, until, waits):
    """One ack in each piece is waited for; its time counts from when it was due."""
    body = b"".join(b"PUB e.b 128\r\n%s\r\n" % BODY for _ in range(PIECE - 1))
    begin = time.perf_counter()
    sent = 0
    while not until.is_set():
        due = begin + sent / rate
        time.sleep(max(0.0, due - time.perf_counter()))  # the rate that is offered
        inbox = client.inbox()
        client.send(body + b"PUB e.b %s 128\r\n%s\r\n" % (inbox, BODY))
        while client.next_message()[0] != inbox:
            pass
        waits.append(time.perf_counter() - due)
        sent += PIECE
    return sent


def main():
    server = Server(sys.argv[1], 42933, "/tmp/leat-bench-expiry")
    messages = int(float(sys.argv[2] if len(sys.argv) > 2 else 10) * 1_000_000)
    rate = int(sys.argv[3]) if len(sys.argv) > 3 else 100_000
    client = server.start()
    config = {"name": "E", "subjects": ["e.>"]}
    client.api("STREAM.CREATE.E", config)
    begin = time.perf_counter()
    fill(client, messages)
    filled = time.perf_counter() - begin
    peak_disk = server.disk_mb()
    print(f"filled {messages} in {filled:.1f} s, memory {server.memory_mb():.0f} MB, disk {peak_disk:.0f} MB")
    done, waits = threading.Event(), []
    other = Client(42933)
    thread = threading.Thread(target=publish, args=(other, rate, done, waits))
    thread.start()
    # The oldest is as old as the fill took: the rest follows at the pace at which it was written.
    client.api("STREAM.UPDATE.E", {**config, "max_age": int(max(filled, 5) * 1e9)})
    begin = time.perf_counter()
    while client.api("STREAM.INFO.E")["state"]["first_seq"] <= messages and time.perf_counter() - begin < 300:
        time.sleep(0.5)  # between two looks; looking costs the server something
    expired = time.perf_counter() - begin
    done.set()
    thread.join()
    waits.sort()
    print(f"expired in {expired:.1f} s; acks p50 {waits[len(waits) // 2] * 1e3:.2f} ms, "
          f"p99 {waits[len(waits) * 99 // 100] * 1e3:.2f} ms, max {waits[-1] * 1e3:.1f} ms, "
          f"{len(waits) * PIECE / expired:.0f} messages/s")
    begin = time.perf_counter()
    while server.disk_mb() > peak_disk / 2 and time.perf_counter() - begin < 600:
        time.sleep(1)  # between two looks at the disk, which has no event
    print(f"disk {server.disk_mb():.0f} MB after {time.perf_counter() - begin:.0f} s more, memory {server.memory_mb():.0f} MB")
    server.stop()


main()
