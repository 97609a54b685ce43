#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/subject/collision_set.h"
#include "proto/api/errors.h"
#include "proto/record/meta_entry.h"

namespace leat {

// What the meta group decided about one command.
struct MetaVerdict {
  enum class Change : std::uint8_t { kNone, kCreated, kUpdated, kDeleted };
  std::optional<ApiError> error{};
  Change change = Change::kNone;  // kNone without an error: the stream was so already
  MetaStream stream{};            // as it is now, or was before its deletion; not with an error
};

// The streams of all accounts by name: who they are and how they are configured, and nothing of
// what is in them. A pure machine: the same commands make the same state on every server. Owned by
// core/cluster's meta group, on the first shard.
//
// Holds between calls: no two streams of an account have the same name or subjects that collide;
// a uid and a configuration number are never given twice.
class MetaState {
 public:
  MetaState();

  // Applies one command; decides about names, overlap and reservations.
  MetaVerdict apply(const MetaEntry& entry);

  const MetaStream* find(std::string_view account, std::string_view name) const;
  std::size_t stream_count() const { return by_uid_.size(); }
  // Visits every stream, by uid.
  void for_each(const std::function<void(const MetaStream&)>& visit) const;
  // Visits the streams of an account in the order of their names.
  void for_each_of(std::string_view account,
                   const std::function<void(const MetaStream&)>& visit) const;
  // Bytes that streams of an account and a storage type have set aside with max_bytes.
  std::int64_t reserved_bytes(std::string_view account, StorageType storage) const;
  // Above all uids that were ever given.
  GroupId next_uid() const { return counters_.next_uid; }
  // The stamp of the next command is not below it.
  WallNs last_stamp() const { return counters_.stamp; }

  // Rows that changed since the last call; an empty value deletes the row.
  using RowVisitor = std::function<void(const std::string& key, const std::string& value)>;
  void take_dirty_rows(const RowVisitor& visit);
  // The way back, on a new machine, in any order. kCorruption when rows contradict each other.
  Status load_row(std::string_view key, std::string_view value);

 private:
  // What the streams of one account have taken together.
  struct Usage {
    CollisionSet subjects;
    std::int64_t streams = 0;
    std::int64_t reserved_memory_bytes = 0;
    std::int64_t reserved_file_bytes = 0;

    std::int64_t& reserved(StorageType storage) {
      return storage == StorageType::kMemory ? reserved_memory_bytes : reserved_file_bytes;
    }
  };

  struct NameKey {
    std::string account;
    std::string name;
    friend auto operator<=>(const NameKey&, const NameKey&) = default;
  };

  MetaVerdict create(const MetaCommand& command);
  MetaVerdict update(const MetaCommand& command);
  MetaVerdict remove(const MetaCommand& command);
  MetaStream* find_mutable(std::string_view account, std::string_view name);
  std::optional<ApiError> check_limits(const MetaCommand& command, const MetaStream* current) const;
  bool overlaps(const MetaCommand& command, const MetaStream* current);
  void count(const MetaStream& stream);
  void discount(const MetaStream& stream);

  MetaCounters counters_;
  std::map<GroupId, MetaStream> by_uid_;
  std::map<NameKey, GroupId> by_name_;
  std::map<std::string, Usage, std::less<>> usage_;  // by account; what by_uid_ says
  std::set<GroupId> dirty_;
  bool are_counters_dirty_ = false;
};

}  // namespace leat
