// ctl/listener_table.h
//
// Envoy listeners as a table: one row to a filter chain, in the order in which
// they stand; what the chain asks of a connection, and where it leads.
//
// Threads  pure.
// Spec     envoy.config.listener.v3.Listener in JSON.
#pragma once

#include "ctl/json.h"
#include "ctl/resource_filter.h"
#include "ctl/table.h"

namespace binnacle::ctl {

bool IsWantedListener(const Json& listener, const ResourceFilter& filter);

Table ListenerTable(const Json& listeners);

}  // namespace binnacle::ctl
