#include "ca/spiffe_id.h"

#include "catch2/catch.hpp"

namespace binnacle::ca {
namespace {

TEST_CASE("a workload's name is read into its three parts and written back") {
  const auto id = SpiffeId::Parse("spiffe://cluster.local/ns/production/sa/wordpress");
  REQUIRE(id.ok());
  CHECK(id->trust_domain() == "cluster.local");
  CHECK(id->ns() == "production");
  CHECK(id->service_account() == "wordpress");
  CHECK(id->ToString() == "spiffe://cluster.local/ns/production/sa/wordpress");
  CHECK(*id == *SpiffeId::Make("cluster.local", "production", "wordpress"));
}

TEST_CASE("a name of another form is refused, with the form that is wanted") {
  for (const char* uri :
       {"", "spiffe://", "cluster.local/ns/a/sa/b", "https://cluster.local/ns/a/sa/b",
        "SPIFFE://cluster.local/ns/a/sa/b", "spiffe://cluster.local", "spiffe://cluster.local/",
        "spiffe://cluster.local/ns/a", "spiffe://cluster.local/ns/a/sa/b/",
        "spiffe://cluster.local/ns/a/sa/b/c", "spiffe://cluster.local//ns/a/sa/b",
        "spiffe://cluster.local/sa/a/ns/b", "spiffe://cluster.local/NS/a/SA/b"}) {
    CAPTURE(uri);
    const auto id = SpiffeId::Parse(uri);
    CHECK(absl::IsInvalidArgument(id.status()));
    CHECK(id.status().message() ==
          "\"" + std::string(uri) +
              "\" is not spiffe://<trust domain>/ns/<namespace>/sa/<service account>");
  }
}

TEST_CASE("parts with characters that no SPIFFE ID may have are refused") {
  for (const char* uri :
       {"spiffe:///ns/a/sa/b", "spiffe://Cluster.local/ns/a/sa/b",
        "spiffe://user@cluster.local/ns/a/sa/b", "spiffe://cluster.local:8080/ns/a/sa/b",
        "spiffe://cluster.local/ns//sa/b", "spiffe://cluster.local/ns/a/sa/",
        "spiffe://cluster.local/ns/../sa/b", "spiffe://cluster.local/ns/./sa/b",
        "spiffe://cluster.local/ns/a%2fb/sa/b", "spiffe://cluster.local/ns/a/sa/b?c",
        "spiffe://cluster.local/ns/a/sa/b#c", "spiffe://cluster.local/ns/a b/sa/b",
        "spiffe://cluster.local/ns/\xc3\xa9/sa/b"}) {
    CAPTURE(uri);
    CHECK(absl::IsInvalidArgument(SpiffeId::Parse(uri).status()));
  }
  const std::string hidden("spiffe://cluster.local/ns/a/sa/b\0c", 34);
  CHECK(absl::IsInvalidArgument(SpiffeId::Parse(hidden).status()));
}

TEST_CASE("a name is refused when it is longer than a SPIFFE ID may be") {
  const std::string longest(2048 - std::string("spiffe://td/ns/a/sa/").size(), 'x');
  CHECK(SpiffeId::Make("td", "a", longest).ok());
  CHECK(SpiffeId::Make("td", "a", longest + "x").status().message() ==
        "a SPIFFE ID of 2049 bytes; 2048 are the most");
  CHECK(SpiffeId::Make(std::string(255, 't'), "a", "b").ok());
  CHECK(SpiffeId::Make(std::string(256, 't'), "a", "b").status().message() ==
        "the trust domain has 256 bytes, 255 are the most");
}

TEST_CASE("a message shows no more of a stranger's text than can be printed") {
  const auto id = SpiffeId::Make("a\x1b[2Jb", "a", "b");
  CHECK(id.status().message() ==
        "\"a?[2Jb\" cannot be a trust domain: lower-case letters, digits, '.', '-' and '_' can");
}

}  // namespace
}  // namespace binnacle::ca
