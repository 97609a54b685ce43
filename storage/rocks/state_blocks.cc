#include "storage/rocks/state_blocks.h"

#include "core/base/ids.h"
#include "storage/api/keys.h"

namespace leat::rocks {

namespace {

constexpr char kNoPart = '\0';
constexpr char kMetaRowPart = 'R';  // never a table's letter in a key

class StateBlockPolicy : public rocksdb::FlushBlockPolicy {
 public:
  explicit StateBlockPolicy(std::unique_ptr<rocksdb::FlushBlockPolicy> by_size)
      : by_size_(std::move(by_size)) {}

  // Whether a new block begins with this key, which ends with RocksDB's own bytes.
  bool Update(const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    const char part = part_of(key);
    const bool is_other = part_ != kNoPart && part != part_;
    part_ = part;
    return by_size_->Update(key, value) || is_other;
  }

 private:
  char part_of(const rocksdb::Slice& key) const {
    const std::string_view meta_row = meta_row_.view();
    if (key.starts_with({meta_row.data(), meta_row.size()})) return kMetaRowPart;
    return key.empty() ? kNoPart : key[0];
  }

  const std::unique_ptr<rocksdb::FlushBlockPolicy> by_size_;
  const keys::Key meta_row_ = keys::raft_row(kMetaGroup);
  char part_ = kNoPart;
};

class StateBlockPolicyFactory : public rocksdb::FlushBlockPolicyFactory {
 public:
  const char* Name() const override { return "leat.state_blocks"; }
  rocksdb::FlushBlockPolicy* NewFlushBlockPolicy(
      const rocksdb::BlockBasedTableOptions& options,
      const rocksdb::BlockBuilder& block) const override {
    std::unique_ptr<rocksdb::FlushBlockPolicy> by_size(
        by_size_.NewFlushBlockPolicy(options, block));
    return new StateBlockPolicy(std::move(by_size));
  }

 private:
  const rocksdb::FlushBlockBySizePolicyFactory by_size_;
};

}  // namespace

std::shared_ptr<rocksdb::FlushBlockPolicyFactory> state_blocks() {
  return std::make_shared<StateBlockPolicyFactory>();
}

}  // namespace leat::rocks
