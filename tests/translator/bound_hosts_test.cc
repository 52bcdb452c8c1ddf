#include "translator/bound_hosts.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace binnacle::translator {
namespace {

using Words = std::vector<std::string>;

policy::Object VirtualService(const char* name) {
  policy::Object object;
  object.key = {policy::Kind::kVirtualService, "shop", name};
  return object;
}

// "hosts: name<gateways ... tls" of each group.
Words Told(BoundHosts& hosts) {
  Words told;
  for (const HostGroup* group : hosts.Grouped()) {
    std::string text = absl::StrCat(absl::StrJoin(group->hosts, ","), ":");
    for (const Binding& binding : group->content.bindings) {
      absl::StrAppend(&text, " ", binding.virtual_service->key.name, "<",
                      absl::StrJoin(binding.gateways, ","));
    }
    told.push_back(absl::StrCat(text, group->content.require_tls ? " tls" : ""));
  }
  return told;
}

}  // namespace

TEST_CASE("hosts to which the same came are one group, in whatever order it came") {
  const auto a = VirtualService("a");
  const auto b = VirtualService("b");
  BoundHosts hosts;
  hosts.Bind({"two", "one"}, a, "shop/x");
  hosts.Bind({"one"}, b, "shop/x");
  hosts.Bind({"three"}, b, "shop/x");
  hosts.Bind({"three"}, a, "shop/x");
  CHECK(Told(hosts) == Words{"one,three: a<shop/x b<shop/x", "two: a<shop/x"});
}

TEST_CASE("a VirtualService that came through several gateways stands once, with all of them") {
  const auto a = VirtualService("a");
  const auto b = VirtualService("b");
  BoundHosts hosts;
  hosts.Bind({"one"}, a, "shop/x");
  hosts.Bind({"one"}, b, "shop/x");
  hosts.Bind({"one"}, a, "shop/y");
  CHECK(Told(hosts) == Words{"one: a<shop/x,shop/y b<shop/x"});
}

TEST_CASE("hosts that must use TLS stand apart, also those to which nothing came") {
  const auto a = VirtualService("a");
  BoundHosts hosts;
  hosts.Bind({"one", "two"}, a, "shop/x");
  hosts.RequireTls({"one", "three"});
  CHECK(Told(hosts) == Words{"one: a<shop/x tls", "three: tls", "two: a<shop/x"});
}

TEST_CASE("many hosts are found again as few are") {
  const auto a = VirtualService("a");
  const auto b = VirtualService("b");
  Words names;
  for (char c = 'a'; c <= 'z'; ++c) names.emplace_back(1, c);
  BoundHosts hosts;
  for (const std::string& name : names) hosts.Bind({name}, a, "shop/x");
  for (const std::string& name : names) hosts.Bind({name}, b, "shop/x");
  CHECK(Told(hosts) == Words{absl::StrCat(absl::StrJoin(names, ","), ": a<shop/x b<shop/x")});
}

}  // namespace binnacle::translator
