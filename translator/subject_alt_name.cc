#include "translator/subject_alt_name.h"

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "translator/cidr_range.h"

namespace binnacle::translator {
namespace {

using envoy::extensions::transport_sockets::tls::v3::CertificateValidationContext;
using envoy::extensions::transport_sockets::tls::v3::SubjectAltNameMatcher;

constexpr EnvoyVersion kTypedMatchers{1, 21};

SubjectAltNameMatcher::SanType TypeOf(absl::string_view name) {
  if (absl::StrContains(name, "://")) return SubjectAltNameMatcher::URI;
  if (absl::StrContains(name, "@")) return SubjectAltNameMatcher::EMAIL;
  return ParseCidrRange(name).has_value() ? SubjectAltNameMatcher::IP_ADDRESS
                                          : SubjectAltNameMatcher::DNS;
}

void AddTyped(const std::string& name, CertificateValidationContext& context) {
  auto& matcher = *context.add_match_typed_subject_alt_names();
  matcher.set_san_type(TypeOf(name));
  matcher.mutable_matcher()->set_exact(name);
}

void AddUntyped(const std::string& name, CertificateValidationContext& context) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  context.add_match_subject_alt_names()->set_exact(name);
#pragma GCC diagnostic pop
}

}  // namespace

void AddAcceptedNames(const std::vector<std::string>& names, const EnvoyVersion& envoy,
                      CertificateValidationContext& context) {
  for (const std::string& name : names) {
    if (envoy < kTypedMatchers) {
      AddUntyped(name, context);
    } else {
      AddTyped(name, context);
    }
  }
}

}  // namespace binnacle::translator
