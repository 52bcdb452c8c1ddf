// bench/known_resources.h
//
// Every resource that any of the played proxies was ever sent, once: its name,
// its version, and what it refers to. It is read when it is first seen; after
// that a proxy that is sent it costs two look-ups.
//
// Threads  one.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "bench/wire.h"

namespace binnacle::bench {

enum XdsType : uint8_t { kCds, kEds, kLds, kRds, kVhds };
inline constexpr size_t kXdsTypes = 5;
inline constexpr std::array<absl::string_view, kXdsTypes> kXdsTypeUrls = {
    "type.googleapis.com/envoy.config.cluster.v3.Cluster",
    "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
    "type.googleapis.com/envoy.config.listener.v3.Listener",
    "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
    "type.googleapis.com/envoy.config.route.v3.VirtualHost",
};
inline constexpr std::array<absl::string_view, kXdsTypes> kXdsTypeNames = {"CDS", "EDS", "LDS",
                                                                           "RDS", "VHDS"};
// What clusters and listeners refer to.
constexpr XdsType ReferredBy(XdsType type) { return type == kCds ? kEds : kRds; }

using NameId = uint32_t;  // of one type; dense, from 0

struct KnownResource {
  NameId name = 0;
  std::string version;
  std::vector<NameId> refers_to;         // endpoint sets of a cluster, routes of a listener
  uint64_t marked = 0;                   // the mark it was first seen to bear
  const KnownResource* older = nullptr;  // of the same name, seen before
};

class KnownResources {
 public:
  NameId NameOf(XdsType type, absl::string_view name);
  const std::string& Name(XdsType type, NameId id) const { return names_[type].texts[id]; }

  // The result lives as long as this.
  const KnownResource& Seen(XdsType type, const ScannedResource& resource);

  // From now on, resources seen for the first time that contain `text` bear a
  // mark: its number is returned.
  uint64_t Mark(std::string text);

  size_t distinct() const { return all_.size(); }

 private:
  struct Names {
    absl::flat_hash_map<std::string, NameId> ids;
    std::deque<std::string> texts;
  };
  std::vector<NameId> References(XdsType type, absl::string_view payload);

  std::array<Names, kXdsTypes> names_;
  std::array<std::vector<const KnownResource*>, kXdsTypes> newest_;  // by name
  std::deque<KnownResource> all_;
  std::string mark_text_;
  uint64_t mark_ = 0;
};

}  // namespace binnacle::bench
