#include "policy/validate_authn_policy.h"

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "policy/host.h"
#include "policy/http_header_rule.h"
#include "policy/port_rule.h"
#include "policy/regex_rule.h"

namespace binnacle::policy {
namespace {

constexpr absl::string_view kDefaultName = "default";

void CheckTargetPorts(const v1::TargetSelector& target, const Place& at) {
  for (int i = 0; i < target.ports_size(); ++i) {
    const v1::AuthnPortSelector& port = target.ports(i);
    const Place entry = at.Field("ports", i);
    switch (port.port_case()) {
      case v1::AuthnPortSelector::kNumber:
        entry.Field("number").Check(CheckPort(port.number()));
        break;
      case v1::AuthnPortSelector::kName:
        entry.Field("name").Check(CheckDnsLabel(port.name()));
        break;
      case v1::AuthnPortSelector::PORT_NOT_SET:
        entry.Error("missing-field", "a port is told by number or by name");
    }
  }
}

void CheckTarget(const v1::TargetSelector& target, const Place& at) {
  if (target.name().empty()) {
    at.Field("name").Error("missing-field", "a target needs the name of a service");
  } else if (absl::StrContains(target.name(), '.')) {
    const absl::string_view first =
        absl::string_view(target.name()).substr(0, target.name().find('.'));
    at.Field("name").Error("bad-name",
                           absl::StrCat("\"", target.name().substr(0, 80),
                                        "\": a target is the short name of a service in the "
                                        "policy's own namespace"),
                           IsDnsLabel(first) ? absl::StrCat("write \"", first, "\"") : "");
  } else {
    at.Field("name").Check(CheckDnsLabel(target.name()));
  }
  if (!target.labels().empty()) {
    at.Field("labels").Warn("unused-field", "labels of targets never had an effect");
  }
  CheckTargetPorts(target, at);
}

void CheckPath(const v1::AuthnJwt::PathMatch& path, const Place& at) {
  switch (path.match_type_case()) {
    case v1::AuthnJwt::PathMatch::kRegex:
      at.Field("regex").Check(CheckRegex(path.regex()));
      return;
    case v1::AuthnJwt::PathMatch::MATCH_TYPE_NOT_SET:
      at.Error("missing-field", "a path is told by exact, prefix, suffix or regex");
      return;
    default:
      return;
  }
}

void CheckTriggerRules(const v1::AuthnJwt& jwt, const Place& at) {
  for (int i = 0; i < jwt.trigger_rules_size(); ++i) {
    const auto& rule = jwt.trigger_rules(i);
    const Place entry = at.Field("triggerRules", i);
    for (int j = 0; j < rule.excluded_paths_size(); ++j) {
      CheckPath(rule.excluded_paths(j), entry.Field("excludedPaths", j));
    }
    for (int j = 0; j < rule.included_paths_size(); ++j) {
      CheckPath(rule.included_paths(j), entry.Field("includedPaths", j));
    }
  }
}

void CheckJwksUri(const std::string& uri, const Place& at) {
  if (uri.empty()) return;
  absl::string_view rest = uri;
  const bool has_scheme =
      absl::ConsumePrefix(&rest, "https://") || absl::ConsumePrefix(&rest, "http://");
  const absl::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  if (has_scheme && !host.empty()) return;
  at.Field("jwksUri").Error(
      "bad-url", absl::StrCat("\"", uri.substr(0, 80), "\" is not an http:// or https:// URL"));
}

void CheckJwt(const v1::AuthnJwt& jwt, std::set<std::string>& issuers, const Place& at) {
  if (jwt.issuer().empty()) {
    at.Field("issuer").Error("missing-field", "a token needs an issuer");
  } else if (!issuers.insert(jwt.issuer()).second) {
    at.Field("issuer").Error("duplicate-name", absl::StrCat("issuer \"", jwt.issuer().substr(0, 80),
                                                            "\" is listed already"));
  }
  for (int i = 0; i < jwt.audiences_size(); ++i) {
    if (!jwt.audiences(i).empty()) continue;
    at.Field("audiences", i).Error("missing-field", "an audience may not be empty");
  }
  CheckJwksUri(jwt.jwks_uri(), at);
  for (int i = 0; i < jwt.jwt_headers_size(); ++i) {
    at.Field("jwtHeaders", i).Check(CheckChangedHeaderName(jwt.jwt_headers(i)));
  }
  for (int i = 0; i < jwt.jwt_params_size(); ++i) {
    if (!jwt.jwt_params(i).empty()) continue;
    at.Field("jwtParams", i).Error("missing-field", "a query parameter needs a name");
  }
  CheckTriggerRules(jwt, at);
}

// Policy and MeshPolicy have the same fields.
template <typename Policy>
void CheckMethods(const Policy& policy, const Place& spec) {
  std::set<std::string> issuers;
  int mtls_entries = 0;
  for (int i = 0; i < policy.peers_size(); ++i) {
    const Place peer = spec.Field("peers", i);
    if (policy.peers(i).has_jwt()) {
      CheckJwt(policy.peers(i).jwt(), issuers, peer.Field("jwt"));
    } else if (++mtls_entries > 1) {
      peer.Warn("unused-field", "only the first mtls entry counts");
    }
  }
  for (int i = 0; i < policy.origins_size(); ++i) {
    const Place origin = spec.Field("origins", i);
    if (!policy.origins(i).has_jwt()) {
      origin.Field("jwt").Error("missing-field", "an origin is authenticated by a jwt");
    } else {
      CheckJwt(policy.origins(i).jwt(), issuers, origin.Field("jwt"));
    }
  }
}

}  // namespace

void ValidateAuthnPolicy(const ObjectKey& key, const v1::Policy& policy, const Place& metadata,
                         const Place& spec) {
  const bool is_default = key.name == kDefaultName;
  if (policy.targets().empty() && !is_default) {
    metadata.Field("name").Error("bad-name",
                                 absl::StrCat("a Policy without targets is for its namespace and "
                                              "must be named \"default\", not \"",
                                              key.name, "\""),
                                 "rename it to \"default\", or add targets");
  }
  if (!policy.targets().empty() && is_default) {
    spec.Field("targets").Error("excluded-field",
                                "the Policy named \"default\" is for its whole namespace and may "
                                "not have targets");
  }
  for (int i = 0; i < policy.targets_size(); ++i) {
    CheckTarget(policy.targets(i), spec.Field("targets", i));
  }
  CheckMethods(policy, spec);
}

void ValidateMeshPolicy(const ObjectKey& key, const v1::MeshPolicy& policy, const Place& metadata,
                        const Place& spec) {
  if (key.name != kDefaultName) {
    metadata.Field("name").Error(
        "bad-name", absl::StrCat("a MeshPolicy must be named \"default\", not \"", key.name, "\""));
  }
  if (!policy.targets().empty()) {
    spec.Field("targets").Error("excluded-field",
                                "a MeshPolicy is for the whole mesh and may not have targets");
  }
  CheckMethods(policy, spec);
}

}  // namespace binnacle::policy
