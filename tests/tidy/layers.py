"""The layers as data: which module may include which, and which third party.

A change here is a change of the design: it comes with the module's README and its reason in one commit.
"""

# Modules by layer. On layer 3 a module may also include the modules before it in this order.
LAYERS = {
    0: ["core/base"],
    1: ["core/subject", "core/env", "proto/json", "proto/client", "proto/api", "proto/ack",
        "proto/record", "proto/cluster", "storage/api"],
    2: ["raft/core", "streams/meta", "consumers/core", "streams/core"],
    3: ["core/router", "core/session", "raft/group", "streams/host", "consumers/host",
        "core/cluster", "core/api", "core/node"],
    4: ["core/runtime", "core/net", "storage/journal", "storage/rocks", "storage/memory",
        "storage/spill", "raft/transport"],
    5: ["core/options", "core/auth", "core/monitor", "core/server"],
}

# Arrows inside layer 1 and layer 2; every other arrow inside these layers is forbidden.
INSIDE = {
    "proto/client": ["core/subject", "proto/json"],
    "proto/api": ["core/subject", "proto/json", "proto/ack"],
    "proto/ack": ["core/subject", "proto/json", "proto/client"],
    "proto/record": ["core/subject", "proto/api", "proto/ack"],
    "proto/cluster": ["core/subject"],
    "storage/api": ["proto/record"],
    "streams/core": ["consumers/core"],
}

# Modules of layer 4 that use the event loop, or a thread, of core/runtime.
ON_RUNTIME = ["core/net", "storage/journal", "storage/rocks"]

# Machines never see the environment.
FORBIDDEN = {module: ["core/env"] for module in LAYERS[2]}

# Interfaces by which a call may go against the arrows: header -> modules that may include it.
# None: any module from layer 3 on.
INTERFACES = {
    "core/router/sink.h": None,
    "core/router/message.h": None,
    "core/router/interest_listener.h": None,
    "core/session/byte_stream.h": None,
    "core/session/authenticator.h": None,
    "core/session/permissions.h": None,
    "raft/group/peer_transport.h": None,
    "core/net/http_handler.h": None,
    "streams/host/stream_listener.h": None,
    "consumers/core/stream_view.h": None,
}

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
    "openssl/": ["core/net", "core/auth", "core/runtime", "core/server"],
    "crypt.h": ["core/auth"],
    "absl/time": ["core/runtime"],
    "google/protobuf": ["proto/cluster"],
    "jemalloc/": ["core/runtime"],
}
