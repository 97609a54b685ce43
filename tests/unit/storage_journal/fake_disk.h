#pragma once

#include <algorithm>
#include <atomic>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/env/file.h"

namespace leat::testing {

// A disk in memory that loses in a crash what was not synced, sector by sector as `keep` decides,
// and files whose directory was not synced. It may be of limited size, and fail. The journal writes
// and reads on two threads.
class FakeDisk : public FileSystem {
 public:
  struct Content {
    std::string now;
    std::string durable;
    bool is_name_durable = false;
  };

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    const std::lock_guard lock(*mutex_);
    if (mode == OpenMode::kCreate) {
      if (files_.contains(path)) return failure(ErrorKind::kExists, path);
      files_[path] = std::make_shared<Content>();
    }
    if (!files_.contains(path)) return failure(ErrorKind::kNotFound, path);
    return std::make_unique<OpenFile>(*this, files_[path]);
  }
  Result<std::vector<std::string>> list(const std::string& directory) override {
    const std::lock_guard lock(*mutex_);
    std::vector<std::string> names;
    for (const auto& [path, content] : files_) {
      if (path.starts_with(directory + "/")) names.push_back(path.substr(directory.size() + 1));
    }
    return names;
  }
  Status make_directories(const std::string& directory) override {
    const std::lock_guard lock(*mutex_);
    directories_.insert(directory);
    return {};
  }
  Status rename(const std::string& from, const std::string& to) override {
    const std::lock_guard lock(*mutex_);
    auto node = files_.extract(from);
    if (node.empty()) return failure(ErrorKind::kNotFound, from);
    node.mapped()->is_name_durable = false;
    files_.insert_or_assign(to, std::move(node.mapped()));
    return {};
  }
  Status sync_directory(const std::string& directory) override {
    const std::lock_guard lock(*mutex_);
    for (auto& [path, content] : files_) {
      if (path.starts_with(directory + "/")) content->is_name_durable = true;
    }
    return {};
  }
  bool exists(const std::string& path) override {
    const std::lock_guard lock(*mutex_);
    return files_.contains(path) || directories_.contains(path);
  }

  // Power loss: each unsynced sector is kept when keep(path, sector) says so.
  void crash(const std::function<bool(const std::string&, std::size_t)>& keep) {
    std::erase_if(files_, [](const auto& entry) { return !entry.second->is_name_durable; });
    for (auto& [path, content] : files_) {
      std::string& durable = content->durable;
      durable.resize(content->now.size(), '\0');
      for (std::size_t at = 0; at < durable.size(); at += kSector) {
        const std::size_t size = std::min(kSector, durable.size() - at);
        if (std::memcmp(&durable[at], &content->now[at], size) == 0) continue;
        if (keep(path, at / kSector)) std::memcpy(&durable[at], &content->now[at], size);
      }
      content->now = durable;
    }
  }
  void crash() {
    crash([](const std::string&, std::size_t) { return false; });
  }

  std::string& bytes_of(const std::string& path) { return files_.at(path)->now; }
  Status remove(const std::string& path) override {
    const std::lock_guard lock(*mutex_);
    files_.erase(path);
    return {};
  }
  int syncs() const { return syncs_; }
  void fail_syncs() { fails_syncs_ = true; }
  void fail_writes() { fails_writes_ = true; }
  void fail_reads() { fails_reads_ = true; }

  // All files together have at most so many bytes; any thread.
  void set_capacity(std::uint64_t size_bytes) { *capacity_ = size_bytes; }
  std::uint64_t used() const {
    const std::lock_guard lock(*mutex_);
    std::uint64_t used = 0;
    for (const auto& [path, content] : files_) used += content->now.size();
    return used;
  }
  Result<std::uint64_t> free_bytes(const std::string&) override {
    const std::uint64_t capacity = *capacity_;
    return capacity - std::min(capacity, used());
  }

 private:
  static constexpr std::size_t kSector = 512;

  class OpenFile : public File {
   public:
    OpenFile(FakeDisk& disk, std::shared_ptr<Content> content)
        : disk_(disk), content_(std::move(content)) {}
    Status write_at(std::uint64_t offset, std::string_view bytes) override {
      const std::lock_guard lock(*disk_.mutex_);
      if (disk_.fails_writes_) return failure(ErrorKind::kIo, "write: Input/output error");
      std::string& now = content_->now;
      const std::uint64_t grows =
          offset + bytes.size() - std::min(now.size(), offset + bytes.size());
      if (grows > 0 && disk_.used() + grows > *disk_.capacity_) {
        return failure(ErrorKind::kNoSpace, "write: No space left on device");
      }
      if (grows > 0) now.resize(offset + bytes.size(), '\0');
      std::memcpy(&now[offset], bytes.data(), bytes.size());
      return {};
    }
    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
      const std::lock_guard lock(*disk_.mutex_);
      if (disk_.fails_reads_) return failure(ErrorKind::kIo, "read: Input/output error");
      const std::string& now = content_->now;
      if (offset >= now.size()) return std::size_t{0};
      const std::size_t size = std::min(into.size(), now.size() - offset);
      std::memcpy(into.data(), now.data() + offset, size);
      return size;
    }
    Status sync_data() override {
      const std::lock_guard lock(*disk_.mutex_);
      if (disk_.fails_syncs_) return failure(ErrorKind::kIo, "sync");
      ++disk_.syncs_;
      content_->durable = content_->now;
      return {};
    }
    Status sync_all() override { return sync_data(); }
    Result<std::uint64_t> size() override {
      const std::lock_guard lock(*disk_.mutex_);
      return content_->now.size();
    }

   private:
    FakeDisk& disk_;
    std::shared_ptr<Content> content_;
  };

  std::shared_ptr<std::recursive_mutex> mutex_ = std::make_shared<std::recursive_mutex>();
  std::map<std::string, std::shared_ptr<Content>> files_;
  std::set<std::string> directories_;
  int syncs_ = 0;
  bool fails_syncs_ = false;
  bool fails_writes_ = false;
  bool fails_reads_ = false;
  std::shared_ptr<std::atomic<std::uint64_t>> capacity_ =
      std::make_shared<std::atomic<std::uint64_t>>(~std::uint64_t{0});
};

}  // namespace leat::testing
