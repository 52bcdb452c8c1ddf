#include "ca/spiffe_id.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace binnacle::ca {
namespace {

constexpr absl::string_view kScheme = "spiffe://";
constexpr size_t kMaxTrustDomainBytes = 255;
constexpr size_t kMaxBytes = 2048;

// Enough of a stranger's text to recognise it by.
std::string Quoted(absl::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, 100)) shown += absl::ascii_isprint(c) ? c : '?';
  return absl::StrCat("\"", shown, text.size() > 100 ? "..." : "", "\"");
}

bool IsTrustDomainCharacter(char c) {
  return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '.' || c == '-' || c == '_';
}

bool IsPathCharacter(char c) { return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_'; }

absl::Status CheckSegment(absl::string_view what, absl::string_view segment) {
  if (segment.empty()) return absl::InvalidArgumentError(absl::StrCat("the ", what, " is empty"));
  if (segment == "." || segment == ".." ||
      !std::all_of(segment.begin(), segment.end(), IsPathCharacter)) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(segment), " cannot be the ", what,
                     " of a SPIFFE ID: letters, digits, '.', '-' and '_' can"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckTrustDomain(absl::string_view name) {
  if (name.empty()) return absl::InvalidArgumentError("the trust domain is empty");
  if (name.size() > kMaxTrustDomainBytes) {
    return absl::InvalidArgumentError(absl::StrCat("the trust domain has ", name.size(), " bytes, ",
                                                   kMaxTrustDomainBytes, " are the most"));
  }
  if (!std::all_of(name.begin(), name.end(), IsTrustDomainCharacter)) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(name),
                     " cannot be a trust domain: lower-case letters, digits, '.', "
                     "'-' and '_' can"));
  }
  return absl::OkStatus();
}

absl::StatusOr<SpiffeId> SpiffeId::Make(absl::string_view trust_domain, absl::string_view ns,
                                        absl::string_view service_account) {
  if (auto good = CheckTrustDomain(trust_domain); !good.ok()) return good;
  if (auto good = CheckSegment("namespace", ns); !good.ok()) return good;
  if (auto good = CheckSegment("service account", service_account); !good.ok()) return good;
  SpiffeId id{std::string(trust_domain), std::string(ns), std::string(service_account)};
  if (const size_t bytes = id.ToString().size(); bytes > kMaxBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a SPIFFE ID of ", bytes, " bytes; ", kMaxBytes, " are the most"));
  }
  return id;
}

absl::StatusOr<SpiffeId> SpiffeId::Parse(absl::string_view uri) {
  absl::string_view rest = uri;
  const std::vector<absl::string_view> parts =
      absl::ConsumePrefix(&rest, kScheme)
          ? std::vector<absl::string_view>(absl::StrSplit(rest, '/'))
          : std::vector<absl::string_view>();
  if (parts.size() != 5 || parts[1] != "ns" || parts[3] != "sa") {
    return absl::InvalidArgumentError(absl::StrCat(
        Quoted(uri), " is not spiffe://<trust domain>/ns/<namespace>/sa/<service account>"));
  }
  return Make(parts[0], parts[2], parts[4]);
}

std::string SpiffeId::ToString() const {
  return absl::StrCat(kScheme, trust_domain_, "/ns/", ns_, "/sa/", service_account_);
}

}  // namespace binnacle::ca
