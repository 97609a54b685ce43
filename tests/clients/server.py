"""One server process for a test: started with a store of its own, killed, started again on the same port."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

BINARY = os.environ.get("LEAT_SERVER") or str(
    pathlib.Path(__file__).resolve().parents[2] / "build" / "release" / "leat-server")


class Server:
    """The process, its client port and its folder. Waits are for observed conditions with a deadline."""

    def __init__(self, folder, arguments=(), config="", jetstream=""):
        self.folder = pathlib.Path(folder)
        self.arguments = list(arguments)
        self.config = config
        self.jetstream = jetstream  # fields of its block
        self.fixed = ""  # of the configuration: what a reload may not change
        self.port = 0
        self.http = 0
        self.environment = {}  # what it sees beside ours
        self.process = None
        self.log = self.folder / "server.log"

    @property
    def url(self):
        return f"nats://127.0.0.1:{self.port}"

    def start(self):
        ports = self.folder / "ports"
        ports.mkdir(exist_ok=True)
        self.fixed = (f'host: "127.0.0.1"\nport: {self.port or -1}\n'
                      f'http: "127.0.0.1:{self.http or -1}"\nserver_name: n1\n'
                      f'ports_file_dir: "{ports}"\njetstream {{ store_dir: "{self.folder}/store"; {self.jetstream} }}\n')
        conf = self._write_config()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([BINARY, "-c", str(conf), *self.arguments], stderr=log,
                                            stdout=log, env={**os.environ, **self.environment})
        name = f"{pathlib.Path(BINARY).name}_{self.process.pid}.ports"
        found = wait_for(lambda: self._ports(ports / name), 20, f"no ports file; log:\n{self.tail()}")
        self.port = int(found["nats"][0].rsplit(":", 1)[1])
        if "monitoring" in found:
            self.http = int(found["monitoring"][0].rsplit(":", 1)[1])
        return self

    def _write_config(self):
        conf = self.folder / "server.conf"
        conf.write_text(self.fixed + self.config)
        return conf

    def reload(self, config):
        """Returns when the server has said that it goes by the new configuration."""
        self.config = config
        self._write_config()
        before = self.log.read_text().count("Reloaded server configuration")
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.log.read_text().count("Reloaded server configuration") > before, 10,
                 f"no reload; log:\n{self.tail()}")

    def _ports(self, path):
        if self.process.poll() is not None:
            raise AssertionError(f"server ended with {self.process.returncode}:\n{self.tail()}")
        return json.loads(path.read_text()) if path.exists() else None

    def health(self, query=""):
        """What /healthz says, whatever its status."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/healthz{query}") as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=10) == 0, self.tail()

    def tail(self):
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""


def wait_for(condition, seconds, message):
    """The first true value of condition() within the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)  # a process has no event for "ready" but its files: the pause of a poll with a deadline
    raise AssertionError(message)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
