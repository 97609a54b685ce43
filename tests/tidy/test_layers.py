"""What would be wrong: a lower layer that knows a higher one, so that nothing can be tested or moved alone."""

import re

import pytest

import layers
import tree

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)

LAYER_OF = {module: layer for layer, modules in layers.LAYERS.items() for module in modules}


def module_of(path):
    parts = path.split("/")
    return "/".join(parts[:2])


def own_include_is_allowed(path, included):
    mine, theirs = module_of(path), module_of(included)
    if mine == theirs:
        return True
    if mine not in LAYER_OF or theirs not in LAYER_OF:
        return False
    if theirs in layers.FORBIDDEN.get(mine, []):
        return False
    layer, other = LAYER_OF[mine], LAYER_OF[theirs]
    if layer == 5:
        return True
    if layer == 4:
        return other <= 1 or included in layers.INTERFACES or (
            theirs == "core/runtime" and mine in layers.ON_RUNTIME)
    if other < layer:
        return True
    if other > layer:
        return included in layers.INTERFACES and layer >= 3
    if layer == 3:
        order = layers.LAYERS[3]
        return order.index(theirs) < order.index(mine) or included in layers.INTERFACES
    return theirs in layers.INSIDE.get(mine, [])


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


def test_every_module_is_in_the_table():
    modules = {module_of(path) for path in tree.tracked(".h", ".cc")}
    assert modules <= set(LAYER_OF), modules - set(LAYER_OF)


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
    arrows = {}
    for path in tree.tracked(".h", ".cc"):
        mine = module_of(path)
        for included, _ in INCLUDE.findall(tree.read(path)):
            theirs = module_of(included)
            # An interface is called against the arrows by design.
            if theirs in LAYER_OF and theirs != mine and included not in layers.INTERFACES:
                arrows.setdefault(mine, set()).add(theirs)
    circle = circle_in(arrows)
    assert circle is None, " -> ".join(circle)


def test_a_circle_is_found():
    assert circle_in({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert circle_in({"a": {"b", "c"}, "b": {"c"}}) is None
