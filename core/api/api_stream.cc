#include "core/api/api_stream.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/api/api_desk.h"
#include "proto/api/replies.h"
#include "proto/api/validate.h"

namespace leat {

namespace {

// The lower of two bounds of which -1 means "none".
std::int64_t lower_of(std::int64_t a, std::int64_t b) {
  if (a < 0) return b;
  return b < 0 ? a : std::min(a, b);
}

void publish_action(ApiDesk& desk, const ApiCall& call, AssetAction action) {
  std::string id;
  desk.publish(call.account(), stream_action_advisory(desk.stamp(id), call.stream(), action));
}

// Cuts the list of subjects to the page that was asked for.
Page take_subjects_page(StreamStateInfo& state, std::int64_t offset) {
  if (state.subjects.empty()) return {};
  Page page{.total = static_cast<std::int64_t>(state.subjects.size()), .limit = kSubjectsPerPage};
  page.offset = std::clamp<std::int64_t>(offset, 0, page.total);
  const std::int64_t end = std::min(page.offset + page.limit, page.total);
  state.subjects.erase(state.subjects.begin() + end, state.subjects.end());
  state.subjects.erase(state.subjects.begin(), state.subjects.begin() + page.offset);
  return page;
}

StreamSeq selected(const StreamMachine& machine, const MsgGetRequest& request) {
  if (!request.last_by_subj.empty()) return machine.last_by_subject(request.last_by_subj);
  StreamSeq from = request.seq;
  if (request.start_time) from = machine.first_at_or_after(*request.start_time);
  if (request.next_by_subj.empty()) return from;
  return machine.next_by_subject(request.next_by_subj, std::max(from, StreamSeq(1)));
}

StoredMessageInfo shown(const MessageView& message, const MsgGetRequest& request) {
  StoredMessageInfo info;
  info.subject = message.subject;
  info.seq = message.sequence;
  if (!request.no_hdr) info.headers = message.headers;
  info.payload = message.payload();
  info.time = message.time;
  return info;
}

// It may wait for the disk, when the ApiStream is long gone.
void read_message(Stream& stream, MsgGetRequest request, ApiCall call) {
  const StreamSeq sequence = selected(stream.machine(), request);
  // Where the end is lost, what is not found and what was last are not known.
  const bool is_found = stream.machine().contains(sequence);
  if (stream.is_read_only() && (!is_found || !request.last_by_subj.empty())) {
    return call.refuse(stream.read_only_error());
  }
  if (!is_found) return call.refuse(ApiErrorCode::kNoMessageFound);
  stream.get_message(sequence, [&stream, sequence, request = std::move(request),
                                call = std::move(call)](Result<MessageView> message) mutable {
    if (message) return call.answer(msg_get_reply(shown(*message, request)));
    // What has left while it was being read may have left for a newer one.
    if (!stream.machine().contains(sequence)) {
      return read_message(stream, std::move(request), std::move(call));
    }
    call.refuse(api_error(ApiErrorCode::kStreamGeneralError, {message.error().text}));
  });
}

}  // namespace

void ApiStream::serve(ApiCall call) {
  switch (call.endpoint()) {
    case JsEndpoint::kStreamCreate:
      return create(std::move(call));
    case JsEndpoint::kStreamUpdate:
      return update(std::move(call));
    case JsEndpoint::kStreamDelete:
      return remove(std::move(call));
    case JsEndpoint::kStreamInfo:
      return info(std::move(call));
    case JsEndpoint::kStreamPurge:
      return purge(std::move(call));
    case JsEndpoint::kStreamMsgGet:
      return get_message(std::move(call));
    case JsEndpoint::kStreamMsgDelete:
      return delete_message(std::move(call));
    default:
      return refuse_unbuilt(std::move(call));
  }
}

MetaCommand ApiStream::command(const ApiCall& call, MetaCommandKind kind) const {
  MetaCommand command;
  command.kind = kind;
  command.name = call.stream();
  command.streams_max = desk_.settings().limits_of(call.account()).max_streams;
  return command;
}

void ApiStream::create(ApiCall call) {
  const ApiSettings& settings = desk_.settings();
  const AccountLimits& limits = settings.limits_of(call.account());
  const auto request = decode_stream_config_request(call.body(), settings.strictness);
  if (!request) return call.refuse(request.error());
  if (auto target = check_stream_target(request->config, call.stream()); !target) {
    return call.refuse(target.error());
  }
  const auto config = normalize_stream_config(*request, limits, settings.assets);
  if (!config) return call.refuse(config.error());
  if (desk_.disk_room() != DiskRoom::kEnough) {
    return call.refuse(ApiErrorCode::kStorageResourcesExceeded);
  }
  MetaCommand create = command(call, MetaCommandKind::kCreateStream);
  create.reserved_bytes_max = config->storage == StorageType::kMemory
                                  ? lower_of(limits.max_memory, settings.memory_bytes_max)
                                  : lower_of(limits.max_storage, settings.file_bytes_max);
  create.config = *config;
  const AccountId account = call.account();
  desk_.deps().assignments.change(
      account, std::move(create),
      [desk = &desk_, call = std::move(call)](const StreamChange& change) mutable {
        if (change.fate != Fate::kApplied) return call.undecided(change.fate);
        if (change.error) return call.refuse(*change.error);
        if (change.change == MetaVerdict::Change::kCreated) {
          publish_action(*desk, call, AssetAction::kCreate);
        }
        call.answer(stream_create_reply(change.info, desk->now()));
      });
}

void ApiStream::update(ApiCall call) {
  const ApiSettings& settings = desk_.settings();
  const AccountLimits& limits = settings.limits_of(call.account());
  const Assignments& assignments = desk_.deps().assignments;
  const auto request = decode_stream_config_request(call.body(), settings.strictness);
  if (!request) return call.refuse(request.error());
  auto config = normalize_stream_update(*request, settings.assets);
  if (!config) return call.refuse(config.error());
  if (config->name != call.stream()) return call.refuse(ApiErrorCode::kStreamMismatch);
  const MetaStream* current =
      assignments.state().find(assignments.account_name(call.account()), call.stream());
  if (current == nullptr) return call.refuse(ApiErrorCode::kStreamNotFound);
  if (auto status = check_stream_update(current->config, *config); !status) {
    return call.refuse(status.error());
  }
  if (auto status = check_stream_limits(*config, limits); !status) {
    return call.refuse(status.error());
  }
  close_if_sealed(*config);
  MetaCommand update = command(call, MetaCommandKind::kUpdateStream);
  update.reserved_bytes_max = config->storage == StorageType::kMemory
                                  ? lower_of(limits.max_memory, settings.memory_bytes_max)
                                  : lower_of(limits.max_storage, settings.file_bytes_max);
  update.config = *config;
  const AccountId account = call.account();
  desk_.deps().assignments.change(
      account, std::move(update),
      [desk = &desk_, call = std::move(call)](const StreamChange& change) mutable {
        if (change.fate != Fate::kApplied) return call.undecided(change.fate);
        if (change.error) return call.refuse(*change.error);
        publish_action(*desk, call, AssetAction::kModify);
        call.answer(stream_update_reply(change.info, desk->now()));
      });
}

void ApiStream::remove(ApiCall call) {
  if (!is_empty_request(call.body())) return call.refuse(ApiErrorCode::kNotEmptyRequest);
  const AccountId account = call.account();
  MetaCommand remove = command(call, MetaCommandKind::kDeleteStream);
  desk_.deps().assignments.change(
      account, std::move(remove),
      [desk = &desk_, call = std::move(call)](const StreamChange& change) mutable {
        if (change.fate != Fate::kApplied) return call.undecided(change.fate);
        if (change.error) return call.refuse(*change.error);
        publish_action(*desk, call, AssetAction::kDelete);
        call.answer(success_reply(JsEndpoint::kStreamDelete));
      });
}

void ApiStream::info(ApiCall call) {
  auto request = decode_stream_info_request(call.body(), desk_.settings().strictness);
  if (!request) return call.refuse(request.error());
  Stream* stream = desk_.find_stream(call);
  if (stream == nullptr) return;
  stream->when_readable([desk = &desk_, stream, request = std::move(*request),
                         call = std::move(call)](Fate fate) mutable {
    if (fate != Fate::kApplied) return call.undecided(fate);
    StreamInfo info = stream->info(
        {.with_deleted = request.deleted_details, .subjects_filter = request.subjects_filter});
    const Page page = take_subjects_page(info.state, request.offset);
    call.answer(stream_info_reply(info, page, desk->settings().server_name, desk->now()));
  });
}

void ApiStream::purge(ApiCall call) {
  const auto request = decode_purge_request(call.body(), desk_.settings().strictness);
  if (!request) return call.refuse(request.error());
  Stream* stream = desk_.find_whole_stream(call);
  if (stream == nullptr) return;
  if (stream->config().sealed) return call.refuse(ApiErrorCode::kStreamSealed);
  if (stream->config().deny_purge) {
    return call.refuse(api_error(ApiErrorCode::kStreamPurgeFailed, {"stream purge not permitted"}));
  }
  stream->propose(
      PurgeCommand{.filter = request->filter, .seq = request->seq, .keep = request->keep},
      [call = std::move(call)](const CommandOutcome& outcome) mutable {
        if (!outcome.is_applied()) return call.undecided(outcome.fate);
        const CommandReply& reply = *outcome.reply;
        if (reply.error) return call.refuse(*reply.error);
        call.answer(purge_reply(reply.count));
      });
}

void ApiStream::delete_message(ApiCall call) {
  const auto request = decode_msg_delete_request(call.body(), desk_.settings().strictness);
  if (!request) return call.refuse(request.error());
  Stream* stream = desk_.find_whole_stream(call);
  if (stream == nullptr) return;
  if (stream->config().sealed) return call.refuse(ApiErrorCode::kStreamSealed);
  if (stream->config().deny_delete) {
    return call.refuse(
        api_error(ApiErrorCode::kStreamMsgDeleteFailed, {"message delete not permitted"}));
  }
  // What `no_erase` would spare, overwriting with random bytes, is not done in any case: a deleted
  // message leaves with its block.
  stream->propose(DeleteMessageCommand{.seq = request->seq},
                  [call = std::move(call)](const CommandOutcome& outcome) mutable {
                    if (!outcome.is_applied()) return call.undecided(outcome.fate);
                    const CommandReply& reply = *outcome.reply;
                    if (reply.error) return call.refuse(*reply.error);
                    call.answer(success_reply(JsEndpoint::kStreamMsgDelete));
                  });
}

void ApiStream::get_message(ApiCall call) {
  auto request = decode_msg_get_request(call.body(), desk_.settings().strictness);
  if (!request) return call.refuse(request.error());
  Stream* stream = desk_.find_stream(call);
  if (stream == nullptr) return;
  stream->when_readable(
      [stream, request = std::move(*request), call = std::move(call)](Fate fate) mutable {
        if (fate != Fate::kApplied) return call.undecided(fate);
        read_message(*stream, std::move(request), std::move(call));
      });
}

void ApiStream::refuse_unbuilt(ApiCall call) {
  call.refuse(api_error(
      ApiErrorCode::kStreamInvalidConfig,
      {std::string(endpoint_name(call.endpoint())) + " is not supported by this server"}));
}

}  // namespace leat
