#!/usr/bin/env python3
"""Many streams of one message and one durable consumer each, then one that is busy:
quiet_streams.py SERVER [streams] [GiB]

Bounds: 8 KB a stream, 2 KB a consumer, restart under 10 s for 100,000, idle under 1 % of a core; and
10 GiB on one stream keep the journal under its horizon (256 MiB) and two segments (64 MiB each).
"""
import json
import signal
import sys
import time

from client import Server

WINDOW = 200


def bulk(client, requests):
    """Sends all, with a window of requests under way; every answer must be good."""
    under_way = 0
    for subject, body in requests:
        client.send(b"PUB %s %s %d\r\n%s\r\n" % (subject.encode(), client.inbox(), len(body), body))
        under_way += 1
        if under_way == WINDOW:
            while under_way > WINDOW // 2:
                check(client.next_message()[2])
                under_way -= 1
    for _ in range(under_way):
        check(client.next_message()[2])


def check(answer):
    if b'"error"' in answer:
        raise RuntimeError(answer)


def be_busy(server, client, gib):
    client.api("STREAM.CREATE.BUSY", {"name": "BUSY", "subjects": ["busy"], "max_bytes": 1 << 30})
    message = b"PUB busy %%s%d\r\n%s\r\n" % (1 << 16, b"x" * (1 << 16))
    begin, largest = time.perf_counter(), 0
    for _ in range(int(gib * 1024)):  # a MiB at a time, with one ack
        inbox = client.inbox()
        client.send(message % b"" * 15 + message % (inbox + b" "))
        while client.next_message()[0] != inbox:
            pass
        largest = max(largest, server.disk_mb("jetstream/journal"))
    print(f"{gib} GiB on one stream in {time.perf_counter() - begin:.1f} s, journal at most {largest:.0f} MiB, "
          f"store {server.disk_mb():.0f} MiB, memory {server.memory_mb():.0f} MiB")


def main():
    server = Server(sys.argv[1], 42932, "/tmp/leat-bench-quiet")
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    client = server.start()
    before = server.memory_mb()
    begin = time.perf_counter()
    bulk(client, ((f"$JS.API.STREAM.CREATE.Q{n}",
                   json.dumps({"name": f"Q{n}", "subjects": [f"q.{n}"]}).encode()) for n in range(count)))
    bulk(client, ((f"q.{n}", b"0123456789abcdef") for n in range(count)))
    streams = server.memory_mb()
    print(f"{count} streams in {time.perf_counter() - begin:.1f} s, {(streams - before) * 1024 / count:.1f} KB each")
    begin = time.perf_counter()
    bulk(client, ((f"$JS.API.CONSUMER.CREATE.Q{n}.D",
                   json.dumps({"stream_name": f"Q{n}",
                               "config": {"durable_name": "D", "ack_policy": "explicit"}}).encode())
                  for n in range(count)))
    consumers = server.memory_mb()
    print(f"{count} consumers in {time.perf_counter() - begin:.1f} s, {(consumers - streams) * 1024 / count:.1f} KB each")
    for how in (signal.SIGKILL, signal.SIGTERM):
        server.stop(how)
        begin = time.perf_counter()
        client = server.start()
        while True:
            info = json.loads(client.request(f"$JS.API.STREAM.INFO.Q{count - 1}"))
            if info.get("state", {}).get("messages") == 1:
                break
            if time.perf_counter() - begin > 120:
                raise RuntimeError(f"not ready after {how.name}: {info}")
            time.sleep(0.01)  # a stream that is recovered tells nobody: the pause of a poll with a deadline
        print(f"ready {time.perf_counter() - begin:.2f} s after {how.name}, "
              f"{(server.memory_mb() - before) * 1024 / count:.1f} KB each with its consumer")
    time.sleep(2)  # what the start has left to do
    cpu = server.cpu_s()
    time.sleep(10)  # the idleness that is measured
    print(f"idle {(server.cpu_s() - cpu) * 10:.2f} % of a core")
    be_busy(server, client, float(sys.argv[3]) if len(sys.argv) > 3 else 10)
    server.stop()


main()
