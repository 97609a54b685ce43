"""What would be wrong: a lower layer that knows a higher one, so that nothing can be tested or moved alone."""

import re

import pytest

import layers
import tree

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)

def module_of(path):
    parts = path.split("/")
    return "/".join(parts[:2])


def own_include_is_allowed(path, included):
    mine, theirs = module_of(path), module_of(included)
    if mine == theirs:
        return True
    if mine not in layers.MODULES or theirs not in layers.MODULES:
        return False
    if theirs in layers.MODULES[mine].reached:
        return True
    return included in layers.INTERFACES and layers.MODULES[mine].layer >= 3


def wrong_arrows(modules):
    """Arrows of CMakeLists.txt that go up, or to where the layer may not reach."""
    found, seen = [], set()
    for module in modules.values():
        found += [f"{module.name} is declared before {dep}" for dep in module.deps if dep not in seen]
        seen.add(module.name)
        for name in sorted(module.reached & seen):
            reach = layers.REACH[module.layer]
            if (name not in reach and modules[name].layer not in reach) or name in layers.UNREACHABLE.get(
                    module.layer, []):
                found.append(f"{module.name} reaches {name}")
    return found


def third_party_is_allowed(path, included):
    matches = [prefix for prefix in layers.THIRD_PARTY if included.startswith(prefix)]
    if not matches:
        return True
    modules = layers.THIRD_PARTY[max(matches, key=len)]
    return any(path == module or path.startswith(module + "/") for module in modules)


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


def test_every_include_follows_the_layers():
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


def wrong_locks(path, text):
    code = tree.without_comments_and_strings(text)
    locks = [match.group(0) for match in re.finditer(layers.LOCK, code)]
    if layers.MODULES[module_of(path)].layer < 4 and path not in layers.LOCKED:
        return [f"{path} must not lock: {lock}" for lock in locks]
    return [f"{path} locks with {lock}, not with Mutex of core/base/mutex.h" for lock in locks
            if lock.startswith("std::") and path not in layers.UNCHECKED]


def test_locks_stand_where_threads_meet():
    found = []
    for path in tree.tracked(".h", ".cc"):
        found += wrong_locks(path, tree.read(path))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path, line", [
    ("streams/host/stream.h", "  Mutex mutex_;"),
    ("core/auth/password_pool.h", "  std::mutex mutex_;"),
])
def test_a_wrong_lock_is_found(path, line):
    assert len(wrong_locks(path, line)) == 1


def test_every_module_is_in_the_table():
    modules = {module_of(path) for path in tree.tracked(".h", ".cc")}
    assert modules == set(layers.MODULES), modules ^ set(layers.MODULES)


def test_no_arrow_goes_up():
    assert wrong_arrows(layers.MODULES) == []


@pytest.mark.parametrize("text", [
    "# Layer 0: a\nleat_module(core/base DEPS core/env)\n# Layer 1: b\nleat_module(core/env)\n",
    "# Layer 1: a\nleat_module(core/env)\n# Layer 2: b\nleat_module(raft/core DEPS core/env)\n",
    "# Layer 3: a\nleat_module(core/session)\n# Layer 4: b\nleat_module(core/net DEPS core/session)\n",
])
def test_a_wrong_arrow_is_found(text):
    assert len(wrong_arrows(layers.modules_of(text))) == 1


def arrows_by_include(with_interfaces):
    arrows = {name: set() for name in layers.MODULES}
    for path in tree.tracked(".h", ".cc"):
        mine = module_of(path)
        for included, _ in INCLUDE.findall(tree.read(path)):
            theirs = module_of(included)
            if theirs in layers.MODULES and theirs != mine and (
                    with_interfaces or included not in layers.INTERFACES):
                arrows[mine].add(theirs)
    return arrows


def test_every_arrow_is_used():
    arrows = arrows_by_include(with_interfaces=True)
    unused = [f"{module.name} -> {dep}" for module in layers.MODULES.values() for dep in module.deps
              if dep not in arrows[module.name]]
    assert not unused, unused


def circle_in(arrows):
    """Modules that include each other in a circle, in its order; None where there is none."""
    done = set()
    for start in sorted(arrows):
        way = [(start, iter(sorted(arrows[start])))]
        while way:
            module, following = way[-1]
            there = next((other for other in following if other not in done), None)
            on_way = [name for name, _ in way]
            if there is None:
                done.add(module)
                way.pop()
            elif there in on_way:
                return on_way[on_way.index(there):] + [there]
            else:
                way.append((there, iter(sorted(arrows.get(there, ())))))
    return None


def test_no_modules_include_each_other_in_a_circle():
    # An interface is called against the arrows by design.
    circle = circle_in(arrows_by_include(with_interfaces=False))
    assert circle is None, " -> ".join(circle)


def test_a_circle_is_found():
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert circle_in({"a": {"b", "c"}, "b": {"c"}}) is None
