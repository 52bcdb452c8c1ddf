#include "agent/capture.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace binnacle::agent {
namespace {

constexpr char kUsualPath[] = "/usr/sbin:/sbin:/usr/bin:/bin";

struct Family {
  IpFamily family;
  const char* name;
  const char* save;
  const char* restore;
};
constexpr Family kIpv4 = {IpFamily::kIpv4, "IPv4", "iptables-save", "iptables-restore"};
constexpr Family kIpv6 = {IpFamily::kIpv6, "IPv6", "ip6tables-save", "ip6tables-restore"};

// A file in memory; closes itself.
class Memory {
 public:
  Memory() : file_(memfd_create("capture", MFD_CLOEXEC)) {}
  ~Memory() { close(file_); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  int file() const { return file_; }
  bool Fill(absl::string_view text) const {
    return write(file_, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
           lseek(file_, 0, SEEK_SET) == 0;
  }
  std::string Text() const {
    struct stat info {};
    if (fstat(file_, &info) != 0) return "";
    std::string text(static_cast<size_t>(info.st_size), '\0');
    const ssize_t got = pread(file_, text.data(), text.size(), 0);
    text.resize(got < 0 ? 0 : static_cast<size_t>(got));
    return text;
  }

 private:
  int file_;
};

// In $PATH and where system programs usually are; empty: nowhere.
std::string FindProgram(const std::string& name) {
  const char* path = getenv("PATH");
  const std::string all = absl::StrCat(path == nullptr ? "" : path, ":", kUsualPath);
  for (const absl::string_view folder : absl::StrSplit(all, ':', absl::SkipEmpty())) {
    std::string candidate = absl::StrCat(folder, "/", name);
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return "";
}

// Runs a program to its end with `input`; returns what it printed.
absl::StatusOr<std::string> RunProgram(const std::vector<std::string>& command,
                                       absl::string_view input) {
  const Memory in;
  const Memory out;
  const Memory error;
  if (!in.Fill(input)) return absl::ErrnoToStatus(errno, "memfd");
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(in.file(), STDIN_FILENO);
    dup2(out.file(), STDOUT_FILENO);
    dup2(error.file(), STDERR_FILENO);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  if (pid < 0 || waitpid(pid, &status, 0) != pid) return absl::ErrnoToStatus(errno, command[0]);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return out.Text();
  return absl::FailedPreconditionError(
      absl::StrCat(absl::StrJoin(command, " "), ": ", absl::StripAsciiWhitespace(error.Text())));
}

// The nat table as it is.
absl::StatusOr<std::string> Present(const Family& family) {
  const std::string program = FindProgram(family.save);
  if (program.empty()) {
    return absl::NotFoundError(absl::StrCat(family.save,
                                            " is not installed (Debian: apt-get "
                                            "install iptables)"));
  }
  return RunProgram({program, "-t", "nat"}, "");
}

absl::Status Apply(const Family& family, const std::string& script) {
  const std::string program = FindProgram(family.restore);
  if (program.empty())
    return absl::NotFoundError(absl::StrCat(family.restore, " is not installed"));
  return RunProgram({program, "--noflush", "--wait", "10"}, script).status();
}

absl::Status CheckRoot() {
  if (geteuid() == 0) return absl::OkStatus();
  return absl::PermissionDeniedError(
      "redirection can only be changed as root, in the network namespace of the workload");
}

bool IsReachable(const in6_addr& address) {
  return !IN6_IS_ADDR_LOOPBACK(&address) && !IN6_IS_ADDR_LINKLOCAL(&address);
}

bool HasIpv6() {
  ifaddrs* found = nullptr;
  if (getifaddrs(&found) != 0) return false;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> all(found, &freeifaddrs);
  for (const ifaddrs* entry = all.get(); entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET6) continue;
    sockaddr_in6 address{};
    std::memcpy(&address, entry->ifa_addr, sizeof(address));
    if (IsReachable(address.sin6_addr)) return true;
  }
  return false;
}

std::vector<Family> Families(UseIpv6 ipv6) {
  std::vector<Family> families = {kIpv4};
  if (ipv6 == UseIpv6::kOn || (ipv6 == UseIpv6::kAuto && HasIpv6())) families.push_back(kIpv6);
  return families;
}

}  // namespace

absl::StatusOr<UseIpv6> ParseUseIpv6(absl::string_view word) {
  if (word == "auto") return UseIpv6::kAuto;
  if (word == "on") return UseIpv6::kOn;
  if (word == "off") return UseIpv6::kOff;
  return absl::InvalidArgumentError(
      absl::StrCat("--ipv6: \"", word, "\" is none of auto, on, off"));
}

absl::Status Capture(const CaptureOptions& options, UseIpv6 ipv6) {
  if (auto root = CheckRoot(); !root.ok()) return root;
  for (const Family& family : Families(ipv6)) {
    const auto present = Present(family);
    if (!present.ok()) return present.status();
    const std::string script = CaptureScript(options, family.family, *present);
    if (auto applied = Apply(family, script); !applied.ok()) return applied;
  }
  return absl::OkStatus();
}

absl::Status Release() {
  if (auto root = CheckRoot(); !root.ok()) return root;
  for (const Family& family : {kIpv4, kIpv6}) {
    const auto present = Present(family);
    // A kernel without IPv6 has no such table, so nothing to remove either.
    if (!present.ok() && family.family == IpFamily::kIpv6) continue;
    if (!present.ok()) return present.status();
    const std::string script = ReleaseScript(*present);
    if (script.empty()) continue;
    if (auto applied = Apply(family, script); !applied.ok()) return applied;
  }
  return absl::OkStatus();
}

std::string CaptureText(const CaptureOptions& options, UseIpv6 ipv6) {
  std::string text;
  for (const Family& family : Families(ipv6)) {
    absl::StrAppend(&text, "# ", family.name, ": ", family.restore, " --noflush\n",
                    CaptureScript(options, family.family, ""));
  }
  return text;
}

absl::StatusOr<std::string> ReleaseText() {
  if (auto root = CheckRoot(); !root.ok()) return root;
  std::string text;
  for (const Family& family : {kIpv4, kIpv6}) {
    const auto present = Present(family);
    if (!present.ok() && family.family == IpFamily::kIpv6) continue;
    if (!present.ok()) return present.status();
    const std::string script = ReleaseScript(*present);
    if (script.empty()) continue;
    absl::StrAppend(&text, "# ", family.name, ": ", family.restore, " --noflush\n", script);
  }
  return text;
}

}  // namespace binnacle::agent
