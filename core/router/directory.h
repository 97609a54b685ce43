#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/base/ids.h"
#include "core/base/text_map.h"
#include "proto/api/js_subject.h"

namespace leat {

// Which subjects of a consumer have somebody behind them, beside its pulls.
struct ConsumerTraffic {
  bool takes_acks = true;
  bool takes_flow_control = false;  // answers to its questions
};

// A change of the directory, as every shard is told it.
struct DirectoryChange {
  enum class Kind : std::uint8_t {
    kStreamClaimed,
    kStreamReleased,
    kConsumerClaimed,
    kConsumerReleased,
    kDirectGetAllowed,
    kDirectGetRefused
  };
  Kind kind = Kind::kStreamClaimed;
  ShardId owner;
  AccountId account;
  std::string stream;
  std::string consumer;
  ConsumerTraffic traffic{};  // of a consumer that is claimed
};

// Which shard takes the JetStream traffic of which stream: (account, stream[, consumer]) -> shard.
// One copy in each shard's router, on its thread; equal everywhere once the mail is taken.
class Directory {
 public:
  void answer_api() { has_api_ = true; }
  void enable_account(AccountId account);
  bool is_enabled(AccountId account) const;
  // Where there is an API it answers in every account: where JetStream is not enabled, that.
  bool answers_api(AccountId account) const { return has_api_ || is_enabled(account); }
  void apply(const DirectoryChange& change);

  // What becomes of a subject under `$JS.`.
  enum class Way : std::uint8_t {
    kNobody,     // no responders: JetStream is off, the stream or consumer does not exist, or it
                 // does not take this
    kSwallowed,  // taken without an answer
    kAck,
    kPull,
    kDirectGet,
    kStreamApi
  };
  struct Place {
    Way way = Way::kNobody;
    ShardId shard;
  };
  Place find(AccountId account, const JsSubject& subject) const;

 private:
  struct Stream {
    ShardId owner;
    bool allows_direct_get = false;
    TextMap<ConsumerTraffic> consumers{1};  // most have few
  };
  struct Account {
    bool is_enabled = false;
    TextMap<Stream> streams;
  };

  // Acks, flow control and pulls.
  static Place place_of_consumer(const Stream& stream, const JsSubject& subject);
  const Stream* find_stream(AccountId account, std::string_view name) const;

  std::vector<Account> accounts_;  // by AccountId
  bool has_api_ = false;
};

}  // namespace leat
