#include "translator/filter_chain_match.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace binnacle::translator {

using envoy::config::core::v3::CidrRange;
using envoy::config::listener::v3::FilterChain;
using envoy::config::listener::v3::FilterChainMatch;
using envoy::config::listener::v3::Listener;

namespace {

// HTTP first, so that both halves are spans of the whole.
constexpr std::array<absl::string_view, 5> kMeshAlpn = {"istio-http/1.0", "istio-http/1.1",
                                                        "istio-h2", "istio-peer-exchange", "istio"};
constexpr size_t kMeshHttpWords = 3;

std::string TextOf(const CidrRange& range) {
  return absl::StrCat(range.address_prefix(), "/", range.prefix_len().value());
}
std::string TextOf(const std::string& word) { return word; }

bool Same(const CidrRange& a, const CidrRange& b) {
  return a.address_prefix() == b.address_prefix() &&
         a.prefix_len().value() == b.prefix_len().value();
}
bool Same(const std::string& a, const std::string& b) { return a == b; }

// An empty list asks nothing, which is one way too.
using Words = google::protobuf::RepeatedPtrField<std::string>;
int Ways(const Words& words) { return std::max(1, words.size()); }
absl::string_view Way(const Words& words, int i) {
  return words.empty() ? absl::string_view() : absl::string_view(words[i]);
}

std::vector<std::string> OrAny(const google::protobuf::RepeatedPtrField<CidrRange>& blocks) {
  if (blocks.empty()) return {""};
  std::vector<std::string> texts;
  for (const CidrRange& block : blocks) texts.push_back(TextOf(block));
  return texts;
}

// Calls f for every single way in that the match stands for: it is how Envoy
// itself looks for conflicts. Ends early when f returns false.
template <typename F>
bool ForEachWay(const FilterChainMatch& match, F f) {
  const std::string rest =
      absl::StrCat("|", match.transport_protocol(), "|", match.destination_port().value());
  const Words& names = match.server_names();
  const Words& alpn = match.application_protocols();
  std::string way;
  for (const std::string& block : OrAny(match.prefix_ranges())) {
    for (int n = 0; n < Ways(names); ++n) {
      for (int a = 0; a < Ways(alpn); ++a) {
        way.clear();
        absl::StrAppend(&way, block, "|", Way(names, n), "|", Way(alpn, a), rest);
        if (!f(way)) return false;
      }
    }
  }
  return true;
}

// True where looking costs little; most lists are short and fine.
template <typename List, typename F>
bool AreFewAndDistinct(const List& list, F allowed) {
  constexpr int kFew = 8;
  if (list.size() > kFew) return false;
  for (int i = 0; i < list.size(); ++i) {
    if (!allowed(list[i])) return false;
    for (int j = 0; j < i; ++j) {
      if (Same(list[i], list[j])) return false;
    }
  }
  return true;
}

// Drops every element that an earlier one equals or that `allowed` refuses.
template <typename List, typename F>
void Distinct(List& list, F allowed) {
  if (AreFewAndDistinct(list, allowed)) return;
  List kept;
  absl::flat_hash_set<std::string> seen;
  for (auto& element : list) {
    if (allowed(element) && seen.insert(TextOf(element)).second) *kept.Add() = std::move(element);
  }
  list.Swap(&kept);
}

}  // namespace

absl::Span<const absl::string_view> MeshAlpn() { return kMeshAlpn; }
absl::Span<const absl::string_view> MeshHttpAlpn() { return MeshAlpn().first(kMeshHttpWords); }
absl::Span<const absl::string_view> MeshTcpAlpn() { return MeshAlpn().subspan(kMeshHttpWords); }

std::vector<absl::string_view> PlainHttpAlpn(const ProxyClass& proxy) {
  if (proxy.http10) return {"http/1.0", "http/1.1", "h2c"};
  return {"http/1.1", "h2c"};
}

void MatchAlpn(absl::Span<const absl::string_view> words, FilterChainMatch& match) {
  for (absl::string_view word : words) match.add_application_protocols(std::string(word));
}

bool IsServerName(absl::string_view host) {
  const absl::string_view rest = absl::StartsWith(host, "*.") ? host.substr(2) : host;
  return !rest.empty() && !absl::StrContains(rest, '*');
}

bool FilterChains::IsFree(const FilterChainMatch& match) const {
  return ForEachWay(match, [&](const std::string& way) { return !taken_.contains(way); });
}

bool FilterChains::Take(const FilterChainMatch& match) {
  size_t took = 0;
  const bool all = ForEachWay(match, [&](const std::string& way) {
    if (!taken_.insert(way).second) return false;
    ++took;
    return true;
  });
  if (all) return true;
  ForEachWay(match, [&](const std::string& way) {
    if (took == 0) return false;
    taken_.erase(way);
    --took;
    return true;
  });
  return false;
}

// Leaves only those elements of one list with which every way in is free.
template <typename GetList>
bool FilterChains::NarrowBy(GetList list, FilterChainMatch& match) const {
  auto elements = *list(match);
  auto kept = elements;
  kept.Clear();
  for (const auto& element : elements) {
    list(match)->Clear();
    *list(match)->Add() = element;
    if (IsFree(match)) *kept.Add() = element;
  }
  list(match)->Swap(&kept);
  return !list(match)->empty();
}

// By the list that says most of what the chain is for.
bool FilterChains::Narrow(FilterChainMatch& match) const {
  if (!match.server_names().empty()) {
    return NarrowBy([](FilterChainMatch& m) { return m.mutable_server_names(); }, match);
  }
  if (!match.prefix_ranges().empty()) {
    return NarrowBy([](FilterChainMatch& m) { return m.mutable_prefix_ranges(); }, match);
  }
  return NarrowBy([](FilterChainMatch& m) { return m.mutable_application_protocols(); }, match);
}

bool FilterChains::Add(FilterChain chain) {
  FilterChainMatch& match = *chain.mutable_filter_chain_match();
  const bool named = !match.server_names().empty();
  const auto any = [](const auto&) { return true; };
  Distinct(*match.mutable_server_names(), IsServerName);
  Distinct(*match.mutable_prefix_ranges(), any);
  Distinct(*match.mutable_application_protocols(), any);
  // With no name left it would take what it was never meant to.
  if (named && match.server_names().empty()) return false;
  if (!Take(match) && !(Narrow(match) && Take(match))) return false;
  const bool alpn = !match.application_protocols().empty();
  const bool raw = match.transport_protocol() == kRawTransport;
  needs_tls_inspector_ |= named || (!raw && (alpn || !match.transport_protocol().empty()));
  needs_http_inspector_ |= raw && alpn;
  if (match.ByteSizeLong() == 0) chain.clear_filter_chain_match();
  chains_.Add(std::move(chain));
  return true;
}

// The listener has none yet.
void FilterChains::MoveTo(Listener& listener) && {
  listener.mutable_filter_chains()->Swap(&chains_);
}

}  // namespace binnacle::translator
