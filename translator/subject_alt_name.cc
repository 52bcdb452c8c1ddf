#include "translator/subject_alt_name.h"

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "translator/cidr_range.h"

namespace binnacle::translator {
namespace {

using envoy::extensions::transport_sockets::tls::v3::CertificateValidationContext;
using envoy::extensions::transport_sockets::tls::v3::SubjectAltNameMatcher;
using envoy::type::matcher::v3::StringMatcher;

constexpr EnvoyVersion kTypedMatchers{1, 21};

SubjectAltNameMatcher::SanType TypeOf(absl::string_view name) {
  if (absl::StrContains(name, "://")) return SubjectAltNameMatcher::URI;
  if (absl::StrContains(name, "@")) return SubjectAltNameMatcher::EMAIL;
  return ParseCidrRange(name).has_value() ? SubjectAltNameMatcher::IP_ADDRESS
                                          : SubjectAltNameMatcher::DNS;
}

// A matcher for names of one type where the proxy knows such, else of any.
StringMatcher& Add(SubjectAltNameMatcher::SanType type, const EnvoyVersion& envoy,
                   CertificateValidationContext& context) {
  if (envoy < kTypedMatchers) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    return *context.add_match_subject_alt_names();
#pragma GCC diagnostic pop
  }
  auto& matcher = *context.add_match_typed_subject_alt_names();
  matcher.set_san_type(type);
  return *matcher.mutable_matcher();
}

}  // namespace

void AddAcceptedNames(const std::vector<std::string>& names, const EnvoyVersion& envoy,
                      CertificateValidationContext& context) {
  for (const std::string& name : names) Add(TypeOf(name), envoy, context).set_exact(name);
}

void AddAcceptedUriPrefix(const std::string& prefix, const EnvoyVersion& envoy,
                          CertificateValidationContext& context) {
  Add(SubjectAltNameMatcher::URI, envoy, context).set_prefix(prefix);
}

}  // namespace binnacle::translator
