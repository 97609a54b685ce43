#include "proto/client/parser.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace leat {

namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// What has to stand behind a verb before its arguments.
enum class Behind : std::uint8_t { kBlank, kAnything, kIgnored };

struct VerbWord {
  std::string_view word;  // lower case
  ClientVerb verb;
  Behind behind;
  bool headers = false;
};

constexpr VerbWord kPub{"pub", ClientVerb::kPublish, Behind::kBlank};
constexpr VerbWord kHpub{"hpub", ClientVerb::kPublish, Behind::kBlank, true};
constexpr VerbWord kSub{"sub", ClientVerb::kSubscribe, Behind::kBlank};
constexpr VerbWord kUnsub{"unsub", ClientVerb::kUnsubscribe, Behind::kBlank};
constexpr VerbWord kPing{"ping", ClientVerb::kPing, Behind::kIgnored};
constexpr VerbWord kPong{"pong", ClientVerb::kPong, Behind::kIgnored};
constexpr VerbWord kConnect{"connect", ClientVerb::kConnect, Behind::kAnything};
constexpr VerbWord kInfo{"info", ClientVerb::kInfo, Behind::kAnything};
constexpr VerbWord kOk{"+ok", ClientVerb::kOk, Behind::kIgnored};
constexpr VerbWord kErr{"-err", ClientVerb::kError, Behind::kBlank};

// The only verb that the first two bytes leave possible; null: none.
const VerbWord* verb_by_start(std::string_view line) {
  if (line.empty()) return nullptr;
  switch (lower(line[0])) {
    case 'p': {
      const char second = line.size() > 1 ? lower(line[1]) : 'u';
      return second == 'u' ? &kPub : second == 'i' ? &kPing : second == 'o' ? &kPong : nullptr;
    }
    case 'h':
      return &kHpub;
    case 's':
      return &kSub;
    case 'u':
      return &kUnsub;
    case 'c':
      return &kConnect;
    case 'i':
      return &kInfo;
    case '+':
      return &kOk;
    case '-':
      return &kErr;
    default:
      return nullptr;
  }
}

bool starts_with_verb(std::string_view line, std::string_view word) {
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (lower(line[i]) != word[i]) return false;
  }
  return true;
}

std::string_view without_leading_blanks(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && is_blank(text[at])) ++at;
  return text.substr(at);
}

// What stands between arguments. A publish may carry a CR in its subject or reply, and not in its
// sizes; for subscriptions it is as a blank.
enum class Between : std::uint8_t { kBlanks, kBlanksAndCr };

// Cuts a line at its blanks. A count above N says that there were more arguments than fit.
template <Between kBetween, std::size_t N>
std::size_t split(std::string_view text, std::array<std::string_view, N>& arguments) {
  const auto separates = [](char c) {
    return is_blank(c) || (kBetween == Between::kBlanksAndCr && c == '\r');
  };
  std::size_t count = 0;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    while (at != end && separates(*at)) ++at;
    if (at == end) return count;
    const char* const begin = at;
    while (at != end && !separates(*at)) ++at;
    if (count == N) return N + 1;
    arguments[count++] = {begin, static_cast<std::size_t>(at - begin)};
  }
}

