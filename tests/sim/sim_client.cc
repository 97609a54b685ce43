#include "tests/sim/sim_client.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <vector>

#include "core/base/check.h"

namespace leat::sim {

namespace {

constexpr std::uint64_t kRequestSid = 0;

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (end > 0) words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

}  // namespace

SimClient::SimClient(SimLoop& loop, SimShard& shard)
    : loop_(loop),
      shard_(shard),
      inbox_("_INBOX.sim" + std::to_string(loop.next_client_number()) + "."),
      alive_(std::make_shared<bool>(true)) {}

SimClient::~SimClient() { *alive_ = false; }

bool SimClient::connect(ConnectionAcceptor& acceptor) {
  handler_ = acceptor.accept(*this);
  if (handler_ == nullptr) return false;
  send(
      "CONNECT {\"verbose\":false,\"pedantic\":false,\"headers\":true,\"no_responders\":true,"
      "\"protocol\":1}\r\nPING\r\n");
  send("SUB " + inbox_ + "> " + std::to_string(kRequestSid) + "\r\n");
  return true;
}

void SimClient::subscribe(const std::string& subject, MessageHandler on_message) {
  const std::uint64_t sid = next_sid_++;
  subscriptions_[sid] = std::move(on_message);
  send("SUB " + subject + " " + std::to_string(sid) + "\r\n");
}

void SimClient::publish(const std::string& subject, std::string_view reply,
                        std::string_view headers, std::string_view payload) {
  std::string text = headers.empty() ? "PUB " : "HPUB ";
  text += subject;
  text += ' ';
  if (!reply.empty()) {
    text += reply;
    text += ' ';
  }
  if (!headers.empty()) text += std::to_string(headers.size()) + " ";
  text += std::to_string(headers.size() + payload.size()) + "\r\n";
  text += headers;
  text += payload;
  text += "\r\n";
  send(std::move(text));
}

void SimClient::request(const std::string& subject, std::string_view headers,
                        std::string_view payload, MessageHandler on_answer) {
  const std::string inbox = inbox_ + std::to_string(next_request_++);
  requests_[inbox] = std::move(on_answer);
  publish(subject, inbox, headers, payload);
}

void SimClient::send(std::string text) {
  to_server_ += text;
  schedule_input();
}

void SimClient::schedule_input() {
  if (is_input_scheduled_ || is_paused_ || to_server_.empty() || handler_ == nullptr) return;
  is_input_scheduled_ = true;
  const auto delay = static_cast<DurationNs>(5'000 + loop_.chance().below(400'000));
  loop_.call_after(delay, [this, alive = alive_] {
    if (!*alive) return;
    shard_.post([this, alive = alive_] {
      if (*alive) hand_over();
    });
  });
}

void SimClient::hand_over() {
  is_input_scheduled_ = false;
  if (handler_ == nullptr || is_paused_ || to_server_.empty()) return;
  const std::size_t size = 1 + loop_.chance().below(to_server_.size());
  server_buffer_.append(std::string_view(to_server_).substr(0, size));
  to_server_.erase(0, size);
  handler_->on_received(server_buffer_);
  schedule_input();
}

void SimClient::resume_reading() {
  is_paused_ = false;
  schedule_input();
}

void SimClient::write(std::vector<Bytes> pieces) {
  const auto delay = static_cast<DurationNs>(5'000 + loop_.chance().below(400'000));
  loop_.call_after(delay, [this, alive = alive_, pieces = std::move(pieces)] {
    if (!*alive || handler_ == nullptr) return;
    std::size_t bytes = 0;
    for (const Bytes& piece : pieces) {
      from_server_ += piece.view();
      bytes += piece.size();
    }
    shard_.post([this, alive, bytes] {
      if (*alive && handler_ != nullptr) handler_->on_written(bytes);
    });
    parse();
  });
}

void SimClient::close(Close /*how*/) {
  shard_.post([this, alive = alive_] {
    if (!*alive || handler_ == nullptr) return;
    const auto handler = std::move(handler_);
    handler->on_closed(ByteStreamHandler::End::kOrderly);
  });
}

void SimClient::parse() {
  while (parse_one()) {
  }
  from_server_.erase(0, parsed_);
  parsed_ = 0;
}

bool SimClient::parse_one() {
  const std::size_t end = from_server_.find("\r\n", parsed_);
  if (end == std::string::npos) return false;
  const std::string line = from_server_.substr(parsed_, end - parsed_);
  if (line.starts_with("MSG ") || line.starts_with("HMSG ")) {
    const std::uint64_t size = number_of(words_of(line).back());
    if (from_server_.size() < end + 2 + size + 2) return false;
    take_message(line, line[0] == 'H');
    return true;
  }
  parsed_ = end + 2;
  if (line == "PING") send("PONG\r\n");
  if (line.starts_with("-ERR")) last_error_ = line;
  return true;
}

void SimClient::take_message(std::string_view line, bool has_headers) {
  const auto words = words_of(line);
  const std::size_t tail = has_headers ? 2 : 1;
  LEAT_CHECK(words.size() >= 3 + tail) << line;
  Delivery delivery;
  delivery.subject = words[1];
  const std::uint64_t sid = number_of(words[2]);
  if (words.size() == 4 + tail) delivery.reply = words[3];
  const std::uint64_t size = number_of(words.back());
  const std::uint64_t header_bytes = has_headers ? number_of(words[words.size() - 2]) : 0;
  const std::size_t body = parsed_ + line.size() + 2;
  delivery.headers = from_server_.substr(body, header_bytes);
  delivery.payload = from_server_.substr(body + header_bytes, size - header_bytes);
  parsed_ = body + size + 2;
  loop_.trace(delivery.subject);
  loop_.trace(delivery.payload);
  if (sid != kRequestSid) {
    subscriptions_.at(sid)(delivery);
    return;
  }
  const auto found = requests_.find(delivery.subject);
  if (found == requests_.end()) return;
  const MessageHandler handler = std::move(found->second);
  requests_.erase(found);
  handler(delivery);
}

}  // namespace leat::sim
