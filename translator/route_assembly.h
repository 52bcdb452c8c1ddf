// translator/route_assembly.h
//
// A RouteConfiguration put together from virtual hosts that were serialised
// one by one: repeated fields of a protobuf message may simply follow each
// other in the bytes.
//
// Threads  pure.
// Spec     Protocol Buffers encoding; Envoy refuses a RouteConfiguration in
//          which a domain stands twice.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route.pb.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "translator/domain_list.h"
#include "translator/route_list.h"
#include "translator/translated.h"

namespace binnacle::translator {

// One virtual host, as it stands in RouteConfiguration.virtual_hosts.
struct VirtualHostPart : PartOrigins {
  std::string message;  // serialised VirtualHost
  // Where in it its domains stand.
  size_t domains_begin = 0;
  size_t domains_size = 0;

  // They live as long as `message` is not touched.
  DomainList domains() const {
    return DomainList(absl::string_view(message).substr(domains_begin, domains_size));
  }

  static VirtualHostPart Make(const envoy::config::route::v3::VirtualHost& host, Origins origins);
  // `domains`: as DomainList reads them.
  static VirtualHostPart Make(std::string name, absl::string_view domains, const RouteList& routes,
                              Origins origins);
};

using VirtualHostParts = std::vector<std::shared_ptr<const VirtualHostPart>>;

// The parts as they can stand together behind `shell`, by index: a domain that
// an earlier part has is left out of later ones, and a part that has none left
// is nullptr, as are those that were.
VirtualHostParts ResolveDomains(const envoy::config::route::v3::RouteConfiguration& shell,
                                const VirtualHostParts& parts);

// Serialised RouteConfiguration: `parts` in order, those that are nullptr left
// out, and then `shell`. The origins are the shell's; those of the parts stay
// with them.
Translated<std::string> AssembleRoutes(
    const Translated<envoy::config::route::v3::RouteConfiguration>& shell,
    const VirtualHostParts& parts);

}  // namespace binnacle::translator
