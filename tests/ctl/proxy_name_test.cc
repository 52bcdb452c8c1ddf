#include "ctl/proxy_name.h"

#include <catch2/catch.hpp>

namespace binnacle::ctl {
namespace {

const std::vector<std::string> kProxies = {"ingress.istio-system",
                                           "reviews-v1.default",
                                           "reviews-v2.default",
                                           "reviews-v1.other",
                                           "sidecar~10.0.0.1~twin.default~d",
                                           "sidecar~10.0.0.2~twin.default~d"};

std::string Resolved(absl::string_view name, const std::vector<std::string>& proxies = kProxies) {
  const auto found = ResolveProxy(name, proxies);
  return found.ok() ? *found : std::string(found.status().message());
}

TEST_CASE("a proxy is found by as much of its name as is plain") {
  CHECK(Resolved("reviews-v1.default") == "reviews-v1.default");
  CHECK(Resolved("reviews-v2") == "reviews-v2.default");
  CHECK(Resolved("ingress") == "ingress.istio-system");
  CHECK(Resolved("istio-sys") == "ingress.istio-system");
  CHECK(Resolved("router~10.0.0.9~ingress.istio-system~x") == "ingress.istio-system");
  CHECK(Resolved("sidecar~10.0.0.2~twin.default~d") == "sidecar~10.0.0.2~twin.default~d");
}

TEST_CASE("a name that may mean several proxies is not guessed at") {
  CHECK(Resolved("reviews-v1") ==
        "\"reviews-v1\" may be any of reviews-v1.default, reviews-v1.other; say more of its name");
  CHECK(Resolved("twin.default") ==
        "\"twin.default\" may be any of sidecar~10.0.0.1~twin.default~d, "
        "sidecar~10.0.0.2~twin.default~d; name it by its node id");
}

TEST_CASE("an unknown proxy: the one that was meant, or those that there are") {
  CHECK(Resolved("reviews-v1.defualt") ==
        "no proxy \"reviews-v1.defualt\" is connected; did you mean \"reviews-v1.default\"?");
  CHECK(Resolved("zzz", {"a.b", "c.d"}) == "no proxy \"zzz\" is connected; connected are a.b, c.d");
  CHECK(Resolved("zzz", {}) == "no proxy \"zzz\": no proxy at all is connected");
}

}  // namespace
}  // namespace binnacle::ctl
