#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/env/clock.h"
#include "core/monitor/collector.h"
#include "core/monitor/snapshot.h"
#include "core/net/http_handler.h"
#include "core/session/connection_ledger.h"

namespace leat {

// What monitoring shows changes with each generation of the configuration.
struct MonitorGeneration {
  std::shared_ptr<const MonitorFacts> facts;
  std::shared_ptr<const AccountTable> accounts;
};

// Answers the monitoring port: varz, connz, jsz, healthz, subsz, accountz, accstatz, routez,
// gatewayz, leafz and the page of links. Owned by the server, lives on the shard of the HTTP
// server; what it shows of other shards comes by mail. Outlives the HTTP server; the shards' hosts
// outlive it.
class Monitor final : public HttpHandler {
 public:
  struct Dependencies {
    Mailbox& mailbox;
    const Clock& clock;
    const ConnectionLedger& ledger;
    std::function<DiskWaits()> disk_waits;
    std::vector<MonitoredShard> shards;
  };
  Monitor(Dependencies deps, MonitorGeneration generation);

  void reload(MonitorGeneration generation);
  void handle(HttpRequest request, HttpReply reply) override;

 private:
  void varz(HttpReply reply);
  void connz(const HttpRequest& request, HttpReply reply);
  void jsz(const HttpRequest& request, HttpReply reply);
  void healthz(const HttpRequest& request, HttpReply reply);
  void subsz(const HttpRequest& request, HttpReply reply);
  void accountz(const HttpRequest& request, HttpReply reply);
  void accstatz(const HttpRequest& request, HttpReply reply);
  MonitorQuestion question() const;
  ProcessFigures figures() const;
  void ask(MonitorQuestion asked, InlineFunction<void(MonitorSnapshot)> done);

  Dependencies deps_;
  MonitorGeneration generation_;
  std::map<std::string, std::uint64_t> requests_;  // by path; known paths only, so it is bounded
};

}  // namespace leat
