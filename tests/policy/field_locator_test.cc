#include "policy/field_locator.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"

namespace binnacle::policy {
namespace {

constexpr absl::string_view kText =
    "metadata:\n"
    "  labels: {a.b/c: d}\n"
    "spec:\n"
    "  traffic_policy:\n"
    "    tls: {mode: SIMPLE}\n"
    "  http:\n"
    "  - match:\n"
    "    - headers:\n"
    "        end-user: {exact: x}\n"
    "    timeout:\n";

std::string Locate(absl::string_view path) {
  YamlReader reader(kText);
  YamlDocument document;
  REQUIRE(reader.Next(document));
  const Mark mark = LocateField(*document.root(), path);
  return absl::StrCat(mark.line, ":", mark.column);
}

TEST_CASE("a scalar has its own place, a collection that of its key, an item its own") {
  CHECK(Locate("spec.trafficPolicy.tls.mode") == "5:17");
  CHECK(Locate("spec.trafficPolicy.tls") == "5:5");
  CHECK(Locate("spec.http") == "6:3");
  CHECK(Locate("spec.http[0]") == "7:5");
  CHECK(Locate("spec.http[0].match[0].headers[\"end-user\"].exact") == "9:27");
  CHECK(Locate("metadata.labels[\"a.b/c\"]") == "2:19");
  CHECK(Locate("") == "1:1");
}

TEST_CASE("a field that is not there has the place of its nearest parent") {
  CHECK(Locate("spec.host") == "3:1");
  CHECK(Locate("spec.http[3].route") == "6:3");
  CHECK(Locate("spec.http[0].route[0].weight") == "7:5");
  CHECK(Locate("spec.http[0].timeout") == "10:5");
}

TEST_CASE("a path that makes no sense does no harm") {
  for (const char* path : {"[", "[\"", "...", "spec[", "spec.http[x]", "spec.http[99999999999]",
                           "spec.http[-1]", "]", "[\"]", "spec..http"}) {
    CAPTURE(path);
    Locate(path);
  }
  SUCCEED();
}

}  // namespace
}  // namespace binnacle::policy
