#include "translator/match_merge.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"

namespace binnacle::translator {
namespace {

using policy::v1::HttpMatchRequest;
using policy::v1::StringMatch;

bool SaysNothing(const StringMatch& match) {
  return match.exact().empty() && match.prefix().empty() && match.regex().empty();
}

// Whether all that `narrow` takes, `wide` takes. A regex is compared only with
// itself.
bool Within(const StringMatch& wide, const StringMatch& narrow) {
  if (wide.has_regex() || narrow.has_regex()) return wide.regex() == narrow.regex();
  if (wide.has_exact()) return narrow.has_exact() && narrow.exact() == wide.exact();
  return absl::StartsWith(narrow.has_exact() ? narrow.exact() : narrow.prefix(), wide.prefix());
}

bool Conflict(const StringMatch& root, const StringMatch& delegate) {
  if (SaysNothing(root) || SaysNothing(delegate)) return false;
  return !Within(root, delegate);
}

// Of a key that both maps have.
template <typename Map, typename Differ>
bool AnyShared(const Map& root, const Map& delegate, Differ differ) {
  return std::any_of(delegate.begin(), delegate.end(), [&](const auto& entry) {
    auto it = root.find(entry.first);
    return it != root.end() && differ(it->second, entry.second);
  });
}

bool TextsConflict(const HttpMatchRequest& root, const HttpMatchRequest& delegate) {
  return Conflict(root.uri(), delegate.uri()) || Conflict(root.scheme(), delegate.scheme()) ||
         Conflict(root.method(), delegate.method()) ||
         Conflict(root.authority(), delegate.authority()) ||
         AnyShared(root.headers(), delegate.headers(), Conflict) ||
         AnyShared(root.without_headers(), delegate.without_headers(), Conflict) ||
         AnyShared(root.query_params(), delegate.query_params(), Conflict);
}

template <typename T>
bool Differ(const T& root, const T& delegate) {
  return root != T() && delegate != T() && root != delegate;
}

bool SharesGateway(const HttpMatchRequest& root, const HttpMatchRequest& delegate) {
  return std::any_of(delegate.gateways().begin(), delegate.gateways().end(),
                     [&](const std::string& gateway) {
                       return std::find(root.gateways().begin(), root.gateways().end(), gateway) !=
                              root.gateways().end();
                     });
}

bool SourcesConflict(const HttpMatchRequest& root, const HttpMatchRequest& delegate) {
  return Differ(root.port(), delegate.port()) ||
         Differ(root.source_namespace(), delegate.source_namespace()) ||
         AnyShared(root.source_labels(), delegate.source_labels(), Differ<std::string>) ||
         (!root.gateways().empty() && !delegate.gateways().empty() &&
          !SharesGateway(root, delegate));
}

bool CasesConflict(const HttpMatchRequest& root, const HttpMatchRequest& delegate) {
  return !SaysNothing(root.uri()) && !SaysNothing(delegate.uri()) &&
         root.ignore_uri_case() != delegate.ignore_uri_case();
}

// The narrower of the two, which do not conflict: the delegate's unless it says
// nothing.
void Narrow(const StringMatch& root, StringMatch& match) {
  if (SaysNothing(match)) match = root;
}

template <typename Map>
void NarrowAll(const Map& root, Map& map) {
  for (const auto& [key, value] : root) {
    auto [it, added] = map.insert({key, value});
    if (!added) Narrow(value, it->second);
  }
}

// What must be absent adds up, so here the wider one counts.
template <typename Map>
void WidenAll(const Map& root, Map& map) {
  for (const auto& [key, value] : root) {
    auto [it, added] = map.insert({key, value});
    if (!added && !SaysNothing(it->second)) it->second = value;
  }
}

void FillTexts(const HttpMatchRequest& root, HttpMatchRequest& match) {
  if (root.has_uri()) {
    if (SaysNothing(match.uri())) match.set_ignore_uri_case(root.ignore_uri_case());
    Narrow(root.uri(), *match.mutable_uri());
  }
  if (root.has_scheme()) Narrow(root.scheme(), *match.mutable_scheme());
  if (root.has_method()) Narrow(root.method(), *match.mutable_method());
  if (root.has_authority()) Narrow(root.authority(), *match.mutable_authority());
  NarrowAll(root.headers(), *match.mutable_headers());
  NarrowAll(root.query_params(), *match.mutable_query_params());
  WidenAll(root.without_headers(), *match.mutable_without_headers());
}

void FillSources(const HttpMatchRequest& root, HttpMatchRequest& match) {
  if (match.port() == 0) match.set_port(root.port());
  if (match.source_namespace().empty()) match.set_source_namespace(root.source_namespace());
  match.mutable_source_labels()->insert(root.source_labels().begin(), root.source_labels().end());
  if (match.gateways().empty()) {
    *match.mutable_gateways() = root.gateways();
  } else if (!root.gateways().empty()) {
    auto& gateways = *match.mutable_gateways();
    auto kept = std::remove_if(gateways.begin(), gateways.end(), [&](const std::string& gateway) {
      return std::find(root.gateways().begin(), root.gateways().end(), gateway) ==
             root.gateways().end();
    });
    gateways.erase(kept, gateways.end());
  }
}

HttpMatchRequest Merge(const HttpMatchRequest& root, const HttpMatchRequest& delegate) {
  HttpMatchRequest match = delegate;
  if (match.name().empty()) {
    match.set_name(root.name());
  } else if (!root.name().empty()) {
    match.set_name(root.name() + "-" + delegate.name());
  }
  if (match.stat_prefix().empty()) match.set_stat_prefix(root.stat_prefix());
  FillTexts(root, match);
  FillSources(root, match);
  return match;
}

bool Conflict(const HttpMatchRequest& root, const HttpMatchRequest& delegate) {
  return TextsConflict(root, delegate) || SourcesConflict(root, delegate) ||
         CasesConflict(root, delegate);
}

}  // namespace

bool MergeMatches(const Matches& root, Matches& matches) {
  if (root.empty()) return true;
  if (matches.empty()) {
    matches = root;
    return true;
  }
  Matches merged;
  for (const HttpMatchRequest& delegate : matches) {
    for (const HttpMatchRequest& match : root) {
      if (!Conflict(match, delegate)) *merged.Add() = Merge(match, delegate);
    }
  }
  matches = std::move(merged);
  return !matches.empty();
}

}  // namespace binnacle::translator
