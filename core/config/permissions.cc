// Permissions of users: what they may publish, subscribe to and answer.

#include "core/base/duration.h"
#include "core/base/quote.h"
#include "core/config/blocks.h"
#include "core/subject/subject.h"

namespace leat {
namespace {

enum class Side { kPublish, kSubscribe };

// Splits "subject queue" at its blank.
SubscribePattern split_queue(const std::string& entry) {
  const std::size_t blank = entry.find_first_of(" \t");
  if (blank == std::string::npos) return SubscribePattern{.subject = entry, .queue = ""};
  const std::size_t queue = entry.find_first_not_of(" \t", blank);
  return SubscribePattern{.subject = entry.substr(0, blank),
                          .queue = queue == std::string::npos ? "" : entry.substr(queue)};
}

bool entry_is_valid(const std::string& entry, Side side) {
  if (side == Side::kPublish) return is_valid_subject(entry);
  const SubscribePattern pattern = split_queue(entry);
  return is_valid_subject(pattern.subject) &&
         pattern.queue.find_first_of(" \t") == std::string::npos;
}

// A subject or a list of subjects.
std::vector<std::string> read_subjects(ConfigReader& reader, const ConfigValue& value, Side side) {
  std::vector<std::string> out;
  std::vector<const ConfigValue*> entries;
  if (value.kind == ConfigKind::kArray) {
    for (const ConfigValue& item : value.items) entries.push_back(&item);
  } else {
    entries.push_back(&value);
  }
  for (const ConfigValue* entry : entries) {
    if (entry->kind != ConfigKind::kString) {
      reader.error(
          entry->at,
          value.kind == ConfigKind::kArray
              ? "Subject in permissions array cannot be cast to string"
              : "Expected subject permissions to be a subject, or array of subjects, got " +
                    std::string(config_kind_name(*entry)));
    } else if (!entry_is_valid(entry->text, side)) {
      reader.error(value.at, "subject " + go_quote(entry->text) + " is not a valid subject");
    } else {
      out.push_back(entry->text);
    }
  }
  return out;
}

// The allow and deny lists of one side, before they take the shape of a PermissionSet.
struct SubjectLists {
  std::optional<std::vector<std::string>> allow;
  std::vector<std::string> deny;
};

SubjectLists read_lists(ConfigReader& reader, const ConfigValue& value, Side side) {
  SubjectLists lists;
  if (value.kind != ConfigKind::kMap) {
    lists.allow = read_subjects(reader, value, side);
    return lists;
  }
  const std::vector<ConfigRule<SubjectLists>> rules = {
      {{"allow"},
       [side](ConfigReader& in, const ConfigField& field, SubjectLists& into) {
         into.allow = read_subjects(in, field.value, side);
       }},
      {{"deny"}, [side](ConfigReader& in, const ConfigField& field, SubjectLists& into) {
         into.deny = read_subjects(in, field.value, side);
       }}};
  apply_rules<SubjectLists>(rules, reader, value, lists, [&](const ConfigField& field) {
    reader.error(field.value.at, "Unknown field name " + go_quote(field.key) +
                                     " parsing subject permissions, only 'allow' or 'deny' are "
                                     "permitted");
  });
  return lists;
}

std::vector<SubscribePattern> patterns(const std::vector<std::string>& entries) {
  std::vector<SubscribePattern> out;
  out.reserve(entries.size());
  for (const std::string& entry : entries) out.push_back(split_queue(entry));
  return out;
}

void read_expiry(ConfigReader& reader, const ConfigField& field, ResponsePermission& into) {
  if (field.value.kind != ConfigKind::kString) {
    reader.error(field.value.at, "error parsing expires, not a duration string");
    return;
  }
  const Result<DurationNs> expires = parse_duration(field.value.text);
  if (!expires) {
    reader.error(field.value.at, "error parsing expires: " + expires.error().text);
    return;
  }
  if (*expires != 0) into.expires = *expires;
}

std::optional<ResponsePermission> read_responses(ConfigReader& reader, const ConfigValue& value) {
  ResponsePermission responses;
  if (value.kind == ConfigKind::kBool) {
    return value.flag ? std::optional(responses) : std::nullopt;
  }
  if (value.kind != ConfigKind::kMap) {
    reader.error(value.at, "error parsing response permissions, expected a boolean or a map");
    return std::nullopt;
  }
  const std::vector<ConfigRule<ResponsePermission>> rules = {
      {{"max", "max_msgs", "max_messages", "max_responses"},
       [](ConfigReader& in, const ConfigField& field, ResponsePermission& into) {
         const auto count = in.integer(field.value);
         if (count && *count != 0) into.messages_max = static_cast<int>(*count);
       }},
      {{"expires", "expiration", "ttl"}, read_expiry}};
  apply_rules<ResponsePermission>(rules, reader, value, responses, [&](const ConfigField& field) {
    reader.error(field.value.at, "Unknown field " + go_quote(field.key) + " parsing permissions");
  });
  return responses;
}

}  // namespace

std::shared_ptr<const PermissionSet> read_permissions(ConfigReader& reader,
                                                      const ConfigValue& value) {
  if (value.kind != ConfigKind::kMap) {
    reader.error(value.at, "Expected permissions to be a map/struct, got " + config_shown(value));
    return nullptr;
  }
  auto set = std::make_shared<PermissionSet>();
  static const std::vector<ConfigRule<PermissionSet>> rules = {
      {{"pub", "publish", "import"},
       [](ConfigReader& in, const ConfigField& field, PermissionSet& into) {
         SubjectLists lists = read_lists(in, field.value, Side::kPublish);
         into.publish_allow = std::move(lists.allow);
         into.publish_deny = std::move(lists.deny);
       }},
      {{"sub", "subscribe", "export"},
       [](ConfigReader& in, const ConfigField& field, PermissionSet& into) {
         const SubjectLists lists = read_lists(in, field.value, Side::kSubscribe);
         if (lists.allow) into.subscribe_allow = patterns(*lists.allow);
         into.subscribe_deny = patterns(lists.deny);
       }},
      {{"publish_allow_responses", "allow_responses"},
       [](ConfigReader& in, const ConfigField& field, PermissionSet& into) {
         into.responses = read_responses(in, field.value);
       }}};
  apply_rules<PermissionSet>(rules, reader, value, *set, [&](const ConfigField& field) {
    reader.error(field.value.at, "Unknown field " + go_quote(field.key) + " parsing permissions");
  });
  // Answers are an exception from "nothing", so without a list nothing else may be published.
  if (set->responses && !set->publish_allow) set->publish_allow.emplace();
  return set;
}

}  // namespace leat
