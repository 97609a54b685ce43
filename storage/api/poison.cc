#include "storage/api/poison.h"

#include <cstdlib>

#include "core/base/log.h"

namespace leat {

namespace {

constexpr int kExitCodeIo = 74;  // EX_IOERR of sysexits.h

}  // namespace

void poison_process(std::string_view what, const Error& error) {
  LEAT_LOG(kFatal) << what << " failed, the server stops: " << error.text
                   << ". Nothing that was acknowledged is lost by that; look at the disk and its "
                      "file system, then start again";
  std::_Exit(kExitCodeIo);
}

}  // namespace leat
