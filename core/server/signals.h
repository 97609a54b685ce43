#pragma once

#include <string_view>

namespace leat {

// What another process asks of this one by a signal.
enum class SignalRequest {
  kStop,       // INT
  kTerminate,  // TERM: the same, but a lame duck takes its time
  kReload,     // HUP
  kReopenLog,  // USR1
  kLameDuck,   // USR2
};

struct ReceivedSignal {
  SignalRequest request = SignalRequest::kStop;
  std::string_view name;  // as the log names it
};

// On the main thread before any other is made, so that all of them leave signals to it; ends the
// death of the process by SIGPIPE, too.
void block_signals();
// Waits for the next one; on the main thread.
ReceivedSignal wait_for_signal();

}  // namespace leat
