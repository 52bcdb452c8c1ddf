// policy/host.h
//
// Host names: what is one, which host a wildcard covers, and what a short name
// stands for. Comparison is without regard to case.
//
// Threads  pure.
// Spec     RFC 1035 labels as Istio reads them: upper case is accepted, a
//          single label is a host, one trailing dot is allowed.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "policy/complaint.h"

namespace binnacle::policy {

// 1 to 63 letters, digits and '-', with a letter or digit at both ends.
bool IsDnsLabel(absl::string_view text);
Verdict CheckDnsLabel(absl::string_view text);

// Labels separated by dots, at most 255 characters, the last not all digits.
Verdict CheckFqdn(absl::string_view host);

// An FQDN whose first label may be "*" or begin with it: "*.example.com", "*".
Verdict CheckWildcardDomain(absl::string_view host);

// "*-a.example.com": has a '*' but is neither "*" nor begins with "*.".
bool IsPartialWildcard(absl::string_view host);

// Whether every name that `narrow` stands for is one that `wide` stands for.
// "*.example.com" covers "a.b.example.com" but not "example.com".
bool HostCovers(absl::string_view wide, absl::string_view narrow);

// Whether some name belongs to both.
bool HostsOverlap(absl::string_view a, absl::string_view b);

// Whether it is to be completed: neither a wildcard nor a name with a dot.
bool IsShortName(absl::string_view host);

// A name without a dot becomes "<host>.<ns>.svc.<domain>"; others, wildcards
// among them, stay as they are.
std::string ResolveShortName(absl::string_view host, absl::string_view ns,
                             absl::string_view domain);

}  // namespace binnacle::policy
