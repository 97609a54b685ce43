#!/usr/bin/env python3
"""Subjects by the million, in all the memory or in little: many_subjects.py SERVER [millions] [index_memory]

A message on each subject, then as many again at random, then reads of the last message at random, then kill -9.
"""
import random
import signal
import sys
import time

from client import Server

BATCH = 5000


def publish(client, numbers):
    """Seconds for a message on each of these subjects, acknowledged batch by batch."""
    begin = time.perf_counter()
    for first in range(0, len(numbers), BATCH):
        batch = numbers[first:first + BATCH]
        inbox = client.inbox()
        client.send(b"".join(b"PUB k.bucket.key-%09d 16\r\n0123456789abcdef\r\n" % n for n in batch[:-1])
                    + b"PUB k.bucket.key-%09d %s 16\r\n0123456789abcdef\r\n" % (batch[-1], inbox))
        while client.next_message()[0] != inbox:
            pass
    return time.perf_counter() - begin


def main():
    count = int(float(sys.argv[2]) * 1_000_000) if len(sys.argv) > 2 else 1_000_000
    memory = sys.argv[3] if len(sys.argv) > 3 else "64GB"
    server = Server(sys.argv[1], 42934, "/tmp/leat-bench-subjects")
    server.jetstream = f"index_memory: {memory}"
    client = server.start()
    client.api("STREAM.CREATE.K", {"name": "K", "subjects": ["k.>"], "max_msgs_per_subject": 1, "allow_direct": True})
    chance = random.Random(1)
    cpu = server.cpu_s()
    seconds = publish(client, range(count))
    new_cpu, cpu = server.cpu_s() - cpu, server.cpu_s()
    print(f"{count} new subjects: {seconds:.1f} s, {new_cpu / count * 1e6:.1f} us of CPU each, memory {server.memory_mb():.0f} MB")
    again = min(count, 1_000_000)
    seconds = publish(client, [chance.randrange(count) for _ in range(again)])
    print(f"{again} of them again: {seconds:.1f} s, {(server.cpu_s() - cpu) / again * 1e6:.1f} us of CPU each, "
          f"memory {server.memory_mb():.0f} MB")
    times = []
    for _ in range(5000):
        subject = "$JS.API.DIRECT.GET.K.k.bucket.key-%09d" % chance.randrange(count)
        begin = time.perf_counter()
        client.request(subject)
        times.append((time.perf_counter() - begin) * 1e6)
    times.sort()
    print(f"last of a subject: p50 {times[2500]:.0f} us, p99 {times[4950]:.0f} us")
    server.stop(signal.SIGKILL)
    begin = time.perf_counter()
    client = server.start()
    state = client.api("STREAM.INFO.K")["state"]
    print(f"after kill -9: ready in {time.perf_counter() - begin:.2f} s, {state['num_subjects']} subjects, "
          f"memory {server.memory_mb():.0f} MB")
    begin = time.perf_counter()
    pending = client.api("CONSUMER.CREATE.K.c", {"stream_name": "K", "config": {
        "name": "c", "ack_policy": "none", "mem_storage": True, "filter_subject": "k.*.key-000000077"}})["num_pending"]
    print(f"a filter over all of them: {pending} pending, {(time.perf_counter() - begin) * 1e3:.0f} ms")
    server.stop()


main()
