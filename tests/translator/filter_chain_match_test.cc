#include "translator/filter_chain_match.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "envoy/config/listener/v3/listener.pb.h"
#include "translator/cidr_range.h"
#include "translator/serialize.h"

namespace binnacle::translator {
namespace {

using envoy::config::listener::v3::FilterChainMatch;
using envoy::config::listener::v3::Listener;
using Words = std::vector<std::string>;

struct Match {
  Words names = {};
  Words blocks = {};
  Words alpn = {};
  std::string transport = {};
  uint32_t port = 0;
};

// Offers a chain that takes what is wanted.
bool Add(const Match& wanted, FilterChains& chains) {
  ConnectionMatch match;
  match.server_names.assign(wanted.names.begin(), wanted.names.end());
  for (const auto& block : wanted.blocks) match.prefix_ranges.push_back(*ParseCidrRange(block));
  match.application_protocols.assign(wanted.alpn.begin(), wanted.alpn.end());
  match.transport_protocol = wanted.transport;
  match.destination_port = wanted.port;
  return chains.Add(std::move(match), {.name = "", .filter = ""});
}

Listener Finish(const FilterChains& chains) {
  Listener listener;
  CHECK(listener.ParseFromString(chains.bytes()));
  CHECK(Serialize(listener) == chains.bytes());
  return listener;
}

Words Names(const FilterChainMatch& match) {
  return {match.server_names().begin(), match.server_names().end()};
}

}  // namespace

TEST_CASE("a server name belongs to the first chain that asks for it") {
  FilterChains chains;
  CHECK(Add({.names = {"a.example", "b.example"}}, chains));
  CHECK(Add({.names = {"b.example", "c.example"}}, chains));
  CHECK_FALSE(Add({.names = {"a.example", "c.example"}}, chains));
  const Listener listener = Finish(chains);
  REQUIRE(listener.filter_chains_size() == 2);
  CHECK(Names(listener.filter_chains(1).filter_chain_match()) == Words{"c.example"});
}

TEST_CASE("a name that is repeated or cannot be matched is left out") {
  FilterChains chains;
  CHECK(Add({.names = {"a.example", "a.example", "*.b.example", "*", "c*.example", ""}}, chains));
  CHECK_FALSE(Add({.names = {"*"}}, chains));
  const Listener listener = Finish(chains);
  CHECK(Names(listener.filter_chains(0).filter_chain_match()) == Words{"a.example", "*.b.example"});
}

TEST_CASE("a chain that asks for nothing stands once and has no match") {
  FilterChains chains;
  CHECK(Add({}, chains));
  CHECK_FALSE(Add({}, chains));
  CHECK(Add({.port = 80}, chains));
  const Listener listener = Finish(chains);
  CHECK_FALSE(listener.filter_chains(0).has_filter_chain_match());
}

TEST_CASE("without names the blocks are narrowed, and without blocks the words") {
  FilterChains chains;
  CHECK(Add({.blocks = {"10.0.0.0/8"}}, chains));
  CHECK(Add({.blocks = {"10.9.9.9/8", "11.0.0.0/8"}}, chains));
  CHECK(Add({.alpn = {"h2c"}, .transport = "raw_buffer"}, chains));
  CHECK(Add({.alpn = {"h2c", "http/1.1"}, .transport = "raw_buffer"}, chains));
  const Listener listener = Finish(chains);
  REQUIRE(listener.filter_chains_size() == 4);
  CHECK(listener.filter_chains(1).filter_chain_match().prefix_ranges_size() == 1);
  CHECK(listener.filter_chains(3).filter_chain_match().application_protocols(0) == "http/1.1");
}

TEST_CASE("the inspectors needed are those that the matches ask of") {
  FilterChains plain;
  Add({.transport = "raw_buffer"}, plain);
  CHECK_FALSE(plain.needs_tls_inspector());
  CHECK_FALSE(plain.needs_http_inspector());
  Add({.alpn = {"http/1.1"}, .transport = "raw_buffer"}, plain);
  CHECK(plain.needs_http_inspector());
  CHECK_FALSE(plain.needs_tls_inspector());
  FilterChains named;
  Add({.names = {"a.example"}}, named);
  CHECK(named.needs_tls_inspector());
  FilterChains tls;
  Add({.transport = "tls"}, tls);
  CHECK(tls.needs_tls_inspector());
  CHECK_FALSE(tls.needs_http_inspector());
}

TEST_CASE("the mesh's ALPN words are those for HTTP and the others") {
  CHECK(MeshAlpn().size() == MeshHttpAlpn().size() + MeshTcpAlpn().size());
  CHECK(MeshHttpAlpn()[0] == "istio-http/1.0");
  CHECK(MeshTcpAlpn().back() == "istio");
}

// Envoy looks at every single combination of what a match lists.
TEST_CASE("whatever chains are offered, no connection could take two of those taken") {
  std::mt19937 random(7);
  auto some = [&](const Words& from) {
    Words picked;
    for (const auto& word : from) {
      if (random() % 3 == 0) picked.push_back(word);
    }
    return picked;
  };
  for (int round = 0; round < 200; ++round) {
    FilterChains chains;
    for (int i = 0; i < 12; ++i) {
      Add({.names = some({"a.x", "b.x", "*.x", "*"}),
           .blocks = some({"10.0.0.0/8", "10.1.0.0/8", "11.0.0.1"}),
           .alpn = some({"h2", "istio"}),
           .transport = random() % 2 == 0 ? "tls" : "",
           .port = static_cast<uint32_t>(random() % 2)},
          chains);
    }
    std::set<std::string> ways;
    const Listener listener = Finish(chains);
    for (const auto& chain : listener.filter_chains()) {
      const auto& match = chain.filter_chain_match();
      const auto or_any = [](const Words& words) { return words.empty() ? Words{""} : words; };
      Words blocks;
      for (const auto& block : match.prefix_ranges()) blocks.push_back(block.ShortDebugString());
      for (const auto& name : or_any(Names(match))) {
        for (const auto& block : or_any(blocks)) {
          for (const auto& word : or_any(
                   {match.application_protocols().begin(), match.application_protocols().end()})) {
            const bool first = ways.insert(absl::StrCat(name, "|", block, "|", word, "|",
                                                        match.transport_protocol(), "|",
                                                        match.destination_port().value()))
                                   .second;
            CHECK(first);
          }
        }
      }
    }
  }
}

}  // namespace binnacle::translator
