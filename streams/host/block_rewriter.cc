#include "streams/host/block_rewriter.h"

#include <utility>

#include "core/base/limits.h"
#include "core/base/log.h"
#include "streams/host/block_fold.h"

namespace leat {

namespace {
constexpr std::size_t kParts = 2;  // of a job: its block and its index row
}  // namespace

BlockRewriter::BlockRewriter(GroupId stream, MessageStore& store)
    : stream_(stream), store_(store) {}

void BlockRewriter::read_some(StreamBlocks& blocks) {
  if (jobs_.size() >= limits::kRewritesAtOnce) return;
  for (const StreamSeq first : blocks.take_sparse(limits::kRewritesAtOnce - jobs_.size())) {
    Job* job = jobs_.emplace_back(std::make_unique<Job>(Job{.first = first})).get();
    const auto to = [self = lifetime_.ref(), job](Part part) {
      return [self, job, part](Result<Bytes> value) {
        if (self) self->arrived(*job, part, std::move(value));
      };
    };
    store_.read_block(stream_, first, to(&Job::block));
    store_.read_index_row(stream_, first, to(&Job::index_row));
  }
}

void BlockRewriter::arrived(Job& job, Part part, Result<Bytes> value) {
  ++job.parts;
  if (value) {
    job.*part = std::move(*value);
  } else {
    job.is_failed = true;  // gone meanwhile, or whoever reads it will say what is wrong
  }
}

void BlockRewriter::put(StreamBlocks& blocks, const StreamMachine& machine) {
  std::erase_if(jobs_, [&](const std::unique_ptr<Job>& job) {
    if (job->parts < kParts) return false;
    if (job->is_failed) return true;
    Result<FoldedBlock> folded = fold(job->block, job->index_row, machine);
    if (!folded) {
      LEAT_LOG(kError) << "Stream " << stream_ << ": block " << job->first
                       << " is not rewritten: " << folded.error().text;
      return true;
    }
    if (folded->live_count == 0) return true;  // deleted as a whole
    blocks.rewrite({.first = job->first, .value = std::move(folded->block)},
                   {.first = job->first, .value = std::move(folded->index_row)},
                   folded->live_count);
    return true;
  });
}

}  // namespace leat
