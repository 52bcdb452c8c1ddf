#include "ctl/admin_client.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "httplib.h"

namespace binnacle::ctl {
namespace {

absl::Status BadAddress(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not an admin address: ", why,
                                                 "; write HOST:PORT, as in ",
                                                 kDefaultAdminAddress));
}

std::string Reason(httplib::Error error) {
  switch (error) {
    case httplib::Error::Connection:
      return "nothing listens there";
    case httplib::Error::ConnectionTimeout:
      return "it takes no connection";
    case httplib::Error::Read:
      return "it took the question but did not answer";
    default:
      return absl::AsciiStrToLower(httplib::to_string(error));
  }
}

absl::Status Unreachable(const AdminAddress& address, absl::string_view why) {
  return absl::UnavailableError(
      absl::StrCat("cannot reach the server at ", address.ToString(), ": ", why,
                   "\nIs binnacled running, and is this its --admin-address? Name another with "
                   "--admin HOST:PORT or $BINNACLE_ADMIN."));
}

// What an error's body says: {"error": "..."} or plain text.
std::string Explanation(const std::string& body) {
  const Json json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  for (const char* key : {"error", "message"}) {
    if (json.is_object() && json.contains(key) && json[key].is_string()) {
      return json[key].get<std::string>();
    }
  }
  return std::string(absl::StripAsciiWhitespace(body));
}

// The body, if it is no refusal.
absl::StatusOr<std::string> Read(const httplib::Response& response, const AdminAddress& address) {
  if (response.status == 200) return response.body;
  const std::string said = Explanation(response.body);
  const std::string refusal = absl::StrCat("the server at ", address.ToString(),
                                           " says: ", said.empty() ? response.reason : said);
  if (response.status == 404) return absl::NotFoundError(refusal);
  if (response.status == 503) return absl::UnavailableError(refusal);
  return absl::FailedPreconditionError(absl::StrCat(refusal, " (HTTP ", response.status, ")"));
}

}  // namespace

std::string AdminAddress::ToString() const {
  if (absl::StrContains(host, ':')) return absl::StrCat("[", host, "]:", port);
  return absl::StrCat(host, ":", port);
}

absl::StatusOr<AdminAddress> ParseAdminAddress(absl::string_view text) {
  absl::string_view rest = text;
  if (absl::StartsWith(rest, "https://")) {
    return BadAddress(text, "it is served over plain HTTP, on loopback");
  }
  absl::ConsumePrefix(&rest, "http://");
  absl::ConsumeSuffix(&rest, "/");
  const size_t colon = rest.rfind(':');
  uint32_t port = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(rest.substr(colon + 1), &port)) {
    return BadAddress(text, "it has no port");
  }
  if (port == 0 || port > 65535) return BadAddress(text, "ports are 1 to 65535");
  absl::string_view host = rest.substr(0, colon);
  const bool bracketed = absl::ConsumePrefix(&host, "[") && absl::ConsumeSuffix(&host, "]");
  if (absl::StrContains(host, ':') && !bracketed) {
    return BadAddress(text, "an IPv6 address stands in brackets");
  }
  if (host.find_first_of("/ []") != absl::string_view::npos) {
    return BadAddress(text, "there is more than a host and a port");
  }
  return AdminAddress{host.empty() ? "127.0.0.1" : std::string(host), static_cast<uint16_t>(port)};
}

std::string ChooseAdminAddress(const std::string& flag) {
  if (!flag.empty()) return flag;
  const char* environment = std::getenv("BINNACLE_ADMIN");
  if (environment != nullptr && *environment != '\0') return environment;
  return std::string(kDefaultAdminAddress);
}

absl::StatusOr<AdminClient> AdminClient::At(absl::string_view address) {
  absl::StatusOr<AdminAddress> parsed = ParseAdminAddress(address);
  if (!parsed.ok()) return parsed.status();
  return AdminClient(*std::move(parsed));
}

absl::StatusOr<std::string> AdminClient::Fetch(
    const std::string& path, const std::multimap<std::string, std::string>& query) const {
  httplib::Client client(address_.host, address_.port);
  client.set_connection_timeout(absl::ToChronoMicroseconds(connect_patience_));
  client.set_read_timeout(absl::ToChronoMicroseconds(answer_patience_));
  const httplib::Result result = client.Get(path, query, httplib::Headers());
  if (!result) return Unreachable(address_, Reason(result.error()));
  return Read(*result, address_);
}

absl::StatusOr<std::string> AdminClient::GetText(const std::string& path) const {
  return Fetch(path, {});
}

absl::StatusOr<Json> AdminClient::Get(const std::string& path,
                                      const std::multimap<std::string, std::string>& query) const {
  const absl::StatusOr<std::string> body = Fetch(path, query);
  if (!body.ok()) return body.status();
  Json json = Json::parse(*body, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    return Unreachable(address_, absl::StrCat("what it answers for ", path, " is not JSON"));
  }
  return json;
}

ExitCode Report(const absl::Status& failure, Console& console) {
  console.err << "binnaclectl: " << failure.message() << '\n';
  if (absl::IsUnavailable(failure)) return ExitCode::kUnreachable;
  if (absl::IsInvalidArgument(failure)) return ExitCode::kUsage;
  return ExitCode::kFindings;
}

}  // namespace binnacle::ctl
