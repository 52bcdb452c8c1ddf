// translator/translated.h
//
// What a builder returns: an Envoy message and the policy objects that shaped
// it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "policy/object.h"
#include "translator/message_space.h"

namespace envoy::config {
namespace cluster::v3 {
class Cluster;
}
namespace endpoint::v3 {
class ClusterLoadAssignment;
}
namespace route::v3 {
class RouteConfiguration;
class VirtualHost;
}  // namespace route::v3
}  // namespace envoy::config

namespace binnacle::translator {

using Origins = std::vector<policy::Origin>;

// What shaped one piece of a resource: a virtual host of a route configuration.
struct PartOrigins {
  std::string name;
  Origins origins;
};
using PartList = std::vector<std::shared_ptr<const PartOrigins>>;

template <typename Message>
struct Translated {
  Message message;
  Origins origins;  // in no particular order, may hold duplicates
  PartList parts{};
};

// Of messages that a mesh has thousands of.
template <typename Message>
struct TranslatedInSpace {
 private:
  std::unique_ptr<MessageSpace> space_ = NewMessageSpace();

 public:
  Message& message = space_->New<Message>();
  Origins origins;
  PartList parts{};
};

template <>
struct Translated<envoy::config::cluster::v3::Cluster>
    : TranslatedInSpace<envoy::config::cluster::v3::Cluster> {};
template <>
struct Translated<envoy::config::endpoint::v3::ClusterLoadAssignment>
    : TranslatedInSpace<envoy::config::endpoint::v3::ClusterLoadAssignment> {};
template <>
struct Translated<envoy::config::route::v3::RouteConfiguration>
    : TranslatedInSpace<envoy::config::route::v3::RouteConfiguration> {};
template <>
struct Translated<envoy::config::route::v3::VirtualHost>
    : TranslatedInSpace<envoy::config::route::v3::VirtualHost> {};

}  // namespace binnacle::translator
