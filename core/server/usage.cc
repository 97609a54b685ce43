#include "core/server/flags.h"

namespace leat {

std::string usage_text() {
  return R"(
Usage: nats-server [flags]

Server
    -a, --addr, --net HOST      address to listen on (0.0.0.0)
    -p, --port PORT             port for clients (4222); -1 for a random one
    -n, --name, --server_name   name of the server (its id)
    -P, --pid FILE              where to write the process id
    -m, --http_port PORT        port for monitoring
        --ports_file_dir DIR    where to write the file of open ports
        --client_advertise H:P  address that clients are told
    -c, --config FILE           configuration; flags win over it
    -t                          test the configuration and exit
        --test_reload FILE      with -t: whether a reload could take FILE (status 3: needs a start)
    -sl, --signal CMD[=PID]     signal a running server: ldm, stop, quit, term, reopen, reload
        --shards N              threads that serve clients and streams (1)

JetStream
    -js, --jetstream            turn it on
    -sd, --store_dir DIR        where streams are kept

Authorization
        --user NAME             name that clients must give
        --pass PASSWORD         and its password
        --auth TOKEN            or a token

Log
    -l, --log FILE              write to FILE instead of standard error
    -T, --logtime               time in every line (true)
        --logtime_utc           in UTC
        --log_size_limit BYTES  begin a new file at this size
        --max_traced_msg_len N  bytes of a payload that traces show
    -D, --debug                 debug lines
    -V, --trace                 protocol traces; -VV: those of the system account too
    -DV, -DVV                   both

    -h, --help                  this text
    -v, --version               version
)";
}

}  // namespace leat
