"""What would be wrong: a lower floor that knows a higher one, so that nothing can be tested or moved alone."""

import re

import pytest

import floors
import tree

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)

FLOOR_OF = {room: floor for floor, rooms in floors.FLOORS.items() for room in rooms}


def room_of(path):
    parts = path.split("/")
    return "/".join(parts[:2])


def own_include_is_allowed(path, included):
    mine, theirs = room_of(path), room_of(included)
    if mine == theirs:
        return True
    if mine not in FLOOR_OF or theirs not in FLOOR_OF:
        return False
    if theirs in floors.FORBIDDEN.get(mine, []):
        return False
    floor, other = FLOOR_OF[mine], FLOOR_OF[theirs]
    if floor == 5:
        return True
    if floor == 4:
        return other <= 1 or included in floors.INTERFACES or (
            other == 4 and theirs == "core/runtime" and mine == "core/net")
    if other < floor:
        return True
    if other > floor:
        return included in floors.INTERFACES and floor >= 3
    if floor == 3:
        order = floors.FLOORS[3]
        return order.index(theirs) < order.index(mine) or included in floors.INTERFACES
    return theirs in floors.INSIDE.get(mine, [])


def third_party_is_allowed(path, included):
    matches = [prefix for prefix in floors.THIRD_PARTY if included.startswith(prefix)]
    if not matches:
        return True
    rooms = floors.THIRD_PARTY[max(matches, key=len)]
    return any(path == room or path.startswith(room + "/") for room in rooms)


def violations(path, text):
    found = []
    for own, system in INCLUDE.findall(text):
        included = own or system
        if included.split("/")[0] in tree.TOP:
            if not own_include_is_allowed(path, included):
                found.append(f"{path} must not include {included}")
        elif not third_party_is_allowed(path, included):
            found.append(f"{path} must not include the third-party header {included}")
    return found


def test_every_include_follows_the_floors():
    found = []
    for path in tree.tracked(".h", ".cc"):
        found += violations(path, tree.read(path))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path, line", [
    ("core/base/bytes.h", '#include "core/router/router.h"'),
    ("streams/core/apply.cc", '#include "core/env/clock.h"'),
    ("raft/core/raft.h", '#include "streams/core/stream_machine.h"'),
    ("core/router/router.cc", '#include "core/session/session.h"'),
    ("core/session/session.h", "#include <boost/asio.hpp>"),
    ("storage/journal/writer.cc", '#include "storage/rocks/database.h"'),
])
def test_a_wrong_include_is_found(path, line):
    assert len(violations(path, line)) == 1


def test_every_room_is_in_the_table():
    rooms = {room_of(path) for path in tree.tracked(".h", ".cc")}
    assert rooms <= set(FLOOR_OF), rooms - set(FLOOR_OF)
