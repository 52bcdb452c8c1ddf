// server/resource_part.h
//
// The pieces of a resource that a proxy can be found to refuse by themselves.
//
// A route configuration holds the virtual hosts of every service on a port, so
// one bad route would freeze all the others if the whole were withheld. Its
// virtual hosts are therefore parts of their own; any other resource is one
// part, whose name is empty.
//
// Works on the bytes: what is not replaced stays exactly as it was made.
//
// Threads  pure.
// Spec     Envoy v3 RouteConfiguration; Protocol Buffers encoding.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/offer.h"

namespace binnacle::server {

struct ResourcePart {
  std::string name;     // of a virtual host; empty: the resource as a whole
  std::string version;  // a hash of its bytes

  friend bool operator==(const ResourcePart&, const ResourcePart&) = default;
};

// Its virtual hosts; last, the resource as a whole.
std::vector<ResourcePart> PartsOf(const translator::Resource& resource);

// What differs in `resource` from `before` (nullptr: from nothing). The whole
// resource is named only if it differs and no part of it is new.
std::vector<ResourcePart> ChangedParts(const translator::Resource& resource,
                                       const translator::Resource* before);

// Empty if there is no such part.
std::string PartVersion(const translator::Resource& resource, absl::string_view part);

// The policy objects that shaped the part; those of the resource if it is not
// known more closely.
const translator::Origins& OriginsOf(const translator::Resource& resource, absl::string_view part);

// The bytes of that part hold one of `texts`.
bool PartMentions(const translator::Resource& resource, absl::string_view part,
                  const std::vector<std::string>& texts);
// Some string field in the bytes of that part is exactly one of `texts`.
bool PartRefersTo(const translator::Resource& resource, absl::string_view part,
                  const std::vector<std::string>& texts);

// What is not to be sent, and what was in its place before.
struct Substitution {
  ResourcePtr instead;                          // nullptr: nothing is known
  std::map<std::string, std::string> withheld;  // part -> version
};

struct Substitute {
  ResourcePtr resource;   // nullptr: nothing can be sent
  bool withheld = false;  // something was taken out
  // There was nothing to put in its place: a proxy that has an earlier version
  // is better off with that.
  bool crippled = false;
};

// `resource` without the withheld parts.
Substitute SubstituteFor(const ResourcePtr& resource, const Substitution& substitution);

// What a proxy can be sent under a name so that it does not wait for it: an
// empty route configuration or virtual host, endpoints without an address. nullptr for types
// that nothing waits for.
ResourcePtr StandIn(ResourceType type, const std::string& name);

}  // namespace binnacle::server
