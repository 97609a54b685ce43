"""What would be wrong: a new user pastes the README's tour and a line of it does not work."""

import os
import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
NATS = shutil.which("nats") or str(ROOT / "build" / "tools" / "nats")


def tour(name):
    block = re.search(rf"```sh {name}\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    return block.group(1).strip().split("\n")


def paste(line, server, home):
    assert line.startswith("nats ")
    environment = {**os.environ, "NATS_URL": server.url, "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    done = subprocess.run([line.replace("nats", NATS, 1)], shell=True, env=environment, timeout=60,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}\n{server.tail()}"
    return done.stdout + done.stderr


def test_every_line_of_the_tour_works_and_a_kill_changes_nothing(server, tmp_path):
    said = {line: paste(line, server, tmp_path) for line in tour("tour")}
    assert "Messages: 2" in re.sub(" +", " ", said["nats stream info ORDERS"])
    assert "first order" in said["nats stream get ORDERS 1"]
    assert "first order" in said["nats consumer next ORDERS billing"]
    assert said["nats kv get config colour --raw"].strip() == "blue"
    server.kill()
    server.start()
    again = {line: paste(line, server, tmp_path) for line in tour("tour-after-restart")}
    assert "Messages: 2" in re.sub(" +", " ", again["nats stream info ORDERS"])
    assert again["nats kv get config colour --raw"].strip() == "blue"
    assert "second order" in again["nats consumer next ORDERS billing --timeout 35s"]