// -1: not a size. The number of digits is bounded so that no sum of sizes overflows.
std::int64_t parse_size(std::string_view digits) {
  if (digits.empty() || digits.size() > limits::kSizeDigits) return -1;
  std::int64_t value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

ParseOutcome ClientParser::parse(std::string_view input) {
  consumed_ = 0;
  if (publish_.open) return finish_publish(input);
  if (skipping_) return skip_to_line_end(input);
  const char* begin = input.data();
  const void* found = input.size() > scanned_
                          ? std::memchr(begin + scanned_, '\n', input.size() - scanned_)
                          : nullptr;
  if (found == nullptr) return parse_partial_line(input);
  scanned_ = 0;
  std::size_t size = static_cast<std::size_t>(static_cast<const char*>(found) - begin);
  consumed_ = size + 1;
  if (size > 0 && begin[size - 1] == '\r') --size;
  return parse_line(input.substr(0, size), input);
}

ParseOutcome ClientParser::parse_line(std::string_view line, std::string_view input) {
  const VerbWord* verb = verb_by_start(line);
  if (verb == nullptr || line.size() < verb->word.size() || !starts_with_verb(line, verb->word)) {
    return ParseOutcome::kUnknownOperation;
  }
  operation_.verb = verb->verb;
  std::string_view argument = line.substr(verb->word.size());
  if (verb->behind == Behind::kIgnored) return ParseOutcome::kOperation;
  if (verb->behind == Behind::kBlank && (argument.empty() || !is_blank(argument.front()))) {
    return ParseOutcome::kUnknownOperation;
  }
  argument = without_leading_blanks(argument);
  if (argument.size() > rules_.control_line_bytes_max) return ParseOutcome::kControlLine;
  switch (verb->verb) {
    case ClientVerb::kPublish:
      return verb->headers ? parse_header_publish(argument, input) : parse_publish(argument, input);
    case ClientVerb::kSubscribe:
      return parse_subscribe(argument);
    case ClientVerb::kUnsubscribe:
      return parse_unsubscribe(argument);
    case ClientVerb::kConnect:
    case ClientVerb::kInfo:
    case ClientVerb::kError:
    case ClientVerb::kPing:
    case ClientVerb::kPong:
    case ClientVerb::kOk:
      break;
  }
  operation_.argument = argument;
  return ParseOutcome::kOperation;
}

// A line without its end: refused as soon as it cannot become an operation any more, so that a
// peer that is no client, or one that never ends its line, is not waited for.
ParseOutcome ClientParser::parse_partial_line(std::string_view input) {
  scanned_ = input.size();
  if (input.empty()) return ParseOutcome::kNeedMore;
  const VerbWord* verb = verb_by_start(input);
  if (verb == nullptr) return ParseOutcome::kUnknownOperation;
  const std::size_t known = std::min(verb->word.size(), input.size());
  if (!starts_with_verb(input, verb->word.substr(0, known))) return ParseOutcome::kUnknownOperation;
  if (input.size() <= verb->word.size()) return ParseOutcome::kNeedMore;
  std::string_view argument = input.substr(verb->word.size());
  if (verb->behind == Behind::kIgnored) {
    operation_.verb = verb->verb;
    skipping_ = true;
    return skip_to_line_end(input);
  }
  if (verb->behind == Behind::kBlank && !is_blank(argument.front())) {
    return ParseOutcome::kUnknownOperation;
  }
  argument = without_leading_blanks(argument);
  if (!argument.empty() && argument.back() == '\r') argument.remove_suffix(1);
  const bool over = argument.size() > rules_.control_line_bytes_max ||
                    input.size() > rules_.control_line_bytes_max + limits::kLeadingBlanks;
  return over ? ParseOutcome::kControlLine : ParseOutcome::kNeedMore;
}

ParseOutcome ClientParser::skip_to_line_end(std::string_view input) {
  scanned_ = 0;
  const void* found = input.empty() ? nullptr : std::memchr(input.data(), '\n', input.size());
  if (found == nullptr) {
    consumed_ = input.size();
    return ParseOutcome::kNeedMore;
  }
  skipping_ = false;
  consumed_ = static_cast<std::size_t>(static_cast<const char*>(found) - input.data()) + 1;
  return ParseOutcome::kOperation;
}

ParseOutcome ClientParser::parse_publish(std::string_view argument, std::string_view input) {
  std::array<std::string_view, 3> arguments;
  const std::size_t count = split<Between::kBlanks>(argument, arguments);
  if (count != 2 && count != 3) return ParseOutcome::kBadArguments;
  operation_.reply = count == 3 ? arguments[1] : std::string_view{};
  const std::int64_t size = parse_size(arguments[count - 1]);
  return accept_publish({arguments[0], 0, size}, input);
}

ParseOutcome ClientParser::parse_header_publish(std::string_view argument, std::string_view input) {
  if (!rules_.headers_allowed) return ParseOutcome::kBadArguments;
  std::array<std::string_view, 4> arguments;
  const std::size_t count = split<Between::kBlanks>(argument, arguments);
  if (count != 3 && count != 4) return ParseOutcome::kBadArguments;
  operation_.reply = count == 4 ? arguments[1] : std::string_view{};
  const std::int64_t header_size = parse_size(arguments[count - 2]);
  const std::int64_t size = parse_size(arguments[count - 1]);
  if (header_size < 0 || header_size > size) return ParseOutcome::kBadArguments;
  return accept_publish({arguments[0], header_size, size}, input);
}

ParseOutcome ClientParser::accept_publish(const PublishSizes& sizes, std::string_view input) {
  if (sizes.body < 0) return ParseOutcome::kBadArguments;
  if (rules_.payload_bytes_max >= 0 && sizes.body > rules_.payload_bytes_max) {
    return ParseOutcome::kPayload;
  }
  operation_.subject = sizes.subject;
  operation_.header_bytes = static_cast<std::uint32_t>(sizes.header);
  const std::size_t body_begin = consumed_;
  const std::size_t body_end = body_begin + static_cast<std::size_t>(sizes.body);
  const auto frame_begin = static_cast<std::size_t>(sizes.subject.data() - input.data());
  if (input.size() >= body_end + 2) {
    if (input[body_end] != '\r' || input[body_end + 1] != '\n') {
      return ParseOutcome::kUnknownOperation;
    }
    operation_.body = input.substr(body_begin, body_end - body_begin);
    operation_.frame = input.substr(frame_begin, body_end - frame_begin);
    consumed_ = body_end + 2;
    return ParseOutcome::kOperation;
  }
  const auto reply_begin = operation_.reply.empty()
                               ? 0
                               : static_cast<std::size_t>(operation_.reply.data() - input.data());
  publish_ = {.open = true,
              .frame_begin = frame_begin,
              .subject_size = sizes.subject.size(),
              .reply_begin = reply_begin,
              .reply_size = operation_.reply.size(),
              .body_begin = body_begin,
              .end = body_end + 2};
  return finish_publish(input);
}

ParseOutcome ClientParser::finish_publish(std::string_view input) {
  const std::size_t body_end = publish_.end - 2;
  if (input.size() > body_end && input[body_end] != '\r') return ParseOutcome::kUnknownOperation;
  if (input.size() < publish_.end) {
    consumed_ = 0;
    return ParseOutcome::kNeedMore;
  }
  if (input[body_end + 1] != '\n') return ParseOutcome::kUnknownOperation;
  operation_.subject = input.substr(publish_.frame_begin, publish_.subject_size);
  operation_.reply = input.substr(publish_.reply_begin, publish_.reply_size);
  operation_.body = input.substr(publish_.body_begin, body_end - publish_.body_begin);
  operation_.frame = input.substr(publish_.frame_begin, body_end - publish_.frame_begin);
  consumed_ = publish_.end;
  publish_.open = false;
  return ParseOutcome::kOperation;
}

ParseOutcome ClientParser::parse_subscribe(std::string_view argument) {
  std::array<std::string_view, 3> arguments;
  const std::size_t count = split<Between::kBlanksAndCr>(argument, arguments);
  if (count != 2 && count != 3) return ParseOutcome::kBadArguments;
  operation_.subject = arguments[0];
  operation_.queue = count == 3 ? arguments[1] : std::string_view{};
  operation_.sid = arguments[count - 1];
  return ParseOutcome::kOperation;
}

ParseOutcome ClientParser::parse_unsubscribe(std::string_view argument) {
  std::array<std::string_view, 2> arguments;
  const std::size_t count = split<Between::kBlanksAndCr>(argument, arguments);
  if (count != 1 && count != 2) return ParseOutcome::kBadArguments;
  operation_.sid = arguments[0];
  operation_.deliveries_max = count == 2 ? parse_size(arguments[1]) : 0;
  return ParseOutcome::kOperation;
}

}  // namespace leat
