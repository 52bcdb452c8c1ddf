#include "translator/cidr_range.h"

#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_cat.h"

namespace binnacle::translator {
namespace {

std::string Parsed(absl::string_view text) {
  const auto range = ParseCidrRange(text);
  if (!range.has_value()) return "none";
  return absl::StrCat(range->address_prefix(), "/", range->prefix_len().value());
}

}  // namespace

TEST_CASE("blocks are masked, so that equal blocks are equal messages") {
  CHECK(Parsed("10.1.2.3/8") == "10.0.0.0/8");
  CHECK(Parsed("10.1.2.3/30") == "10.1.2.0/30");
  CHECK(Parsed("10.1.2.3") == "10.1.2.3/32");
  CHECK(Parsed("0.0.0.0/0") == "0.0.0.0/0");
  CHECK(Parsed("2001:DB8:0::7/32") == "2001:db8::/32");
  CHECK(Parsed("2001:db8:0:0::7") == "2001:db8::7/128");
}

TEST_CASE("what is neither an address nor a block is no range") {
  for (const char* text : {"", "/8", "10.1.2", "10.1.2.3/33", "10.1.2.3/", "10.1.2.3/x",
                           "10.1.2.3/-1", "::/129", "example.com", "unix:///run/x"}) {
    CAPTURE(text);
    CHECK(Parsed(text) == "none");
  }
}

TEST_CASE("a block of one is a single address") {
  CHECK(IsSingleAddress(*ParseCidrRange("10.1.2.3")));
  CHECK(IsSingleAddress(*ParseCidrRange("fd00::1/128")));
  CHECK_FALSE(IsSingleAddress(*ParseCidrRange("10.1.2.3/31")));
  CHECK_FALSE(IsSingleAddress(*ParseCidrRange("fd00::1/32")));
}

}  // namespace binnacle::translator
