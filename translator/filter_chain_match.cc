#include "translator/filter_chain_match.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "translator/field_bytes.h"
#include "translator/serialize.h"

namespace binnacle::translator {

using envoy::config::core::v3::CidrRange;

namespace {

// HTTP first, so that both halves are spans of the whole.
constexpr std::array<absl::string_view, 5> kMeshAlpn = {"istio-http/1.0", "istio-http/1.1",
                                                        "istio-h2", "istio-peer-exchange", "istio"};
constexpr size_t kMeshHttpWords = 3;
// HTTP/1.0 first, which not everybody speaks.
constexpr std::array<absl::string_view, 3> kPlainHttpAlpn = {"http/1.0", "http/1.1", "h2c"};

// Field numbers of FilterChainMatch, and of the listener that holds chains.
constexpr int kPrefixRanges = 3;
constexpr int kDestinationPort = 8;
constexpr int kTransportProtocol = 9;
constexpr int kAlpn = 10;
constexpr int kServerNames = 11;
constexpr int kFilterChains = 3;
constexpr size_t kWrappedValueTag = 1 << 3;

std::string TextOf(const CidrRange& range) {
  return absl::StrCat(range.address_prefix(), "/", range.prefix_len().value());
}
std::string TextOf(absl::string_view word) { return std::string(word); }

bool Same(const CidrRange& a, const CidrRange& b) {
  return a.address_prefix() == b.address_prefix() &&
         a.prefix_len().value() == b.prefix_len().value();
}
bool Same(absl::string_view a, absl::string_view b) { return a == b; }

// An empty list asks nothing, which is one way too.
using Words = ConnectionMatch::Words;
size_t Ways(const Words& words) { return std::max<size_t>(1, words.size()); }
absl::string_view Way(const Words& words, size_t i) {
  return words.empty() ? absl::string_view() : words[i];
}

// Calls f for every single way in that the match stands for: it is how Envoy
// itself looks for conflicts. Ends early when f returns false.
template <typename F>
bool ForEachWay(const ConnectionMatch& match, F f) {
  const std::string rest = absl::StrCat("|", match.transport_protocol, "|", match.destination_port);
  const Words& names = match.server_names;
  const Words& alpn = match.application_protocols;
  const auto& blocks = match.prefix_ranges;
  std::string way;
  for (size_t b = 0; b < std::max<size_t>(1, blocks.size()); ++b) {
    const std::string block = blocks.empty() ? std::string() : TextOf(blocks[b]);
    for (size_t n = 0; n < Ways(names); ++n) {
      for (size_t a = 0; a < Ways(alpn); ++a) {
        way.clear();
        absl::StrAppend(&way, Way(names, n), "|", block, "|", Way(alpn, a), rest);
        if (!f(way)) return false;
      }
    }
  }
  return true;
}

// True where looking costs little; most lists are short and fine.
template <typename List, typename F>
bool AreFewAndDistinct(const List& list, F allowed) {
  constexpr size_t kFew = 8;
  if (list.size() > kFew) return false;
  for (size_t i = 0; i < list.size(); ++i) {
    if (!allowed(list[i])) return false;
    for (size_t j = 0; j < i; ++j) {
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
    if (allowed(element) && seen.insert(TextOf(element)).second) kept.push_back(std::move(element));
  }
  list = std::move(kept);
}

}  // namespace

absl::Span<const absl::string_view> MeshAlpn() { return kMeshAlpn; }
absl::Span<const absl::string_view> MeshHttpAlpn() { return MeshAlpn().first(kMeshHttpWords); }
absl::Span<const absl::string_view> MeshTcpAlpn() { return MeshAlpn().subspan(kMeshHttpWords); }

absl::Span<const absl::string_view> PlainHttpAlpn(const ProxyClass& proxy) {
  const absl::Span<const absl::string_view> words = kPlainHttpAlpn;
  return proxy.http10 ? words : words.subspan(1);
}

std::string ConnectionMatch::Serialized() const {
  std::string bytes;
  for (const CidrRange& range : prefix_ranges) AppendField(kPrefixRanges, Serialize(range), bytes);
  if (destination_port != 0) {
    std::string value;  // google.protobuf.UInt32Value
    AppendNumber(kWrappedValueTag, value);
    AppendNumber(destination_port, value);
    AppendField(kDestinationPort, value, bytes);
  }
  AppendText(kTransportProtocol, transport_protocol, bytes);
  for (absl::string_view word : application_protocols) AppendField(kAlpn, word, bytes);
  for (absl::string_view name : server_names) AppendField(kServerNames, name, bytes);
  return bytes;
}

bool IsServerName(absl::string_view host) {
  const absl::string_view rest = absl::StartsWith(host, "*.") ? host.substr(2) : host;
  return !rest.empty() && !absl::StrContains(rest, '*');
}

bool FilterChains::IsFree(const ConnectionMatch& match) const {
  return ForEachWay(match, [&](const std::string& way) { return !taken_.contains(way); });
}

bool FilterChains::TakeWay(absl::string_view way) {
  constexpr size_t kBlock = 4096;
  if (free_.size() < way.size()) {
    const size_t size = std::max(kBlock, way.size());
    texts_.push_back(std::make_unique_for_overwrite<char[]>(size));
    free_ = absl::MakeSpan(texts_.back().get(), size);
  }
  const absl::string_view kept(free_.data(), way.copy(free_.data(), way.size()));
  if (!taken_.insert(kept).second) return false;
  free_.remove_prefix(way.size());
  return true;
}

bool FilterChains::Take(const ConnectionMatch& match) {
  size_t took = 0;
  const bool all = ForEachWay(match, [&](const std::string& way) {
    if (!TakeWay(way)) return false;
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
template <typename List>
bool FilterChains::NarrowBy(List ConnectionMatch::*list, ConnectionMatch& match) const {
  const List elements = match.*list;
  List kept;
  for (const auto& element : elements) {
    match.*list = {element};
    if (IsFree(match)) kept.push_back(element);
  }
  match.*list = std::move(kept);
  return !(match.*list).empty();
}

// By the list that says most of what the chain is for.
bool FilterChains::Narrow(ConnectionMatch& match) const {
  if (!match.server_names.empty()) return NarrowBy(&ConnectionMatch::server_names, match);
  if (!match.prefix_ranges.empty()) return NarrowBy(&ConnectionMatch::prefix_ranges, match);
  return NarrowBy(&ConnectionMatch::application_protocols, match);
}

bool FilterChains::Add(ConnectionMatch match, const FilterChain& chain) {
  const bool named = !match.server_names.empty();
  const auto any = [](const auto&) { return true; };
  Distinct(match.server_names, IsServerName);
  Distinct(match.prefix_ranges, any);
  Distinct(match.application_protocols, any);
  // With no name left it would take what it was never meant to.
  if (named && match.server_names.empty()) return false;
  if (!Take(match) && !(Narrow(match) && Take(match))) return false;
  const bool alpn = !match.application_protocols.empty();
  const bool raw = match.transport_protocol == kRawTransport;
  needs_tls_inspector_ |= named || (!raw && (alpn || !match.transport_protocol.empty()));
  needs_http_inspector_ |= raw && alpn;
  const std::string asked = match.Serialized();
  const size_t size = SizeOf(chain, asked);
  if (bytes_.empty()) bytes_.reserve(chains_expected_ * FieldSize(kFilterChains, size));
  AppendHeader(kFilterChains, size, bytes_);
  AppendTo(bytes_, chain, asked);
  return true;
}

}  // namespace binnacle::translator
