#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/env/file.h"
#include "storage/api/spill_store.h"

namespace leat {

// A file of one shard for what does not fit into its memory (README.md has the picture). It is made
// when the first bytes come and removed with its owner; it is never synced. Owned by the server,
// used on the thread of the shard.
class SpillFile : public SpillStore {
 public:
  struct Place {
    std::string directory;  // exists
    std::string name;
    // The file does not grow while less than this is free on its disk.
    std::uint64_t reserve_bytes = 0;
  };
  SpillFile(FileSystem& files, Place place);
  ~SpillFile() override;
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  // Makes the directory, or removes the files that a process left there when it was killed.
  static Status prepare(FileSystem& files, const std::string& directory);

  std::optional<SpillRef> put(std::string_view bytes) override;
  void get(const SpillRef& ref, std::string& into) override;
  void drop(const SpillRef& ref) override;

  std::uint64_t file_bytes() const { return end_; }

 private:
  std::string path() const { return place_.directory + "/" + place_.name; }
  bool open_file();
  bool may_grow(std::uint64_t bytes);
  std::optional<std::uint64_t> find_room(std::size_t slot_class);
  void note_full(const std::string& why);

  FileSystem& files_;
  Place place_;
  std::unique_ptr<File> file_;  // null: nothing came yet
  std::uint64_t end_ = 0;
  std::uint64_t room_known_to_ = 0;               // there was room for the file to grow up to here
  std::vector<std::vector<std::uint64_t>> free_;  // places by class
  bool is_full_ = false;
  std::string buffer_;
};

}  // namespace leat
