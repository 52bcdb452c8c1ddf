#include "policy/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace binnacle::policy {
namespace {

constexpr size_t kLongestAddress = 45;

bool Parses(int family, absl::string_view text) {
  if (absl::StrContains(text, '\0')) return false;  // where C would see the end
  if (text.empty() || text.size() > kLongestAddress) return false;
  unsigned char bytes[16];
  return inet_pton(family, std::string(text).c_str(), bytes) == 1;
}

Complaint BadAddress(absl::string_view text, absl::string_view allowed) {
  return {"bad-ip", absl::StrCat("\"", text.substr(0, 80), "\" is not ", allowed), ""};
}

}  // namespace

bool IsIpAddress(absl::string_view text) { return Parses(AF_INET, text) || Parses(AF_INET6, text); }

bool IsCidr(absl::string_view text) {
  const size_t slash = text.find('/');
  if (slash == absl::string_view::npos) return false;
  const absl::string_view address = text.substr(0, slash);
  const absl::string_view length = text.substr(slash + 1);
  int bits = 0;
  if (length.size() > 3 || !std::all_of(length.begin(), length.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(length, &bits)) {
    return false;
  }
  if (Parses(AF_INET, address)) return bits <= 32;
  return Parses(AF_INET6, address) && bits <= 128;
}

Verdict CheckIpAddress(absl::string_view text) {
  if (IsIpAddress(text)) return std::nullopt;
  return BadAddress(text, "an IP address such as 10.0.0.1 or 2001:db8::1");
}

Verdict CheckIpAddressOrCidr(absl::string_view text) {
  if (IsIpAddress(text) || IsCidr(text)) return std::nullopt;
  return BadAddress(text, "an IP address or a block such as 10.0.0.0/8");
}

}  // namespace binnacle::policy
