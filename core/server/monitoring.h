#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/monitor/monitor.h"
#include "core/net/http_server.h"
#include "core/node/shard_hosts.h"
#include "core/runtime/shard_pool.h"
#include "core/server/generation.h"
#include "core/session/connection_ledger.h"

namespace leat {

class JetStreamStorage;

// The monitoring port of the server: the HTTP server and what answers it, both on the first shard.
// Owned by the server, which closes it before its shards stop.
class Monitoring {
 public:
  struct Dependencies {
    ShardPool& pool;
    const Clock& clock;
    const ConnectionLedger& ledger;
    std::vector<ShardHosts*> hosts;             // by shard
    const JetStreamStorage* storage = nullptr;  // null: no JetStream
  };
  // Binds the port. Null: the configuration asks for none. Nobody is answered before start().
  static Result<std::unique_ptr<Monitoring>> open(Dependencies deps, const Generation& generation);

  const std::string& host() const { return http_->host(); }
  const std::string& bound_host() const { return http_->bound_host(); }  // see Listener
  std::uint16_t port() const { return http_->port(); }

  // On the first shard, all three.
  void start();
  void reload(const Generation& generation);
  void close() { http_->close(); }

 private:
  Monitoring(Dependencies deps, std::unique_ptr<HttpServer> http, const Generation& generation);
  MonitorGeneration describe(const Generation& generation) const;

  Dependencies deps_;
  std::unique_ptr<HttpServer> http_;
  WallNs start_ns_;
  std::unique_ptr<Monitor> monitor_;
};

}  // namespace leat
