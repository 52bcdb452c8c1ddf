#include "server/authority_handlers.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/authority_json.h"
#include "server/http_answer.h"
#include "spdlog/spdlog.h"

namespace binnacle::server {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMostRecords = 10'000;

void Refuse(httplib::Response& response, const absl::Status& status) {
  const int code = absl::IsInvalidArgument(status)      ? 400
                   : absl::IsFailedPrecondition(status) ? 409
                                                        : 503;
  Answer(response, {{"error", std::string(status.message())}}, code);
}

// nullopt, and the answer given, if the body is no JSON object.
std::optional<Json> Body(const httplib::Request& request, httplib::Response& response) {
  Json body = Json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  if (body.is_object()) return body;
  Answer(response, {{"error", "the body must be a JSON object"}}, 400);
  return std::nullopt;
}

std::string Word(const Json& body, const char* key) {
  const auto it = body.find(key);
  return it != body.end() && it->is_string() ? it->get<std::string>() : "";
}

void Issued(const MeshAuthority& authority, const httplib::Request& request,
            httplib::Response& response) {
  ca::IssuanceQuery query;
  query.identity = request.get_param_value("identity");
  query.serial = request.get_param_value("serial");
  if (request.get_param_value("valid") == "1") query.valid_at = absl::Now();
  if (request.has_param("limit") &&
      !absl::SimpleAtoi(request.get_param_value("limit"), &query.limit)) {
    return Answer(response, {{"error", "limit is no number"}}, 400);
  }
  query.limit = std::min(query.limit, kMostRecords);
  const auto records = authority.log().Find(query);
  if (!records.ok()) return Refuse(response, records.status());
  Json list = Json::array();
  for (const ca::IssuanceRecord& record : *records) list.push_back(IssuanceJson(record));
  Answer(response, list);
}

void MakeToken(const MeshAuthority& authority, const httplib::Request& request,
               httplib::Response& response) {
  const auto body = Body(request, response);
  if (!body.has_value()) return;
  absl::Duration lifetime = ca::TokenIssuer::kDefaultLifetime;
  const std::string wished = Word(*body, "lifetime");
  if (!wished.empty() && !absl::ParseDuration(wished, &lifetime)) {
    return Answer(response,
                  {{"error", absl::StrCat("lifetime \"", wished, "\" is none, as 90s or 1h is")}},
                  400);
  }
  const std::string ns = Word(*body, "namespace");
  const std::string account = Word(*body, "serviceAccount");
  const auto token = authority.tokens().Make(ns, account, lifetime);
  if (!token.ok()) return Refuse(response, token.status());
  spdlog::info("a token for service account {}/{} was made, for {}", ns, account,
               absl::FormatDuration(lifetime));
  Answer(response, {{"token", token->text()},
                    {"expires", absl::FormatTime(absl::RFC3339_sec, absl::Now() + lifetime,
                                                 absl::UTCTimeZone())}});
}

absl::Status TakeStep(MeshAuthority& authority, const std::string& action) {
  if (action == "start") return authority.BeginRotation();
  if (action == "abandon") return authority.AbandonRotation();
  if (action == "leave-out-absent") return authority.LeaveOutAbsent();
  if (action == "drop-old") return authority.DropOldRoot();
  return absl::InvalidArgumentError(
      absl::StrCat("action \"", action,
                   "\" is not known; allowed are start, abandon, leave-out-absent, drop-old"));
}

void Rotate(MeshAuthority& authority, const httplib::Request& request,
            httplib::Response& response) {
  const auto body = Body(request, response);
  if (!body.has_value()) return;
  const absl::Status taken = TakeStep(authority, Word(*body, "action"));
  Json state = AuthorityJson(authority);
  if (taken.ok()) {
    // From another host it is asked how it goes on, when the new root signs.
    state["trustBundle"] = authority.authority().bundle()->pem();
    return Answer(response, state);
  }
  if (!absl::IsFailedPrecondition(taken)) return Refuse(response, taken);
  Answer(response, {{"error", std::string(taken.message())}, {"waitingFor", state["waitingFor"]}},
         409);
}

}  // namespace

void AddAbsentAuthority(httplib::Server& http) {
  http.Get("/debug/ca.*", [](const httplib::Request&, httplib::Response& response) {
    Answer(response, {{"error", "it runs without a certificate authority (--secure-address \"\")"}},
           404);
  });
}

void AddAuthorityQuestions(httplib::Server& http, const MeshAuthority& authority) {
  http.Get("/debug/ca", [&](const httplib::Request&, httplib::Response& response) {
    Answer(response, AuthorityJson(authority));
  });
  http.Get("/debug/ca/root", [&](const httplib::Request&, httplib::Response& response) {
    response.set_content(authority.authority().bundle()->pem(), "application/x-pem-file");
  });
  http.Get("/debug/ca/issued", [&](const httplib::Request& request, httplib::Response& response) {
    Issued(authority, request, response);
  });
}

void AddAuthorityOrders(httplib::Server& http, MeshAuthority& authority) {
  http.Post("/token", [&](const httplib::Request& request, httplib::Response& response) {
    MakeToken(authority, request, response);
  });
  http.Post("/ca/rotate", [&](const httplib::Request& request, httplib::Response& response) {
    Rotate(authority, request, response);
  });
}

}  // namespace binnacle::server
