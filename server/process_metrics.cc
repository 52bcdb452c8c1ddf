#include "server/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace binnacle::server {
namespace {

void Add(std::string& text, absl::string_view name, absl::string_view type, absl::string_view help,
         double value) {
  absl::StrAppend(&text, "# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n", name, " ",
                  std::to_string(value), "\n");
}

std::string ReadAll(const char* path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Fields of /proc/self/stat from the third on: the second, the program's name,
// may hold anything.
std::vector<std::string> StatFields() {
  const std::string stat = ReadAll("/proc/self/stat");
  const size_t end = stat.rfind(')');
  if (end == std::string::npos) return {};
  return absl::StrSplit(absl::string_view(stat).substr(end + 1), ' ', absl::SkipEmpty());
}

double NumberAt(const std::vector<std::string>& fields, size_t proc_field) {
  double number = 0;
  const size_t index = proc_field - 3;
  if (index < fields.size()) static_cast<void>(absl::SimpleAtod(fields[index], &number));
  return number;
}

// Seconds since the epoch.
std::optional<double> BootTime() {
  for (const absl::string_view line : absl::StrSplit(ReadAll("/proc/stat"), '\n')) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    double seconds = 0;
    if (words.size() == 2 && words[0] == "btime" && absl::SimpleAtod(words[1], &seconds)) {
      return seconds;
    }
  }
  return std::nullopt;
}

void AddFiles(std::string& text) {
  std::error_code error;
  size_t open = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error)) {
    ++open;
  }
  if (!error) {
    Add(text, "process_open_fds", "gauge", "Open file descriptors.", static_cast<double>(open));
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    Add(text, "process_max_fds", "gauge", "File descriptors that may be open.",
        static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace

std::string ProcessMetrics() {
  std::string text;
  AddFiles(text);
  const std::vector<std::string> fields = StatFields();
  if (fields.empty()) return text;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(::sysconf(_SC_PAGESIZE));
  Add(text, "process_cpu_seconds_total", "counter", "CPU time used, user and system.",
      (NumberAt(fields, 14) + NumberAt(fields, 15)) / ticks);
  Add(text, "process_resident_memory_bytes", "gauge", "Memory in use.",
      NumberAt(fields, 24) * page);
  Add(text, "process_virtual_memory_bytes", "gauge", "Address space in use.", NumberAt(fields, 23));
  if (const auto boot = BootTime(); boot.has_value()) {
    Add(text, "process_start_time_seconds", "gauge", "When the process began, since the epoch.",
        *boot + NumberAt(fields, 22) / ticks);
  }
  return text;
}

}  // namespace binnacle::server
