#include "agent/capture_rules.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "agent/host_port.h"

namespace binnacle::agent {
namespace {

using Words = std::vector<std::string>;

constexpr std::array<const char*, 4> kChains = {"BINNACLE_INBOUND", "BINNACLE_OUTBOUND",
                                                "BINNACLE_TO_INBOUND", "BINNACLE_TO_OUTBOUND"};
constexpr char kInboundJump[] = "PREROUTING -p tcp -j BINNACLE_INBOUND";
constexpr char kOutboundJump[] = "OUTPUT -p tcp -j BINNACLE_OUTBOUND";
// Envoy's admin and metrics, the agent's health.
constexpr std::array<uint16_t, 4> kProxyPorts = {15000, 15020, 15021, 15090};
constexpr size_t kPortsOfARule = 15;  // as many as multiport takes

struct FamilyWords {
  const char* loopback;
  const char* pass_through;  // Envoy's own address towards the application
};

FamilyWords WordsOf(IpFamily family) {
  return family == IpFamily::kIpv4 ? FamilyWords{"127.0.0.1/32", "127.0.0.6/32"}
                                   : FamilyWords{"::1/128", "::6/128"};
}

bool IsAll(const Words& words) { return words.size() == 1 && words[0] == "*"; }

absl::Status CheckPorts(absl::string_view flag, const Words& ports, bool may_be_all) {
  if (may_be_all && IsAll(ports)) return absl::OkStatus();
  for (const std::string& port : ports) {
    uint32_t number = 0;
    if (absl::SimpleAtoi(port, &number) && number > 0 && number < 65536) continue;
    return absl::InvalidArgumentError(absl::StrCat(flag, ": \"", port, "\" is no port"));
  }
  return absl::OkStatus();
}

absl::Status CheckRanges(absl::string_view flag, const Words& ranges, bool may_be_all) {
  if (may_be_all && IsAll(ranges)) return absl::OkStatus();
  for (const std::string& range : ranges) {
    const Words parts = absl::StrSplit(range, '/');
    uint32_t bits = 0;
    const bool six = IsIpv6Address(parts[0]);
    const bool sound =
        (six || IsIpv4Address(parts[0])) && parts.size() <= 2 &&
        (parts.size() == 1 || (absl::SimpleAtoi(parts[1], &bits) && bits <= (six ? 128U : 32U)));
    if (sound) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(flag, ": \"", range, "\" is no range, as in 10.0.0.0/8"));
  }
  return absl::OkStatus();
}

Words OfFamily(const Words& ranges, IpFamily family) {
  Words chosen;
  for (const std::string& range : ranges) {
    const bool six = absl::StrContains(range, ':');
    if (six == (family == IpFamily::kIpv6)) chosen.push_back(range);
  }
  return chosen;
}

class Script {
 public:
  explicit Script(absl::string_view present) : present_(present) {}

  // As `iptables-save` writes a rule that is there.
  size_t Count(absl::string_view rule) const {
    size_t count = 0;
    for (const absl::string_view line : absl::StrSplit(present_, '\n')) {
      if (line == absl::StrCat("-A ", rule)) ++count;
    }
    return count;
  }
  bool HasChain(absl::string_view chain) const {
    return absl::StrContains(absl::StrCat("\n", present_), absl::StrCat("\n:", chain, " "));
  }
  template <typename... Parts>
  void Line(const Parts&... parts) {
    absl::StrAppend(&text_, parts..., "\n");
  }
  std::string Finish() const { return absl::StrCat("*nat\n", text_, "COMMIT\n"); }

