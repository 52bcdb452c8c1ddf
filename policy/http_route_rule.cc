#include "policy/http_route_rule.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "policy/cors_rule.h"
#include "policy/destination_reference_rule.h"
#include "policy/duration_rule.h"
#include "policy/host.h"
#include "policy/http_fault_rule.h"
#include "policy/http_header_rule.h"
#include "policy/http_retry_rule.h"
#include "policy/port_rule.h"
#include "policy/regex_rule.h"

namespace binnacle::policy {
namespace {

using Operations = v1::Headers::HeaderOperations;
using HeaderMap = google::protobuf::Map<std::string, std::string>;

constexpr size_t kLargestBody = 1 << 20;
constexpr size_t kLargeBody = 100 << 10;

bool IsAuthority(absl::string_view name) {
  return absl::EqualsIgnoreCase(name, "host") || absl::EqualsIgnoreCase(name, ":authority");
}

enum class Direction { kRequest, kResponse };

// Counts the entries that change the authority.
int CheckHeaderMap(const HeaderMap& headers, Direction direction, absl::string_view field,
                   const Place& at) {
  int authorities = 0;
  for (const auto& [name, value] : headers) {
    const Place entry = at.Entry(field, name);
    if (IsAuthority(name) && direction == Direction::kRequest) {
      ++authorities;
    } else if (IsAuthority(name)) {
      entry.Error("bad-header-name", "responses have no authority: only requests do");
      continue;
    } else if (!entry.Check(CheckChangedHeaderName(name))) {
      continue;
    }
    entry.Check(CheckHeaderValue(value));
  }
  return authorities;
}

int CheckOperations(const Operations& operations, Direction direction, const Place& at) {
  int authorities = CheckHeaderMap(operations.set(), direction, "set", at);
  authorities += CheckHeaderMap(operations.add(), direction, "add", at);
  for (int i = 0; i < operations.remove_size(); ++i) {
    const Place entry = at.Field("remove", i);
    if (IsAuthority(operations.remove(i))) {
      entry.Error("bad-header-name", "the authority cannot be removed");
    } else {
      entry.Check(CheckChangedHeaderName(operations.remove(i)));
    }
  }
  return authorities;
}

int CheckHeaders(const v1::Headers& headers, const Place& at) {
  if (headers.has_response()) {
    CheckOperations(headers.response(), Direction::kResponse, at.Field("response"));
  }
  if (!headers.has_request()) return 0;
  return CheckOperations(headers.request(), Direction::kRequest, at.Field("request"));
}

// The authority can be changed in one place only.
void CheckAuthorityChanges(const v1::HttpRoute& route, const Place& at) {
  int changes = route.rewrite().authority().empty() ? 0 : 1;
  if (route.has_headers()) changes += CheckHeaders(route.headers(), at.Field("headers"));
  for (int i = 0; i < route.route_size(); ++i) {
    if (!route.route(i).has_headers()) continue;
    const Place destination = at.Field("route", i);
    const int own = CheckHeaders(route.route(i).headers(), destination.Field("headers"));
    if (changes + own > 1) {
      destination.Field("headers").Error("exclusive-fields",
                                         "the authority of this request is changed more than once");
    }
  }
  if (changes > 1) {
    at.Field("headers").Error("exclusive-fields",
                              "the authority of this request is changed more than once: by rewrite "
                              "and by headers");
  }
}

void CheckDestinations(const v1::HttpRoute& route, const Place& at) {
  std::vector<int32_t> weights;
  for (int i = 0; i < route.route_size(); ++i) {
    const Place entry = at.Field("route", i);
    if (!route.route(i).has_destination()) {
      entry.Field("destination").Error("missing-field", "a route needs a destination");
    } else {
      CheckDestination(route.route(i).destination(), entry.Field("destination"));
    }
    weights.push_back(route.route(i).weight());
  }
  CheckWeights(weights, "route", at);
}

void CheckRedirect(const v1::HttpRedirect& redirect, const Place& at) {
  const bool has_port = redirect.redirect_port_case() != v1::HttpRedirect::REDIRECT_PORT_NOT_SET;
  if (redirect.uri().empty() && redirect.authority().empty() && redirect.scheme().empty() &&
      !has_port) {
    at.Error("missing-field", "a redirect needs uri, authority, port, derivePort or scheme");
  }
  if (redirect.redirect_port_case() == v1::HttpRedirect::kPort) {
    at.Field("port").Check(CheckPort(redirect.port()));
  }
  const uint32_t code = redirect.redirect_code();
  if (code != 0 && (code < 300 || code > 399)) {
    at.Field("redirectCode")
        .Error("bad-status", absl::StrCat(code, " is not a redirection: 300 to 399 is allowed"));
  } else if (code != 0 && (code == 300 || (code > 303 && code != 307 && code != 308))) {
    at.Field("redirectCode")
        .Warn("no-effect", absl::StrCat("proxies cannot redirect with ", code,
                                        " and leave the route out: 301, 302, 303, 307 or 308"));
  }
  if (!redirect.scheme().empty() && redirect.scheme() != "http" && redirect.scheme() != "https") {
    at.Field("scheme").Error("bad-scheme", absl::StrCat("\"", redirect.scheme().substr(0, 80),
                                                        "\": allowed are http and https"));
  }
}

void CheckDirectResponse(const v1::HttpDirectResponse& response, const Place& at) {
  if (response.status() < 200 || response.status() > 600) {
    at.Field("status").Error("bad-status", absl::StrCat(response.status(),
                                                        " is not an HTTP status: 200 to 600 is "
                                                        "allowed"));
  }
  const size_t size = response.body().specifier_case() == v1::HttpBody::kBytes
                          ? response.body().bytes().size()
                          : response.body().string().size();
  if (size > kLargestBody) {
    at.Field("body").Error("too-large", absl::StrCat("a body of ", size, " bytes: 1 MiB at most"));
  } else if (size > kLargeBody) {
    at.Field("body").Warn(
        "too-large",
        absl::StrCat("a body of ", size, " bytes is sent to every proxy: 100 KiB at most is wise"));
  }
}

void CheckRewrite(const v1::HttpRewrite& rewrite, const Place& at) {
  if (rewrite.uri().empty() && rewrite.authority().empty() && !rewrite.has_uri_regex_rewrite()) {
    at.Error("missing-field", "a rewrite needs uri, authority or uriRegexRewrite");
  }
  if (!rewrite.has_uri_regex_rewrite()) return;
  if (!rewrite.uri().empty()) {
    at.Error("exclusive-fields", "uri and uriRegexRewrite may not be set together");
  }
  const Place regex = at.Field("uriRegexRewrite");
  if (rewrite.uri_regex_rewrite().match().empty()) {
    regex.Field("match").Error("missing-field", "uriRegexRewrite needs match and rewrite");
  } else if (!regex.Field("match").Check(CheckRegex(rewrite.uri_regex_rewrite().match()))) {
    return;
  }
  if (rewrite.uri_regex_rewrite().rewrite().empty()) {
    regex.Field("rewrite").Error("missing-field", "uriRegexRewrite needs match and rewrite");
  } else if (!rewrite.uri_regex_rewrite().match().empty()) {
    regex.Field("rewrite").Check(CheckRegexRewrite(rewrite.uri_regex_rewrite().match(),
                                                   rewrite.uri_regex_rewrite().rewrite()));
  }
}

void CheckMirrors(const v1::HttpRoute& route, const Place& at) {
  if (route.has_mirror() && !route.mirrors().empty()) {
    at.Field("mirrors").Error("exclusive-fields", "mirror and mirrors may not be set together");
  }
  if (route.has_mirror()) CheckDestination(route.mirror(), at.Field("mirror"));
  for (int i = 0; i < route.mirrors_size(); ++i) {
    const Place entry = at.Field("mirrors", i);
    if (!route.mirrors(i).has_destination()) {
      entry.Field("destination").Error("missing-field", "a mirror needs a destination");
    } else {
      CheckDestination(route.mirrors(i).destination(), entry.Field("destination"));
    }
    if (route.mirrors(i).has_percentage()) {
      CheckPercent(route.mirrors(i).percentage(), entry.Field("percentage"));
    }
  }
  if (route.has_mirror_percentage()) {
    CheckPercent(route.mirror_percentage(), at.Field("mirrorPercentage"));
  }
  if (!route.has_mirror_percent()) return;
  const Place percent = at.Field("mirrorPercent");
  if (route.mirror_percent().value() > 100) {
    percent.Error("out-of-range",
                  absl::StrCat(route.mirror_percent().value(), " is not a percentage: 0 to 100"));
  }
  percent.Warn("deprecated-field", "mirrorPercent is deprecated", "use mirrorPercentage.value");
}

// What `action` leaves no room for.
void ForbidBeside(const v1::HttpRoute& route, absl::string_view action, const Place& at) {
  const auto forbid = [&](bool present, absl::string_view field) {
    if (!present) return;
    at.Field(field).Error("exclusive-fields", absl::StrCat(action, " answers itself: ", field,
                                                           " may not stand beside it"));
  };
  forbid(!route.route().empty(), "route");
  forbid(route.has_fault(), "fault");
  forbid(route.has_rewrite(), "rewrite");
}

void CheckDelegate(const v1::HttpRoute& route, HttpRouteContext context, const Place& at) {
  const Place delegate = at.Field("delegate");
  if (context.is_delegate) {
    delegate.Error("bad-delegate",
                   "a VirtualService without hosts is itself a delegate and may not delegate");
  }
  if (route.delegate().name().empty()) {
    delegate.Field("name").Error("missing-field", "the VirtualService to delegate to needs a name");
  }
  if (!route.delegate().namespace_().empty()) {
    delegate.Field("namespace").Check(CheckDnsLabel(route.delegate().namespace_()));
  }
  const auto forbid = [&](bool present, absl::string_view field) {
    if (!present) return;
    at.Field(field).Error("exclusive-fields", absl::StrCat("the delegate decides: ", field,
                                                           " may not stand beside it"));
  };
  forbid(!route.route().empty(), "route");
  forbid(route.has_redirect(), "redirect");
}

void CheckAction(const v1::HttpRoute& route, HttpRouteContext context, const Place& at) {
  if (route.has_redirect()) {
    CheckRedirect(route.redirect(), at.Field("redirect"));
    ForbidBeside(route, "a redirect", at);
  }
  if (route.has_direct_response()) {
    CheckDirectResponse(route.direct_response(), at.Field("directResponse"));
    ForbidBeside(route, "a directResponse", at);
  }
  if (route.has_redirect() && route.has_direct_response()) {
    at.Field("directResponse")
        .Error("exclusive-fields", "redirect and directResponse may not be set together");
  }
  if (route.has_delegate()) return CheckDelegate(route, context, at);
  if (route.route().empty() && !route.has_redirect() && !route.has_direct_response()) {
    at.Error("missing-field", "an HTTP rule needs route, redirect, directResponse or delegate");
  }
}

}  // namespace

void CheckHttpRoute(const v1::HttpRoute& route, HttpRouteContext context, const Place& at) {
  for (int i = 0; i < route.match_size(); ++i) {
    CheckHttpMatch(route.match(i), context.match, at.Field("match", i));
  }
  CheckAction(route, context, at);
  CheckDestinations(route, at);
  CheckAuthorityChanges(route, at);
  CheckMirrors(route, at);
  if (route.has_rewrite()) CheckRewrite(route.rewrite(), at.Field("rewrite"));
  if (route.has_timeout()) at.Field("timeout").Check(CheckDuration(route.timeout()));
  if (route.has_retries()) CheckHttpRetry(route.retries(), at.Field("retries"));
  if (route.has_fault()) CheckHttpFault(route.fault(), at.Field("fault"));
  if (route.has_cors_policy()) CheckCorsPolicy(route.cors_policy(), at.Field("corsPolicy"));
}

}  // namespace binnacle::policy
