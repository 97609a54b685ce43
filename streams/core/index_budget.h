#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/task.h"
#include "storage/api/spill_store.h"

namespace leat {

class IndexBudget;

// A part of a stream's index that can be spilled when the indexes of its shard take more memory
// than they may have. It joins the budget when it has its full size; before that, and without a
// budget, it stays in memory. Owned by its index, used on the thread of the stream.
//
//   join                 spill            use                change
//   -> only in memory -> only spilled -> in memory, and -> only in memory
//                                        still spilled
class IndexPart {
 public:
  IndexPart() = default;
  virtual ~IndexPart();
  IndexPart(const IndexPart&) = delete;
  IndexPart& operator=(const IndexPart&) = delete;

  bool is_spilled() const { return is_spilled_; }
  // Before each look at what can be spilled. It stays where it is until the budget settles, or
  // until an IndexPass that has fetched it ends.
  void use() {
    if (is_spilled_) fetch();
    if (!is_used_) is_used_ = true;
  }
  // Before each change of it.
  void change() {
    use();
    if (saved_) forget_saved();
  }
  // When a change has made it larger or smaller.
  void note_size();

 private:
  friend class IndexBudget;
  friend class IndexPass;

  // What can be spilled: appended to `out`, taken back, and given up.
  virtual void save(std::string& out) const = 0;
  virtual void load(std::string_view saved) = 0;
  virtual void release() = 0;
  virtual std::size_t memory_bytes() const = 0;  // what release() frees

  void fetch();
  void forget_saved();

  IndexBudget* budget_ = nullptr;
  IndexPart* next_ = nullptr;  // a ring of those in memory
  IndexPart* previous_ = nullptr;
  SpillRef saved_;                 // as it is now; none: not saved, or changed since
  std::size_t counted_bytes_ = 0;  // of the budget
  bool is_spilled_ = false;
  bool is_used_ = false;  // since the hand has passed
};

// The memory for the indexes of one shard's streams, with a bound: over it, parts that were not
// used for a while are spilled. What is spilled, and where to, is never state of a stream, only of
// this process. Owned by the shard's hosts, used on its thread; outlives the parts.
class IndexBudget {
 public:
  // `on_crowded` is called when there is more than the bound, once until settle(): it sees to it
  // that this is called when nobody holds anything of a part, as in a later turn.
  using Crowded = InlineFunction<void(IndexBudget&)>;
  IndexBudget(SpillStore& store, std::size_t memory_bytes_max, Crowded on_crowded);
  ~IndexBudget();
  IndexBudget(const IndexBudget&) = delete;
  IndexBudget& operator=(const IndexBudget&) = delete;

  void join(IndexPart& part);
  // Spills until the bound is kept, or the store has no more room; of very many parts some, and it
  // asks for another turn.
  void settle();
  std::size_t memory_bytes() const { return memory_bytes_; }
  std::size_t memory_bytes_max() const { return memory_bytes_max_; }
  // Parts that are not in memory.
  std::size_t count_spilled() const { return size_ - size_in_memory_; }

 private:
  friend class IndexPart;
  friend class IndexPass;

  void leave(IndexPart& part);
  void link(IndexPart& part);
  void unlink(IndexPart& part);
  void fetch(IndexPart& part);
  void count(IndexPart& part);
  void ask_to_settle();
  bool spill(IndexPart& part);
  void release(IndexPart& part);

  SpillStore& store_;
  std::size_t memory_bytes_max_;
  Crowded on_crowded_;
  IndexPart* hand_ = nullptr;  // of those in memory, the next one to be looked at
  std::size_t size_ = 0;       // of all
  std::size_t size_in_memory_ = 0;
  std::size_t memory_bytes_ = 0;
  bool is_crowded_ = false;
  std::string buffer_;
};

// A walk over much that comes by a part. What it had to fetch is given up at the end, unless it was
// changed, so that the walk does not fill the memory; one that stops here and will go on here does
// not end it. Lives on the stack of the walk.
class IndexPass {
 public:
  explicit IndexPass(IndexPart* part)  // null: nothing that can be spilled
      : part_(part), was_spilled_(part != nullptr && part->is_spilled()) {}
  void end() const;

 private:
  IndexPart* part_;
  bool was_spilled_;
};

}  // namespace leat
