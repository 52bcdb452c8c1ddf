// tests/ca/killed_at_call.h
//
// A crash at a step of one's choice: of the program, not of the machine, as
// what was written stays in the system's memory.
#pragma once

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "catch2/catch.hpp"

namespace binnacle::ca {

// Runs `work` in a process that is killed before its n-th system call. False if
// it made fewer and so came to its end.
template <typename Work>
bool KilledAtCall(int n, Work work) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    work();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_EXITKILL);
  // Each call stops it twice: when it begins and when it ends.
  for (int stops = 0; stops < 2 * n + 1; ++stops) {
    ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
    REQUIRE(waitpid(child, &status, 0) == child);
    if (WIFEXITED(status)) return false;
  }
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return true;
}

}  // namespace binnacle::ca
