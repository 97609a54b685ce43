#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/mutex.h"
#include "core/env/time_zones.h"

namespace leat {

// The zones of the machine's time zone database (tzdata), each read once, when it is first asked
// for. Any thread. Only names of the database are ever kept, so that their number bounds it.
class IanaTimeZones final : public TimeZones {
 public:
  // `directory` holds the files of the database.
  explicit IanaTimeZones(std::string directory = "/usr/share/zoneinfo")
      : directory_(std::move(directory)) {}

  const TimeZone* find(std::string_view name) override;

 private:
  std::string directory_;
  Mutex mutex_;
  std::map<std::string, std::unique_ptr<TimeZone>, std::less<>> found_ LEAT_GUARDED_BY(mutex_);
};

}  // namespace leat
