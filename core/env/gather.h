#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/env/mailbox.h"

namespace leat {

// Asks every shard of the server the same question and gathers what they say. `ask(shard)` gives a
// Part; it is copied and runs on each shard, in a later turn on the caller's own as well.
// `finish(std::vector<Part>)` runs on the caller's shard `home` when all have answered, with the
// parts in the order of the shards. `mailboxes` are those of the shards, in their order; everything
// that `ask` refers to outlives the answer.
template <typename Part, typename Ask, typename Finish>
void gather_from_shards(const std::vector<Mailbox*>& mailboxes, ShardId home, Ask ask,
                        Finish finish) {
  struct Gathering {
    std::vector<Part> parts;  // touched at home only, as everything here
    std::size_t left = 0;
    Finish finish;
  };
  auto gathering = std::make_shared<Gathering>(
      Gathering{std::vector<Part>(mailboxes.size()), mailboxes.size(), std::move(finish)});
  for (std::size_t i = 0; i < mailboxes.size(); ++i) {
    const ShardId there(static_cast<std::uint16_t>(i));
    mailboxes[home.value]->send(there, [there, home, ask, gathering, answer_by = mailboxes[i]] {
      auto part = std::make_unique<Part>(ask(there));
      answer_by->send(home, [there, gathering, part = std::move(part)] {
        gathering->parts[there.value] = std::move(*part);
        if (--gathering->left == 0) gathering->finish(std::move(gathering->parts));
      });
    });
  }
}

}  // namespace leat
