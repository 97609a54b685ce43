#include "core/api/api_account.h"

#include <algorithm>
#include <utility>

#include "core/api/api_desk.h"
#include "core/env/gather.h"
#include "core/subject/subject.h"

namespace leat {

namespace {

std::vector<Mailbox*> mailboxes_of(const ApiDesk& desk) {
  std::vector<Mailbox*> mailboxes;
  for (const ApiDesk* there : desk.desks()) mailboxes.push_back(&there->deps().mailbox);
  return mailboxes;
}

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
  gather_from_shards<AccountFigures>(
      mailboxes_of(desk_), kFirstShard,
      [account, desks = &desk_.desks()](ShardId there) {
        return (*desks)[there.value]->figures(account);
      },
      [desk = &desk_, call = std::move(call)](const std::vector<AccountFigures>& parts) mutable {
        AccountInfo info;
        for (const AccountFigures& part : parts) info.add(part);
        const Assignments& assignments = desk->deps().assignments;
        info.reserved_memory_bytes = reserved(assignments, call.account(), StorageType::kMemory);
        info.reserved_file_bytes = reserved(assignments, call.account(), StorageType::kFile);
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
  gather_from_shards<std::vector<StreamInfo>>(
      mailboxes_of(desk_), kFirstShard,
      [account, shown, desks = &desk_.desks()](ShardId there) {
        std::vector<StreamInfo> infos;
        for (const std::string& name : *shown) {
          const Stream* stream = (*desks)[there.value]->deps().streams.find(account, name);
          if (stream != nullptr) infos.push_back(stream->info({}));
        }
        return infos;
      },
      [desk = &desk_, page,
       call = std::move(call)](std::vector<std::vector<StreamInfo>> parts) mutable {
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
