// translator/destination.h
//
// A Destination is what one outbound cluster stands for: a port of a service,
// perhaps narrowed to a subset, with the policy in force there for a class of
// clients.
//
// Threads  plain values; what they point to lives as long as the View's
//          Snapshot.
// Spec     policy facts, sections 5.3 and 5.4.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "mesh/rule_set.h"
#include "mesh/service.h"
#include "mesh/view.h"
#include "proto/policy/destination_rule.pb.h"
#include "translator/cluster_name.h"
#include "translator/proxy_class.h"
#include "translator/translated.h"

namespace binnacle::translator {

struct Destination {
  const mesh::Service* service = nullptr;        // never null
  const mesh::ServicePort* port = nullptr;       // one of the service's, never null
  size_t port_index = 0;                         // which of them
  std::string subset;                            // empty: the whole service
  const policy::v1::Subset* narrowed = nullptr;  // the rule's entry for `subset`
  const mesh::Rule* rule = nullptr;              // nullptr: no rule is in force
  policy::v1::TrafficPolicy policy;              // in force for this port and subset
};

// For every port and subset of the service that `host` means to the class;
// ports that carry UDP are left out.
std::vector<Destination> FindDestinations(mesh::View& view, const ProxyClass& proxy,
                                          absl::string_view host);

// nullopt if there is no such service, port or subset.
std::optional<Destination> FindDestination(mesh::View& view, const ProxyClass& proxy,
                                           const OutboundName& name);

// The objects that shaped it.
Origins OriginsOf(const Destination& destination);

// True if an endpoint with these labels belongs to the destination.
bool BelongsTo(const policy::Labels& endpoint_labels, const Destination& destination);

}  // namespace binnacle::translator