 private:
  const absl::string_view present_;
  std::string text_;
};

void PortRules(Script& script, absl::string_view chain, const Words& ports,
               absl::string_view target) {
  for (size_t i = 0; i < ports.size(); i += kPortsOfARule) {
    const auto end =
        ports.begin() + static_cast<ptrdiff_t>(std::min(ports.size(), i + kPortsOfARule));
    script.Line("-A ", chain, " -p tcp -m multiport --dports ",
                absl::StrJoin(ports.begin() + static_cast<ptrdiff_t>(i), end, ","), " -j ", target);
  }
}

void InboundRules(Script& script, const CaptureOptions& options) {
  std::set<uint32_t> own(kProxyPorts.begin(), kProxyPorts.end());
  own.insert({options.inbound_port, options.outbound_port});
  Words excluded;
  for (const uint32_t port : own) excluded.push_back(absl::StrCat(port));
  for (const std::string& port : options.exclude_inbound_ports) {
    if (std::find(excluded.begin(), excluded.end(), port) == excluded.end()) {
      excluded.push_back(port);
    }
  }
  PortRules(script, "BINNACLE_INBOUND", excluded, "RETURN");
  if (IsAll(options.inbound_ports)) {
    script.Line("-A BINNACLE_INBOUND -p tcp -j BINNACLE_TO_INBOUND");
  } else {
    PortRules(script, "BINNACLE_INBOUND", options.inbound_ports, "BINNACLE_TO_INBOUND");
  }
}

// What the proxy says is let through, except to the pod's own address, which
// goes in as if it came from elsewhere; what the application says to itself is
// its own affair.
void OwnerRules(Script& script, absl::string_view owner, const FamilyWords& words) {
  script.Line("-A BINNACLE_OUTBOUND ! -d ", words.loopback, " -o lo -p tcp -m owner ", owner,
              " -j BINNACLE_TO_INBOUND");
  script.Line("-A BINNACLE_OUTBOUND -o lo -m owner ! ", owner, " -j RETURN");
  script.Line("-A BINNACLE_OUTBOUND -m owner ", owner, " -j RETURN");
}

void OutboundRules(Script& script, const CaptureOptions& options, IpFamily family) {
  const FamilyWords words = WordsOf(family);
  script.Line("-A BINNACLE_OUTBOUND -s ", words.pass_through, " -o lo -j RETURN");
  OwnerRules(script, absl::StrCat("--uid-owner ", options.proxy_uid), words);
  OwnerRules(script, absl::StrCat("--gid-owner ", options.proxy_gid), words);
  script.Line("-A BINNACLE_OUTBOUND -d ", words.loopback, " -j RETURN");
  PortRules(script, "BINNACLE_OUTBOUND", options.exclude_outbound_ports, "RETURN");
  for (const std::string& range : OfFamily(options.exclude_outbound_ranges, family)) {
    script.Line("-A BINNACLE_OUTBOUND -d ", range, " -j RETURN");
  }
  if (IsAll(options.outbound_ranges)) {
    script.Line("-A BINNACLE_OUTBOUND -p tcp -j BINNACLE_TO_OUTBOUND");
    return;
  }
  for (const std::string& range : OfFamily(options.outbound_ranges, family)) {
    script.Line("-A BINNACLE_OUTBOUND -p tcp -d ", range, " -j BINNACLE_TO_OUTBOUND");
  }
}

}  // namespace

absl::Status CaptureOptions::Check() const {
  for (const absl::Status& status :
       {CheckPorts("--inbound-ports", inbound_ports, true),
        CheckPorts("--exclude-inbound-ports", exclude_inbound_ports, false),
        CheckPorts("--exclude-outbound-ports", exclude_outbound_ports, false),
        CheckRanges("--outbound-ranges", outbound_ranges, true),
        CheckRanges("--exclude-outbound-ranges", exclude_outbound_ranges, false)}) {
    if (!status.ok()) return status;
  }
  if (inbound_port == outbound_port) {
    return absl::InvalidArgumentError("--inbound-port and --outbound-port must differ");
  }
  return absl::OkStatus();
}

std::string CaptureScript(const CaptureOptions& options, IpFamily family,
                          absl::string_view present) {
  Script script(present);
  // With --noflush, naming a chain empties it.
  for (const char* chain : kChains) script.Line(":", chain, " - [0:0]");
  script.Line("-A BINNACLE_TO_INBOUND -p tcp -j REDIRECT --to-ports ", options.inbound_port);
  script.Line("-A BINNACLE_TO_OUTBOUND -p tcp -j REDIRECT --to-ports ", options.outbound_port);
  InboundRules(script, options);
  OutboundRules(script, options, family);
  for (const char* jump : {kInboundJump, kOutboundJump}) {
    if (script.Count(jump) == 0) script.Line("-A ", jump);
  }
  return script.Finish();
}

std::string ReleaseScript(absl::string_view present) {
  Script script(present);
  bool any = false;
  for (const char* jump : {kInboundJump, kOutboundJump}) {
    for (size_t i = script.Count(jump); i > 0; --i) script.Line("-D ", jump);
  }
  for (const char* step : {"-F ", "-X "}) {
    for (const char* chain : kChains) {
      if (!script.HasChain(chain)) continue;
      any = true;
      script.Line(step, chain);
    }
  }
  return any ? script.Finish() : "";
}

}  // namespace binnacle::agent
