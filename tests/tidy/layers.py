"""The layers as data: CMakeLists.txt says which module may include which, this file the rest.

A change here is a change of the design: it comes with the module's README and its reason in one commit.
"""

import re

import tree

# What each layer may reach at all, whatever its modules ask for in CMakeLists.txt: the machines of
# layer 2 never see the environment, and adapters know interfaces only.
REACH = {
    0: [0],
    1: [0, 1],
    2: [0, 1, 2],
    3: [0, 1, 2, 3],
    4: [0, 1, "core/runtime"],
    5: [0, 1, 2, 3, 4, 5],
}
UNREACHABLE = {2: ["core/env"]}

# Interfaces by which a call may go against the arrows: header -> modules that may include it.
# None: any module from layer 3 on.
INTERFACES = {
    "core/router/sink.h": None,
    "core/router/message.h": None,
    "core/router/interest_listener.h": None,
    "core/session/byte_stream.h": None,
    "core/session/authenticator.h": None,
    "core/session/permissions.h": None,
    "core/net/http_handler.h": None,
    "streams/host/stream_listener.h": None,
}

# Below layer 4 nothing is shared between threads, but for these files.
LOCK = r"\b(Mutex|CondVar|std::(recursive_|shared_)?mutex|std::condition_variable|std::(lock_guard|unique_lock))\b"
LOCKED = ["core/base/mutex.h", "streams/host/storage_quotas.h", "streams/host/storage_quotas.cc"]
# Mutexes of the standard library, which clang cannot check: a library's base class, and the lock
# over members of others, which they touch in functions that they hand over.
UNCHECKED = ["core/base/mutex.h", "core/runtime/log_sink.cc", "core/runtime/worker_thread.h"]

# Third-party headers by prefix -> modules (or single files) that may include them.
THIRD_PARTY = {
    "tl/": ["core/base"],
    "xxhash.h": ["core/base/hash.cc"],
    "nmmintrin.h": ["core/base/hash.cc"],
    "boost/json": ["proto/json"],
    "boost/asio": ["core/runtime", "core/net", "core/server"],
    "boost/beast": ["core/net"],
    "boost/": ["core/runtime", "core/net"],
    "rocksdb/": ["storage/rocks"],
    "spdlog/": ["core/runtime"],
    "openssl/": ["core/net", "core/auth", "core/config", "core/runtime"],
    "crypt.h": ["core/auth"],
    "absl/time": ["core/runtime"],
    "google/protobuf": [],
    "jemalloc/": ["core/runtime"],
}


class Module:
    def __init__(self, name, layer, deps):
        self.name, self.layer, self.deps = name, layer, deps
        self.reached = set()  # by its deps and theirs


def modules_of(text):
    """The modules that a CMakeLists.txt declares, by name, in their order."""
    modules, layer = {}, None
    for comment, call in re.findall(r"^# Layer (\d)|^leat_module\(([^)]+)\)", text, re.MULTILINE):
        if comment:
            layer = int(comment)
            continue
        words = call.split()
        deps = words[words.index("DEPS") + 1:] if "DEPS" in words else []
        if "LIBS" in deps:
            deps = deps[:deps.index("LIBS")]
        module = Module(words[0], layer, deps)
        for name in deps:  # one that is declared further down is an error of test_layers
            module.reached |= {name} | (modules[name].reached if name in modules else set())
        modules[module.name] = module
    return modules


MODULES = modules_of(tree.read("CMakeLists.txt"))
