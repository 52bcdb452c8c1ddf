// ctl/shaping_objects.h
//
// Which policy object shaped a resource. The server tells the places where the
// objects of a resource were written; this finds the objects by their places.
//
// Threads  one.
#pragma once

#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "ctl/json.h"

namespace binnacle::ctl {

class ShapingObjects {
 public:
  ShapingObjects() = default;
  // Of one kind, as the server lists them.
  explicit ShapingObjects(const Json& objects);

  // "reviews.default (mesh/reviews.yaml:14)", several separated by ", ", of
  // those of the kind that shaped `resource`; "" if none did.
  std::string Of(const Json& resource) const;

  // The same, but only objects whose spec.hosts has a host that is among
  // `domains`: a route configuration is shaped by many.
  std::string OfHosts(const Json& resource, const Json& domains) const;

 private:
  struct Known {
    std::string shown;
    std::string ns;
    std::vector<std::string> hosts;
  };

  absl::btree_map<std::string, Known> by_place_;
};

}  // namespace binnacle::ctl
