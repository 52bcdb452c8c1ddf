#include "policy/host.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace binnacle::policy {
namespace {

constexpr size_t kLongestLabel = 63;
constexpr size_t kLongestHost = 255;

Complaint BadHost(absl::string_view host, absl::string_view why) {
  return {"bad-host", absl::StrCat("\"", host, "\" is not a host name: ", why), ""};
}

// A URL or "host:port" where a host belongs is the commonest mistake.
std::string HostWithin(absl::string_view text) {
  absl::string_view host = text;
  if (const size_t scheme = host.find("://"); scheme != absl::string_view::npos) {
    host.remove_prefix(scheme + 3);
  }
  host = host.substr(0, host.find_first_of("/:"));
  if (host.size() == text.size() || host.empty() || CheckFqdn(host).has_value()) return "";
  return absl::StrCat("write \"", host, "\" alone");
}

Verdict CheckLabels(absl::string_view host, absl::string_view whole) {
  absl::string_view last;
  for (absl::string_view label : absl::StrSplit(host, '.')) {
    last = label;
    if (IsDnsLabel(label)) continue;
    if (label.empty()) return BadHost(whole, "it has an empty label");
    Complaint complaint = BadHost(
        whole, absl::StrCat("label \"", label,
                            "\" must be 1 to 63 letters, digits or '-', with a letter or digit at "
                            "both ends"));
    complaint.remedy = HostWithin(whole);
    return complaint;
  }
  if (std::all_of(last.begin(), last.end(), absl::ascii_isdigit)) {
    return BadHost(whole, "its last label may not be all digits");
  }
  return std::nullopt;
}

Verdict CheckLength(absl::string_view host) {
  if (host.empty()) return Complaint{"bad-host", "a host name may not be empty", ""};
  if (host.size() > kLongestHost) {
    return BadHost(absl::StrCat(host.substr(0, 32), "..."), "it is longer than 255 characters");
  }
  return std::nullopt;
}

absl::string_view WithoutTrailingDot(absl::string_view host) {
  return host.size() > 1 ? absl::StripSuffix(host, ".") : host;
}

bool IsWildcard(absl::string_view host) { return absl::StartsWith(host, "*"); }

}  // namespace

bool IsDnsLabel(absl::string_view text) {
  if (text.empty() || text.size() > kLongestLabel) return false;
  if (!absl::ascii_isalnum(text.front()) || !absl::ascii_isalnum(text.back())) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '-'; });
}

Verdict CheckDnsLabel(absl::string_view text) {
  if (IsDnsLabel(text)) return std::nullopt;
  return Complaint{
      "bad-name",
      absl::StrCat("\"", text.substr(0, 80),
                   "\" is not a DNS label: 1 to 63 letters, digits or '-', with a letter or digit "
                   "at both ends"),
      ""};
}

Verdict CheckFqdn(absl::string_view host) {
  if (auto verdict = CheckLength(host); verdict.has_value()) return verdict;
  return CheckLabels(WithoutTrailingDot(host), host);
}

Verdict CheckWildcardDomain(absl::string_view host) {
  if (auto verdict = CheckLength(host); verdict.has_value()) return verdict;
  if (host == "*") return std::nullopt;
  absl::string_view rest = WithoutTrailingDot(host);
  if (rest == "*") return BadHost(host, "write \"*\" for every host");
  if (absl::ConsumePrefix(&rest, "*.")) return CheckLabels(rest, host);
  if (IsWildcard(rest)) {
    // "*-a.example.com": the star stands for any letters. Put a letter there.
    return CheckLabels(absl::StrCat("a", rest.substr(1)), host);
  }
  if (absl::StrContains(rest, '*')) {
    return BadHost(host, "a '*' may only be its first character, as in \"*.example.com\"");
  }
  return CheckLabels(rest, host);
}

bool IsPartialWildcard(absl::string_view host) {
  return host != "*" && absl::StrContains(host, '*') && !absl::StartsWith(host, "*.");
}

bool HostCovers(absl::string_view wide, absl::string_view narrow) {
  wide = WithoutTrailingDot(wide);
  narrow = WithoutTrailingDot(narrow);
  if (!IsWildcard(wide)) return absl::EqualsIgnoreCase(wide, narrow);
  wide.remove_prefix(1);
  if (!IsWildcard(narrow)) {
    return narrow.size() > wide.size() && absl::EndsWithIgnoreCase(narrow, wide);
  }
  narrow.remove_prefix(1);
  return absl::EndsWithIgnoreCase(narrow, wide);
}

bool HostsOverlap(absl::string_view a, absl::string_view b) {
  return HostCovers(a, b) || HostCovers(b, a);
}

bool IsShortName(absl::string_view host) {
  return !host.empty() && !IsWildcard(host) && !absl::StrContains(host, '.');
}

std::string ResolveShortName(absl::string_view host, absl::string_view ns,
                             absl::string_view domain) {
  return IsShortName(host) ? absl::StrCat(host, ".", ns, ".svc.", domain) : std::string(host);
}

}  // namespace binnacle::policy
