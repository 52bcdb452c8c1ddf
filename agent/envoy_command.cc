#include "agent/envoy_command.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace binnacle::agent {
namespace {

bool Sets(const std::vector<std::string>& flags, const std::string& name) {
  return std::any_of(flags.begin(), flags.end(), [&](const std::string& flag) {
    return flag == name || absl::StartsWith(flag, name + "=");
  });
}

}  // namespace

std::vector<std::string> EnvoyCommand(const std::string& program, const std::string& bootstrap,
                                      absl::Duration drain, const std::vector<std::string>& flags) {
  std::vector<std::string> command = {program, "--config-path", bootstrap};
  if (!Sets(flags, "--disable-hot-restart")) command.emplace_back("--disable-hot-restart");
  if (!Sets(flags, "--drain-time-s")) {
    // Zero is refused by Envoy.
    const int64_t seconds =
        std::max<int64_t>(1, absl::ToInt64Seconds(absl::Ceil(drain, absl::Seconds(1))));
    command.insert(command.end(), {"--drain-time-s", absl::StrCat(seconds)});
  }
  if (!Sets(flags, "--drain-strategy")) {
    command.insert(command.end(), {"--drain-strategy", "immediate"});
  }
  // At its own default Envoy lists every extension it was built with.
  if (!Sets(flags, "--log-level") && !Sets(flags, "-l")) {
    command.insert(command.end(), {"--log-level", "warning"});
  }
  command.insert(command.end(), flags.begin(), flags.end());
  return command;
}

}  // namespace binnacle::agent
