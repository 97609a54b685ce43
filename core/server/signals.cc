#include "core/server/signals.h"

#include <csignal>

namespace leat {

namespace {

sigset_t awaited_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2}) {
    sigaddset(&signals, number);
  }
  return signals;
}

}  // namespace

void block_signals() {
  const sigset_t signals = awaited_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

ReceivedSignal wait_for_signal() {
  const sigset_t signals = awaited_signals();
  int number = 0;
  while (sigwait(&signals, &number) != 0) {
  }
  switch (number) {
    case SIGHUP:
      return {SignalRequest::kReload, "hangup"};
    case SIGUSR1:
      return {SignalRequest::kReopenLog, "user defined signal 1"};
    case SIGUSR2:
      return {SignalRequest::kLameDuck, "user defined signal 2"};
    case SIGTERM:
      return {SignalRequest::kTerminate, "terminated"};
    case SIGINT:
    default:
      return {SignalRequest::kStop, "interrupt"};
  }
}

}  // namespace leat
