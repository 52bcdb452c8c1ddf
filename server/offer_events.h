// server/offer_events.h
//
// What happens while offers are made and taken, for whoever counts it.
//
// Threads  called from any thread.
#pragma once

#include <cstddef>
#include <functional>

#include "absl/time/time.h"
#include "translator/proxy_class.h"

namespace binnacle::server {

struct OfferEvents {
  // How long a set of resources took to make.
  std::function<void(absl::Duration)> made;
  // As Offer::RefusedHosts() says, of a proxy of the class.
  std::function<void(const translator::ProxyClass& proxy, size_t count, bool first)> refused_hosts;
};

}  // namespace binnacle::server
