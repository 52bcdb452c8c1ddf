#include "policy/host.h"

#include <catch2/catch.hpp>
#include <string>

namespace binnacle::policy {
namespace {

bool IsFqdn(absl::string_view host) { return !CheckFqdn(host).has_value(); }
bool IsWildcardDomain(absl::string_view host) { return !CheckWildcardDomain(host).has_value(); }

TEST_CASE("a DNS label is 1 to 63 letters, digits and hyphens") {
  CHECK(IsDnsLabel("a"));
  CHECK(IsDnsLabel("Reviews-2"));
  CHECK(IsDnsLabel(std::string(63, 'a')));
  CHECK_FALSE(IsDnsLabel(std::string(64, 'a')));
  CHECK_FALSE(IsDnsLabel(""));
  CHECK_FALSE(IsDnsLabel("-a"));
  CHECK_FALSE(IsDnsLabel("a-"));
  CHECK_FALSE(IsDnsLabel("a_b"));
  CHECK_FALSE(IsDnsLabel("a.b"));
}

TEST_CASE("a host may end in one dot, and a single label is a host") {
  CHECK(IsFqdn("reviews"));
  CHECK(IsFqdn("example.com."));
  CHECK_FALSE(IsFqdn("example.com.."));
  CHECK_FALSE(IsFqdn("."));
  CHECK_FALSE(IsFqdn(""));
}

TEST_CASE("the last label of a host may not be all digits") {
  CHECK(IsFqdn("1.example"));
  CHECK_FALSE(IsFqdn("example.1"));
  CHECK_FALSE(IsFqdn("10.0.0.256"));
}

TEST_CASE("a wildcard may begin a host and stand nowhere else") {
  CHECK(IsWildcardDomain("*"));
  CHECK(IsWildcardDomain("*.example.com"));
  CHECK(IsWildcardDomain("*-a.example.com"));
  CHECK_FALSE(IsWildcardDomain("a.*.com"));
  CHECK_FALSE(IsWildcardDomain("**.example.com"));
  CHECK_FALSE(IsWildcardDomain("*."));
  CHECK_FALSE(IsWildcardDomain("example.*"));
}

TEST_CASE("a wildcard that is not a whole label is partial") {
  CHECK(IsPartialWildcard("*-a.example.com"));
  CHECK(IsPartialWildcard("a*.example.com"));
  CHECK_FALSE(IsPartialWildcard("*"));
  CHECK_FALSE(IsPartialWildcard("*.example.com"));
  CHECK_FALSE(IsPartialWildcard("example.com"));
}

TEST_CASE("a wildcard covers what ends like it, but not its own parent") {
  CHECK(HostCovers("*.example.com", "a.example.com"));
  CHECK(HostCovers("*.example.com", "a.b.EXAMPLE.com"));
  CHECK(HostCovers("*.example.com", "*.b.example.com"));
  CHECK(HostCovers("*", "example.com"));
  CHECK(HostCovers("*", "*"));
  CHECK_FALSE(HostCovers("*.example.com", "example.com"));
  CHECK_FALSE(HostCovers("*.example.com", ".example.com"));
  CHECK_FALSE(HostCovers("*.b.example.com", "*.example.com"));
  CHECK_FALSE(HostCovers("a.example.com", "*.example.com"));
}

TEST_CASE("hosts are compared without regard to case and to a trailing dot") {
  CHECK(HostCovers("Example.com", "example.COM."));
  CHECK(HostsOverlap("*.com", "*.example.com"));
  CHECK(HostsOverlap("*.example.com", "*.com"));
  CHECK_FALSE(HostsOverlap("a.com", "b.com"));
}

TEST_CASE("a name without a dot is completed; others stay") {
  CHECK(ResolveShortName("reviews", "shop", "cluster.local") == "reviews.shop.svc.cluster.local");
  CHECK(ResolveShortName("reviews.blog", "shop", "cluster.local") == "reviews.blog");
  CHECK(ResolveShortName("*", "shop", "cluster.local") == "*");
  CHECK(ResolveShortName("", "shop", "cluster.local").empty());
}

TEST_CASE("a URL where a host belongs is told which part to keep") {
  const Verdict verdict = CheckFqdn("https://api.example.com:443/v1");
  REQUIRE(verdict.has_value());
  CHECK(verdict->remedy == "write \"api.example.com\" alone");
}

}  // namespace
}  // namespace binnacle::policy
