// The small rules: durations, ports, addresses, headers, regexes, labels,
// nearest words.
#include <catch2/catch.hpp>
#include <limits>
#include <string>

#include "policy/duration_rule.h"
#include "policy/http_header_rule.h"
#include "policy/ip_address.h"
#include "policy/label_rule.h"
#include "policy/nearest_word.h"
#include "policy/place.h"
#include "policy/port_rule.h"
#include "policy/regex_rule.h"

namespace binnacle::policy {
namespace {

google::protobuf::Duration Of(int64_t seconds, int32_t nanos = 0) {
  google::protobuf::Duration duration;
  duration.set_seconds(seconds);
  duration.set_nanos(nanos);
  return duration;
}

bool IsSound(const Verdict& verdict) { return !verdict.has_value(); }

TEST_CASE("a duration is at least a millisecond and a whole number of them") {
  CHECK(IsSound(CheckDuration(Of(0, 1'000'000))));
  CHECK(IsSound(CheckDuration(Of(3600))));
  CHECK_FALSE(IsSound(CheckDuration(Of(0))));
  CHECK_FALSE(IsSound(CheckDuration(Of(0, 999'999))));
  CHECK_FALSE(IsSound(CheckDuration(Of(1, 500))));
  CHECK_FALSE(IsSound(CheckDuration(Of(-1))));
}

TEST_CASE("a duration out of all bounds is no danger") {
  const int64_t most = std::numeric_limits<int64_t>::max();
  CHECK_FALSE(IsSound(CheckConnectTimeout(Of(most, 999'999'999))));
  CHECK_FALSE(IsSound(CheckDuration(Of(-most, -999'999'999))));
}

TEST_CASE("zero is allowed where it means never") {
  CHECK(IsSound(CheckDurationOrZero(Of(0))));
  CHECK_FALSE(IsSound(CheckDurationOrZero(Of(0, 1))));
}

TEST_CASE("a connect timeout is 1ms to 1h") {
  CHECK(IsSound(CheckConnectTimeout(Of(3600))));
  CHECK_FALSE(IsSound(CheckConnectTimeout(Of(3601))));
}

TEST_CASE("whole seconds have no fraction") {
  CHECK(IsSound(CheckWholeSeconds(Of(0))));
  CHECK(IsSound(CheckWholeSeconds(Of(86400))));
  CHECK_FALSE(IsSound(CheckWholeSeconds(Of(1, 500'000'000))));
}

TEST_CASE("ports are 1 to 65535") {
  CHECK(IsSound(CheckPort(1)));
  CHECK(IsSound(CheckPort(65535)));
  CHECK_FALSE(IsSound(CheckPort(0)));
  CHECK_FALSE(IsSound(CheckPort(65536)));
  CHECK_FALSE(IsSound(CheckPort(-1)));
}

TEST_CASE("protocols are told apart without regard to case") {
  CHECK(IsHttpProtocol("grpc-web"));
  CHECK(IsTlsProtocol("Https"));
  CHECK_FALSE(IsHttpProtocol("HTTPS"));
  CHECK(IsSound(CheckGatewayProtocol("http2")));
  CHECK_FALSE(IsSound(CheckGatewayProtocol("udp")));
  CHECK(IsSound(CheckServiceProtocol("")));
  CHECK(IsSound(CheckServiceProtocol("udp")));
  CHECK(CheckGatewayProtocol("HTTSP")->remedy == "did you mean \"HTTPS\"?");
}

TEST_CASE("addresses and blocks are read strictly") {
  CHECK(IsIpAddress("10.0.0.1"));
  CHECK(IsIpAddress("2001:db8::1"));
  CHECK_FALSE(IsIpAddress("10.0.0.01 "));
  CHECK_FALSE(IsIpAddress(std::string("10.0.0.1\0", 9)));
  CHECK(IsCidr("10.0.0.0/0"));
  CHECK(IsCidr("2001:db8::/128"));
  CHECK_FALSE(IsCidr("10.0.0.0/33"));
  CHECK_FALSE(IsCidr("10.0.0.0/"));
  CHECK_FALSE(IsCidr("10.0.0.0/-1"));
  CHECK_FALSE(IsCidr("10.0.0.0"));
}

TEST_CASE("a header to match may be one of five pseudo-headers") {
  CHECK(IsSound(CheckMatchedHeaderName(":authority")));
  CHECK(IsSound(CheckMatchedHeaderName("x_user!")));
  CHECK_FALSE(IsSound(CheckMatchedHeaderName("")));
  CHECK(CheckMatchedHeaderName(":metod")->remedy == "did you mean \":method\"?");
}

TEST_CASE("a header to change may not be a pseudo-header") {
  CHECK(IsSound(CheckChangedHeaderName("x-user")));
  CHECK_FALSE(IsSound(CheckChangedHeaderName(":path")));
}

TEST_CASE("commands in a header's value are closed") {
  CHECK(IsSound(CheckHeaderValue("%REQ(x-user)% and %START_TIME%")));
  CHECK(IsSound(CheckHeaderValue("100%%")));
  CHECK_FALSE(IsSound(CheckHeaderValue("100%")));
  CHECK_FALSE(IsSound(CheckHeaderValue("a\nb")));
}

TEST_CASE("claims of tokens have names") {
  CHECK(IsJwtClaimName("@request.auth.claims.group"));
  CHECK(IsJwtClaimName("@request.auth.claims[group]"));
  CHECK_FALSE(IsJwtClaimName("@request.auth.claims."));
  CHECK_FALSE(IsJwtClaimName("@request.auth.claims"));
  CHECK_FALSE(IsJwtClaimName("@request.auth.claims[]"));
}

TEST_CASE("a regular expression is RE2's, and bounded") {
  CHECK(IsSound(CheckRegex("/api/v[0-9]+")));
  CHECK_FALSE(IsSound(CheckRegex("")));
  CHECK_FALSE(IsSound(CheckRegex("(a")));
  CHECK_FALSE(IsSound(CheckRegex("(?!a)")));
  CHECK_FALSE(IsSound(CheckRegex(std::string(1025, 'a'))));
  CHECK_FALSE(IsSound(CheckRegex("((a{100}){100}){100}")));
}

TEST_CASE("a rewrite names only captures that there are") {
  CHECK(IsSound(CheckRegexRewrite("/(.*)", "\\1")));
  CHECK_FALSE(IsSound(CheckRegexRewrite("/(.*)", "\\2")));
}

TEST_CASE("labels are Kubernetes' labels") {
  CHECK(IsSound(CheckLabelKey("app.kubernetes.io/name")));
  CHECK(IsSound(CheckLabelKey("app_1")));
  CHECK_FALSE(IsSound(CheckLabelKey("a/b/c")));
  CHECK_FALSE(IsSound(CheckLabelKey("/name")));
  CHECK_FALSE(IsSound(CheckLabelKey("app.kubernetes.io/")));
  CHECK(IsSound(CheckLabelValue("")));
  CHECK_FALSE(IsSound(CheckLabelValue("-v1")));
}

TEST_CASE("the nearest word is the one that was meant, if any") {
  constexpr absl::string_view kWords[] = {"match", "mirror", "retries", "route", "uri"};
  CHECK(NearestWord("mtach", kWords) == "match");
  CHECK(NearestWord("Routes", kWords) == "route");
  CHECK(NearestWord("url", kWords) == "uri");
  CHECK(NearestWord("zebra", kWords).empty());
  CHECK(NearestWord("", kWords).empty());
  CHECK(NearestWord(std::string(100000, 'm'), kWords).empty());
}

TEST_CASE("a place spells its path, with indices and keys") {
  Report report;
  const Place spec("spec", report);
  const Place rule = spec.Field("http", 2);
  const Place match = rule.Field("match", 0);
  match.Entry("headers", "end-user").Error("bad-header-name", "no");
  const Place document("", report);
  document.Field("subsets", 1).Warn("unused-field", "so");

  REQUIRE(report.problems().size() == 2);
  CHECK(report.problems()[0].field == "spec.http[2].match[0].headers[\"end-user\"]");
  CHECK(report.problems()[1].field == "subsets[1]");
}

}  // namespace
}  // namespace binnacle::policy
