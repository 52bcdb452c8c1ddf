// process/end_signals.h
//
// The signals by which a program is told to end: SIGTERM and SIGINT, taken by
// Wait() alone. A broken pipe is an error of the call, and no signal.
//
// Threads  make it before any other thread exists: they inherit its mask.
#pragma once

#include <csignal>
#include <string>

namespace binnacle::process {

class EndSignals {
 public:
  EndSignals();
  // Until one comes; its name.
  std::string Wait() const;

 private:
  sigset_t set_;
};

}  // namespace binnacle::process
