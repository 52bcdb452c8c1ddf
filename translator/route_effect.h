// translator/route_effect.h
//
// What becomes of the requests that a route takes, whichever they are: all of a
// Route but its match and its names. A rule with many matches has it once.
//
// Threads  belongs to the View's thread.
// Spec     Envoy v3 Route; policy facts, section 1.2.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "envoy/config/route/v3/route_components.pb.h"
#include "mesh/service.h"
#include "mesh/view.h"
#include "policy/object.h"
#include "proto/policy/virtual_service.pb.h"
#include "translator/message_form.h"
#include "translator/route_context.h"

namespace binnacle::translator {

// Serialised.
struct RouteEffect {
  std::string before;     // fields of the Route that stand before its decorator
  std::string after;      // those that stand behind it
  std::string operation;  // what requests are called in traces, less their path
};

// nullopt if the rule leads nowhere. `virtual_service` completes short hosts.
std::optional<RouteEffect> EffectOf(RouteContext& context, const policy::v1::HttpRoute& rule,
                                    const policy::Object& virtual_service);

// Of the one route of a service that no VirtualService speaks for.
RouteEffect EffectOf(RouteContext& context, const mesh::Service& service);

// The same as a message. False if the rule leads nowhere.
bool SetEffect(RouteContext& context, const policy::v1::HttpRoute& rule, absl::string_view ns,
               envoy::config::route::v3::Route& route);

// What RouteContext::send_on is to be.
std::shared_ptr<const MessageForm> SendOnForm(mesh::View& view);

}  // namespace binnacle::translator
