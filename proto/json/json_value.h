#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace leat {

enum class JsonKind : std::uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };

// The word of a kind in Go's type errors: "string", "number", "array", ...
std::string_view go_word(JsonKind kind);

// True when Go would take `key` for the field `name`: equal, or equal after simple case folding.
bool json_names_match(std::string_view key, std::string_view name);

namespace internal {

// One value of a document. The nodes of a document stand in reading order: an object's node is
// followed by key, value, key, value, ...; an array's by its elements. `end` is the index of the
// first node after this value, so a reader can step over it.
struct JsonNode {
  JsonKind kind = JsonKind::kNull;
  bool truth = false;            // of a kBool
  std::uint32_t end = 0;         // index after the last node of this value
  std::uint32_t count = 0;       // members of an object, elements of an array
  std::uint32_t raw_begin = 0;   // the value as it was written
  std::uint32_t raw_size = 0;    //
  std::uint32_t text_begin = 0;  // a string without quotes and escapes, or a number as written
  std::uint32_t text_size = 0;   //
};

}  // namespace internal

class JsonElements;
class JsonMembers;

// A place in a JsonDocument: cheap to copy, valid as long as the document lives (moving the
// document keeps it valid). Immutable.
class JsonValue {
 public:
  JsonKind kind() const { return node().kind; }
  bool is_null() const { return kind() == JsonKind::kNull; }
  bool boolean() const { return node().truth; }  // false for every other kind
  // A string decoded, or a number as it was written; empty for every other kind.
  std::string_view text() const { return {text_ + node().text_begin, node().text_size}; }
  // The value as it was written, without white space around it.
  std::string_view raw() const { return {text_ + node().raw_begin, node().raw_size}; }
  // Members of an object or elements of an array; 0 for every other kind.
  std::size_t size() const { return node().count; }

  // Numbers, read exactly: nothing when this is no number, has a fraction or exponent where an
  // integer is asked for, or is out of range.
  std::optional<std::int64_t> as_int64() const;
  std::optional<std::uint64_t> as_uint64() const;
  std::optional<double> as_double() const;

  // The last member that Go would take for a field called `name`; nothing if this is no object.
  std::optional<JsonValue> find(std::string_view name) const;

  JsonElements elements() const;  // of an array; empty for every other kind
  JsonMembers members() const;    // of an object, in written order; empty for every other kind

 private:
  friend class JsonDocument;
  friend class JsonElements;
  friend class JsonMembers;
  JsonValue(const internal::JsonNode* nodes, std::uint32_t index, const char* text)
      : nodes_(nodes), index_(index), text_(text) {}
  const internal::JsonNode& node() const { return nodes_[index_]; }
  JsonValue at(std::uint32_t index) const { return {nodes_, index, text_}; }

  const internal::JsonNode* nodes_;
  std::uint32_t index_;
  const char* text_;
};

struct JsonMember {
  std::string_view key;
  JsonValue value;
};

// for (JsonValue element : value.elements())
class JsonElements {
 public:
  class Iterator {
   public:
    explicit Iterator(JsonValue value) : value_(value) {}
    JsonValue operator*() const { return value_; }
    Iterator& operator++() {
      value_ = value_.at(value_.node().end);
      return *this;
    }
    bool operator!=(const Iterator& other) const { return value_.index_ != other.value_.index_; }

   private:
    JsonValue value_;
  };
  explicit JsonElements(JsonValue array) : array_(array) {}
  Iterator begin() const { return Iterator(array_.at(array_.index_ + 1)); }
  Iterator end() const;

 private:
  JsonValue array_;
};

// for (JsonMember member : value.members())
class JsonMembers {
 public:
  class Iterator {
   public:
    explicit Iterator(JsonValue key) : key_(key) {}
    JsonMember operator*() const { return {key_.text(), key_.at(key_.index_ + 1)}; }
    Iterator& operator++() {
      key_ = key_.at(key_.at(key_.index_ + 1).node().end);
      return *this;
    }
    bool operator!=(const Iterator& other) const { return key_.index_ != other.key_.index_; }

   private:
    JsonValue key_;
  };
  explicit JsonMembers(JsonValue object) : object_(object) {}
  Iterator begin() const { return Iterator(object_.at(object_.index_ + 1)); }
  Iterator end() const;

 private:
  JsonValue object_;
};

// One parsed JSON value with everything in it. Owns a copy of the text; moved, never copied.
class JsonDocument {
 public:
  JsonDocument(std::vector<internal::JsonNode> nodes, std::vector<char> text)
      : nodes_(std::move(nodes)), text_(std::move(text)) {}
  JsonDocument(JsonDocument&&) = default;
  JsonDocument& operator=(JsonDocument&&) = default;
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;

  JsonValue root() const { return {nodes_.data(), 0, text_.data()}; }

 private:
  std::vector<internal::JsonNode> nodes_;
  std::vector<char> text_;  // as written, then the strings whose decoded form differs
};

}  // namespace leat
