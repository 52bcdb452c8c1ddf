#include "policy/cors_rule.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/duration_rule.h"
#include "policy/http_header_rule.h"
#include "policy/nearest_word.h"
#include "policy/regex_rule.h"

namespace binnacle::policy {
namespace {

constexpr absl::string_view kMethods[] = {"GET",    "HEAD",    "POST",    "PUT",   "PATCH",
                                          "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"};

void CheckOrigin(const v1::StringMatch& origin, const Place& at) {
  switch (origin.match_type_case()) {
    case v1::StringMatch::kRegex:
      at.Field("regex").Check(CheckRegex(origin.regex()));
      return;
    case v1::StringMatch::kExact:
      if (!origin.exact().empty()) return;
      break;
    case v1::StringMatch::kPrefix:
      if (!origin.prefix().empty()) return;
      break;
    case v1::StringMatch::MATCH_TYPE_NOT_SET:
      break;
  }
  at.Error("missing-field", "an origin may not be empty: exact, prefix or regex is needed");
}

void CheckMethods(const v1::CorsPolicy& cors, const Place& at) {
  for (int i = 0; i < cors.allow_methods_size(); ++i) {
    const std::string& method = cors.allow_methods(i);
    if (std::find(std::begin(kMethods), std::end(kMethods), method) != std::end(kMethods)) continue;
    at.Field("allowMethods", i)
        .Error("bad-method",
               absl::StrCat("\"", method.substr(0, 80), "\" is not an HTTP method; allowed are ",
                            absl::StrJoin(kMethods, ", ")),
               DidYouMean(method, kMethods));
  }
}

void CheckHeaderNames(const google::protobuf::RepeatedPtrField<std::string>& names,
                      absl::string_view field, const Place& at) {
  for (int i = 0; i < names.size(); ++i) {
    at.Field(field, i).Check(CheckChangedHeaderName(names[i]));
  }
}

}  // namespace

void CheckCorsPolicy(const v1::CorsPolicy& cors, const Place& at) {
  for (int i = 0; i < cors.allow_origins_size(); ++i) {
    CheckOrigin(cors.allow_origins(i), at.Field("allowOrigins", i));
  }
  if (!cors.allow_origin().empty()) {
    at.Field("allowOrigin")
        .Warn("deprecated-field", "allowOrigin is deprecated", "use allowOrigins");
  }
  for (int i = 0; i < cors.allow_origin_size(); ++i) {
    if (!cors.allow_origin(i).empty()) continue;
    at.Field("allowOrigin", i).Error("missing-field", "an origin may not be empty");
  }
  CheckMethods(cors, at);
  CheckHeaderNames(cors.allow_headers(), "allowHeaders", at);
  CheckHeaderNames(cors.expose_headers(), "exposeHeaders", at);
  if (cors.has_max_age()) at.Field("maxAge").Check(CheckWholeSeconds(cors.max_age()));
}

}  // namespace binnacle::policy
