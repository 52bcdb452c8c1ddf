#include "bench/server_process.h"

#include <ctime>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace binnacle::bench {
namespace {

absl::Duration CpuOf(clockid_t clock) {
  timespec time{};
  if (clock_gettime(clock, &time) != 0) return absl::ZeroDuration();
  return absl::DurationFromTimespec(time);
}

// A line such as "VmRSS:     12345 kB".
size_t StatusBytes(pid_t id, absl::string_view key) {
  std::ifstream status(absl::StrCat("/proc/", id, "/status"));
  for (std::string line; std::getline(status, line);) {
    if (!absl::StartsWith(line, key)) continue;
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    size_t kilobytes = 0;
    if (words.size() > 1 && absl::SimpleAtoi(words[1], &kilobytes)) return kilobytes * 1024;
  }
  return 0;
}

}  // namespace

absl::StatusOr<ServerProcess> ServerProcess::Find(const std::string& id_or_file) {
  std::string text = id_or_file;
  if (std::ifstream file(id_or_file); file) std::getline(file, text);
  pid_t id = 0;
  clockid_t clock{};
  if (!absl::SimpleAtoi(text, &id) || clock_getcpuclockid(id, &clock) != 0) {
    return absl::NotFoundError(
        absl::StrCat("\"", id_or_file, "\" is neither a process nor a file with its id"));
  }
  return ServerProcess(id);
}

absl::Duration ServerProcess::cpu() const {
  clockid_t clock{};
  if (clock_getcpuclockid(id_, &clock) != 0) return absl::ZeroDuration();
  return CpuOf(clock);
}

size_t ServerProcess::resident() const { return StatusBytes(id_, "VmRSS:"); }
size_t ServerProcess::peak() const { return StatusBytes(id_, "VmHWM:"); }

absl::Duration OwnCpu() { return CpuOf(CLOCK_PROCESS_CPUTIME_ID); }

}  // namespace binnacle::bench
