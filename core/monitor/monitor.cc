#include "core/monitor/monitor.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <thread>
#include <utility>

#include "core/monitor/accountz.h"
#include "core/monitor/connz.h"
#include "core/monitor/healthz.h"
#include "core/monitor/jsz.h"
#include "core/monitor/pages.h"
#include "core/monitor/varz.h"

namespace leat {
namespace {

std::uint64_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  in >> all >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

HttpResponse not_found() {
  return HttpResponse{
      .status = 404, .content_type = "text/plain; charset=utf-8", .body = "404 page not found\n"};
}

}  // namespace

Monitor::Monitor(Dependencies deps, MonitorGeneration generation)
    : deps_(std::move(deps)), generation_(std::move(generation)) {}

void Monitor::reload(MonitorGeneration generation) { generation_ = std::move(generation); }

MonitorQuestion Monitor::question() const {
  MonitorQuestion asked;
  asked.accounts = generation_.accounts;
  asked.jetstream_accounts = generation_.facts->jetstream_accounts;
  return asked;
}

ProcessFigures Monitor::figures() const {
  ProcessFigures out;
  const double life = static_cast<double>(deps_.clock.wall_ns() - generation_.facts->start) / 1e9;
  out.memory_bytes = resident_bytes();
  // Rounded to a tenth, as process tools show it.
  if (life > 0) {
    out.cpu_percent = static_cast<double>(static_cast<int>(cpu_seconds() / life * 1000)) / 10;
  }
  out.cores = static_cast<int>(std::thread::hardware_concurrency());
  out.total_connections = deps_.ledger.total();
  out.open_connections = deps_.ledger.open();
  out.http_requests = requests_;
  out.disk_waits = deps_.disk_waits();
  return out;
}

void Monitor::ask(MonitorQuestion asked, InlineFunction<void(MonitorSnapshot)> done) {
  collect(deps_.mailbox, deps_.shards, std::move(asked), std::move(done));
}

void Monitor::handle(HttpRequest request, HttpReply reply) {
  const MonitorFacts& facts = *generation_.facts;
  const WallNs now = deps_.clock.wall_ns();
  std::string path = request.path;
  const std::string& base = facts.options->http.base_path;
  if (!base.empty() && base != "/" && path.starts_with(base)) path.erase(0, base.size());
  if (path == "/subscriptionsz") path = "/subsz";

  const bool is_known = path == "/varz" || path == "/connz" || path == "/jsz" ||
                        path == "/healthz" || path == "/subsz" || path == "/routez" ||
                        path == "/gatewayz" || path == "/leafz" || path == "/accountz" ||
                        path == "/accstatz" || path == "/" || path.empty();
  if (!is_known) {
    reply(not_found());
    return;
  }
  ++requests_[path.empty() ? "/" : path];
  if (path == "/varz") return varz(std::move(reply));
  if (path == "/connz") return connz(request, std::move(reply));
  if (path == "/jsz") return jsz(request, std::move(reply));
  if (path == "/healthz") return healthz(request, std::move(reply));
  if (path == "/subsz") return subsz(request, std::move(reply));
  if (path == "/accountz") return accountz(request, std::move(reply));
  if (path == "/accstatz") return accstatz(request, std::move(reply));
  if (path == "/routez") return reply(json_response(routez_json(facts, now)));
  if (path == "/gatewayz") return reply(json_response(gatewayz_json(facts, now)));
  if (path == "/leafz") return reply(json_response(leafz_json(facts, now)));
  reply(index_page(facts));
}

void Monitor::varz(HttpReply reply) {
  MonitorQuestion asked = question();
  asked.streams = MonitorQuestion::Streams::kTotals;
  ask(std::move(asked), [this, reply = std::move(reply)](MonitorSnapshot snapshot) mutable {
    reply(json_response(varz_json(*generation_.facts, snapshot, figures(), deps_.clock.wall_ns())));
  });
}

void Monitor::connz(const HttpRequest& request, HttpReply reply) {
  Result<ConnzQuery> query = parse_connz_query(request);
  if (!query) return reply(bad_request(query.error().text));
  query->is_known_account = query->account.empty() || generation_.accounts->find(query->account);
  MonitorQuestion asked = question();
  asked.open_connections = query->wants_open();
  asked.closed_connections = query->wants_closed();
  asked.subscriptions = query->subscriptions != ConnzQuery::Subscriptions::kNone;
  ask(std::move(asked), [this, query = std::move(*query),
                         reply = std::move(reply)](MonitorSnapshot snapshot) mutable {
    reply(json_response(
        connz_json(*generation_.facts, query, std::move(snapshot), deps_.clock.wall_ns())));
  });
}

void Monitor::jsz(const HttpRequest& request, HttpReply reply) {
  Result<JszQuery> query = parse_jsz_query(request);
  if (!query) return reply(bad_request(query.error().text));
  MonitorQuestion asked = question();
  asked.account = query->account;
  asked.streams = query->consumers         ? MonitorQuestion::Streams::kConsumers
                  : query->shows_streams() ? MonitorQuestion::Streams::kStreams
                                           : MonitorQuestion::Streams::kTotals;
  ask(std::move(asked), [this, query = std::move(*query),
                         reply = std::move(reply)](MonitorSnapshot snapshot) mutable {
    reply(json_response(jsz_json(*generation_.facts, query, snapshot, deps_.clock.wall_ns())));
  });
}

void Monitor::healthz(const HttpRequest& request, HttpReply reply) {
  Result<HealthzQuery> query = parse_healthz_query(request);
  if (!query) return reply(bad_request(query.error().text));
  MonitorQuestion asked = question();
  asked.damages = true;
  if (!query->account.empty()) {
    asked.account = query->account;
    asked.streams = query->consumer.empty() ? MonitorQuestion::Streams::kStreams
                                            : MonitorQuestion::Streams::kConsumers;
  }
  ask(std::move(asked), [this, query = std::move(*query),
                         reply = std::move(reply)](MonitorSnapshot snapshot) mutable {
    reply(healthz_response(generation_, query, snapshot));
  });
}

void Monitor::subsz(const HttpRequest& request, HttpReply reply) {
  Result<SubszQuery> query = parse_subsz_query(request);
  if (!query) return reply(bad_request(query.error().text));
  MonitorQuestion asked = question();
  asked.open_connections = asked.subscriptions = query->with_list;
  asked.interest = true;
  asked.account = query->account;
  ask(std::move(asked), [this, query = std::move(*query),
                         reply = std::move(reply)](MonitorSnapshot snapshot) mutable {
    reply(json_response(subsz_json(*generation_.facts, query, snapshot, deps_.clock.wall_ns())));
  });
}

void Monitor::accountz(const HttpRequest& request, HttpReply reply) {
  std::string name(request.parameter("acc"));
  if (!name.empty() && !generation_.accounts->find(name)) {
    return reply(bad_request("Account " + name + " does not exist"));
  }
  MonitorQuestion asked = question();
  asked.traffic = asked.interest = !name.empty();
  asked.account = name;
  ask(std::move(asked),
      [this, name = std::move(name), reply = std::move(reply)](MonitorSnapshot snapshot) mutable {
        const WallNs now = deps_.clock.wall_ns();
        reply(json_response(name.empty() ? accounts_json(generation_, now)
                                         : account_json(generation_, name, snapshot, now)));
      });
}

void Monitor::accstatz(const HttpRequest& request, HttpReply reply) {
  const Result<bool> with_unused = query_flag(request, "unused");
  if (!with_unused) return reply(bad_request(with_unused.error().text));
  MonitorQuestion asked = question();
  asked.traffic = true;
  const auto shown = *with_unused ? AccstatzShown::kAll : AccstatzShown::kConnected;
  ask(std::move(asked), [this, shown, reply = std::move(reply)](MonitorSnapshot snapshot) mutable {
    reply(json_response(accstatz_json(generation_, shown, snapshot, deps_.clock.wall_ns())));
  });
}

}  // namespace leat
