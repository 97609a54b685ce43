#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/base/ids.h"
#include "proto/api/stream_config.h"
#include "streams/core/stream_effects.h"

namespace leat::testing {

struct NaivePublish {
  std::string subject{};
  std::string msg_id{};
  std::optional<std::uint64_t> expected_last{};
  std::optional<std::uint64_t> expected_subject{};
  bool rolls_up = false;
  std::uint32_t ttl_s = 0;  // kTtlNever: never
  std::uint32_t size_bytes = 0;
};

// The rules of a stream without consumers, written down as plainly as they can be: everything is
// found by looking at every message.
class NaiveStream {
 public:
  struct Message {
    WallNs time = 0;
    std::string subject;
    std::uint32_t size_bytes = 0;
    std::uint32_t ttl_s = 0;
  };

  StreamConfig config;
  std::map<std::uint64_t, Message> messages;
  std::uint64_t last = 0;

  // "seq 5", "duplicate 5" or the number of an error.
  std::string publish(const NaivePublish& publish, WallNs now);
  std::uint64_t purge(const std::string& filter, std::uint64_t seq, std::uint64_t keep);
  bool erase(std::uint64_t seq) { return messages.erase(seq) > 0; }
  std::uint64_t expire(WallNs now);
  void keep_limits();
  // Ids that the window has left do not come back with a longer one.
  void forget_ids(WallNs now);

  std::uint64_t bytes() const;
  std::uint64_t last_of(const std::string& subject) const;

 private:
  std::uint64_t count_of(const std::string& subject) const;
  void trim(const std::string& subject);
  std::string refuse_new(const NaivePublish& publish) const;

  struct Id {
    std::uint64_t seq = 0;
    WallNs time = 0;
  };
  std::map<std::string, Id> ids_;
};

}  // namespace leat::testing
