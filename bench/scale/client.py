"""The least of a client that the scenarios here need: one socket, requests, bulk publishes."""
import json
import os
import shutil
import signal
import socket
import subprocess
import time


class Client:
    def __init__(self, port):
        end = time.monotonic() + 60
        while True:
            try:
                self.socket = socket.create_connection(("127.0.0.1", port), 1)
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.01)  # a port that opens tells nobody: the pause of a poll with a deadline
        self.socket.settimeout(120)
        self.file = self.socket.makefile("rb", 1 << 20)
        self.file.readline()
        self.prefix = b"_I%d" % self.socket.getsockname()[1]
        self.socket.sendall(b'CONNECT {"verbose":false,"headers":true}\r\nSUB %s.> 1\r\n' % self.prefix)
        self.requests = 0

    def send(self, data):
        self.socket.sendall(data)

    def next_message(self):
        """(subject, reply, body) of the next message; pings are answered."""
        while True:
            line = self.file.readline()
            if line.startswith(b"PING"):
                self.send(b"PONG\r\n")
            elif line.startswith((b"MSG", b"HMSG")):
                words = line.split()
                fixed = 4 if words[0] == b"MSG" else 5
                body = self.file.read(int(words[-1]) + 2)[:-2]
                return words[1], words[3] if len(words) > fixed else b"", body
            elif line.startswith(b"-ERR") or not line:
                raise RuntimeError(f"server said {line!r}")

    def inbox(self):
        self.requests += 1
        return b"%s.%d" % (self.prefix, self.requests)

    def request(self, subject, body=b""):
        inbox = self.inbox()
        self.send(b"PUB %s %s %d\r\n%s\r\n" % (subject.encode(), inbox, len(body), body))
        while True:
            got, _, answer = self.next_message()
            if got == inbox:
                return answer

    def api(self, subject, body=None):
        answer = json.loads(self.request("$JS.API." + subject, json.dumps(body).encode() if body else b""))
        if "error" in answer:
            raise RuntimeError(f"{subject}: {answer['error']}")
        return answer


class Server:
    """A server of our own on a store of our own; keeps the store when it is started again."""

    def __init__(self, binary, port, store):
        self.binary, self.port, self.store = binary, port, store
        self.jetstream = ""  # of its configuration
        shutil.rmtree(store, ignore_errors=True)
        os.makedirs(store)

    def start(self):
        config = self.store + ".conf"
        with open(config, "w") as file:
            file.write(f"jetstream {{ store_dir: \"{self.store}\", {self.jetstream} }}\n")
        with open(self.store + ".log", "ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "-p", str(self.port), "-c", config], stdout=log, stderr=log)
        return Client(self.port)

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait()

    def memory_mb(self, field="VmRSS"):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(l.split()[1]) / 1024 for l in status if l.startswith(field))

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            words = stat.read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def disk_mb(self, folder=""):
        total = 0
        for place, _, names in os.walk(os.path.join(self.store, folder)):
            for name in names:
                try:
                    total += os.path.getsize(os.path.join(place, name))
                except FileNotFoundError:  # it left meanwhile
                    pass
        return total / 2**20
