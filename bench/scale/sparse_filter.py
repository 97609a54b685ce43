#!/usr/bin/env python3
"""10 million messages and a filter that matches 1 in 100,000: sparse_filter.py SERVER [millions]

Bounds: first message under 20 ms, whole replay under 200 ms, a start by time or sequence under 5 ms.
"""
import datetime
import json
import sys
import time

from client import Server

SUBJECTS = 100_000


def replay(client, name, config, expected):
    """Seconds to the consumer, to the first message and to the last one."""
    inbox = client.inbox()
    begin = time.perf_counter()
    config = {"durable_name": name, "ack_policy": "none", "deliver_subject": inbox.decode(), **config}
    answer = client.request(f"$JS.API.CONSUMER.CREATE.F.{name}",
                            json.dumps({"stream_name": "F", "config": config}).encode())
    created = time.perf_counter()
    info = json.loads(answer)
    first = None
    got = 0
    while got < expected:
        subject, _, _ = client.next_message()
        got += 1
        first = first or time.perf_counter()
    end = time.perf_counter()
    client.api(f"CONSUMER.DELETE.F.{name}")
    return info["num_pending"], created - begin, (first or end) - begin, end - begin


def main():
    server = Server(sys.argv[1], 42931, "/tmp/leat-bench-sparse")
    millions = float(sys.argv[2]) if len(sys.argv) > 2 else 10
    client = server.start()
    client.api("STREAM.CREATE.F", {"name": "F", "subjects": ["f.>"]})
    rounds = int(millions * 1_000_000 / SUBJECTS)
    begin = time.perf_counter()
    pieces = []
    for first in range(0, SUBJECTS, 5000):
        ack_subject = b"PUB f.a.%d %%s 16\r\n0123456789abcdef\r\n" % (first + 4999)
        body = b"".join(b"PUB f.a.%d 16\r\n0123456789abcdef\r\n" % n for n in range(first, first + 4999))
        pieces.append((body, ack_subject))
    middle_time = None
    for number in range(rounds):
        if number == rounds // 2:
            middle_time = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        for body, last in pieces:
            inbox = client.inbox()
            client.send(body + last % inbox)
            while client.next_message()[0] != inbox:
                pass
    info = client.api("STREAM.INFO.F")["state"]
    print(f"stored {info['messages']} in {time.perf_counter() - begin:.1f} s, memory {server.memory_mb():.0f} MB")
    half = info["messages"] // 2
    for name, config, count in (
            ("wildcard", {"filter_subject": "*.a.77777"}, rounds),
            ("literal", {"filter_subject": "f.a.77777"}, rounds),
            ("sequence", {"filter_subject": "*.a.77777", "deliver_policy": "by_start_sequence",
                          "opt_start_seq": half + 1}, rounds - rounds // 2),
            ("time", {"filter_subject": "*.a.77777", "deliver_policy": "by_start_time",
                      "opt_start_time": middle_time}, rounds - rounds // 2),
            ("literal-sequence", {"filter_subject": "f.a.77777", "deliver_policy": "by_start_sequence",
                                  "opt_start_seq": half + 1}, rounds - rounds // 2)):
        for again in range(3):
            pending, created, first, whole = replay(client, name, config, count)
            print(f"{name:16} {again}: pending {pending}, created {created*1e3:.1f} ms, "
                  f"first {first*1e3:.1f} ms, whole {whole*1e3:.1f} ms")
    server.stop()


main()
