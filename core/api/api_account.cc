#include "core/api/api_account.h"

#include <algorithm>
#include <utility>

#include "core/api/api_desk.h"
#include "core/subject/subject.h"

namespace leat {

namespace {

constexpr ShardId kFirstShard{0};

// Asks every shard the same question and runs `finish` on this one when all have answered.
// `ask` runs on the asked shard and gives a Part; `finish` gets all parts in shard order.
template <typename Part>
class Gathering {
 public:
  using Ask = std::function<Part(ApiDesk&)>;
  using Finish = InlineFunction<void(std::vector<Part>&)>;

  static void start(ApiDesk& desk, Ask ask, Finish finish) {
    auto gathering = std::make_shared<Gathering>();
    gathering->parts_.resize(desk.desks().size());
    gathering->left_ = desk.desks().size();
    gathering->finish_ = std::move(finish);
    for (std::uint16_t shard = 0; shard < desk.desks().size(); ++shard) {
      ApiDesk* there = desk.desks()[shard];
      desk.deps().mailbox.send(ShardId(shard), [there, shard, ask, gathering] {
        there->deps().mailbox.send(kFirstShard, [shard, gathering, part = ask(*there)]() mutable {
          gathering->parts_[shard] = std::move(part);
          if (--gathering->left_ == 0) gathering->finish_(gathering->parts_);
        });
      });
    }
  }

 private:
  std::vector<Part> parts_;  // touched on the first shard only
  std::size_t left_ = 0;
  Finish finish_;
};

struct AccountPart {
  StreamUsage usage;
  ApiDesk::Counts counts;
};

std::uint64_t reserved(const Assignments& assignments, AccountId account, StorageType storage) {
  return static_cast<std::uint64_t>(
      assignments.state().reserved_bytes(assignments.account_name(account), storage));
}

}  // namespace

void ApiAccount::serve(ApiCall call) {
  switch (call.endpoint()) {
    case JsEndpoint::kInfo:
      return info(std::move(call));
    case JsEndpoint::kStreamNames:
      return names(std::move(call));
    default:
      return list(std::move(call));
  }
}

void ApiAccount::info(ApiCall call) {
  const AccountId account = call.account();
  Gathering<AccountPart>::start(
      desk_,
      [account](ApiDesk& there) {
        return AccountPart{there.deps().streams.usage(account), there.counts(account)};
      },
      [desk = &desk_, call = std::move(call)](std::vector<AccountPart>& parts) mutable {
        AccountInfo info;
        for (const AccountPart& part : parts) {
          info.memory += part.usage.memory_bytes;
          info.storage += part.usage.file_bytes;
          info.streams += part.usage.streams;
          info.consumers += part.usage.consumers;
          info.api_total += part.counts.total;
          info.api_errors += part.counts.errors;
        }
        const Assignments& assignments = desk->deps().assignments;
        info.reserved_memory = reserved(assignments, call.account(), StorageType::kMemory);
        info.reserved_storage = reserved(assignments, call.account(), StorageType::kFile);
        info.domain = desk->settings().domain;
        info.limits = desk->settings().limits_of(call.account());
        call.answer(account_info_reply(info));
      });
}

std::vector<std::string> ApiAccount::matching_names(AccountId account,
                                                    const PageRequest& request) const {
  std::vector<std::string> names;
  const Assignments& assignments = desk_.deps().assignments;
  assignments.state().for_each_of(
      assignments.account_name(account), [&names, &request](const MetaStream& stream) {
        const std::vector<std::string>& subjects = stream.config.subjects;
        const bool matches =
            request.subject.empty() ||
            std::any_of(subjects.begin(), subjects.end(), [&request](const std::string& subject) {
              return subjects_collide(subject, request.subject);
            });
        if (matches) names.push_back(stream.config.name);
      });
  return names;
}

std::vector<std::string> ApiAccount::page_of(std::vector<std::string> names, Page& page) const {
  page.total = static_cast<std::int64_t>(names.size());
  page.offset = std::clamp<std::int64_t>(page.offset, 0, page.total);
  const std::int64_t end = std::min(page.offset + page.limit, page.total);
  return {std::make_move_iterator(names.begin() + page.offset),
          std::make_move_iterator(names.begin() + end)};
}

void ApiAccount::names(ApiCall call) {
  const auto request = decode_stream_page_request(call.body(), desk_.settings().strictness);
  if (!request) return call.refuse(request.error());
  Page page{.offset = request->offset, .limit = kNamesPerPage};
  const auto shown = page_of(matching_names(call.account(), *request), page);
  call.answer(stream_names_reply(shown, page));
}

void ApiAccount::list(ApiCall call) {
  const auto request = decode_stream_page_request(call.body(), desk_.settings().strictness);
  if (!request) return call.refuse(request.error());
  Page page{.offset = request->offset, .limit = kInfosPerPage};
  auto shown = std::make_shared<const std::vector<std::string>>(
      page_of(matching_names(call.account(), *request), page));
  const AccountId account = call.account();
  Gathering<std::vector<StreamInfo>>::start(
      desk_,
      [account, shown](ApiDesk& there) {
        std::vector<StreamInfo> infos;
        for (const std::string& name : *shown) {
          const Stream* stream = there.deps().streams.find(account, name);
          if (stream != nullptr) infos.push_back(stream->info({}));
        }
        return infos;
      },
      [desk = &desk_, page,
       call = std::move(call)](std::vector<std::vector<StreamInfo>>& parts) mutable {
        std::vector<StreamInfo> infos;
        for (std::vector<StreamInfo>& part : parts) {
          std::move(part.begin(), part.end(), std::back_inserter(infos));
        }
        std::sort(infos.begin(), infos.end(), [](const StreamInfo& a, const StreamInfo& b) {
          return a.config.name < b.config.name;
        });
        call.answer(stream_list_reply(infos, page, desk->now()));
      });
}

}  // namespace leat
