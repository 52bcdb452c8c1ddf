// server/service_host.h
//
// How people name a service: by its host, "reviews.default.svc.cluster.local",
// or by the first labels of it where they are plain enough: "reviews.default",
// or "reviews", which means the asking client's own namespace first.
//
// Threads  pure.
// Errors   kNotFound: no such service, or several; the message names some.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace binnacle::server {

// One of `hosts`. `client_ns` may be empty.
absl::StatusOr<std::string> FindServiceHost(absl::string_view written, absl::string_view client_ns,
                                            const std::vector<std::string>& hosts);

// Those that `name` may have been meant for, the likeliest first; a few at most.
std::vector<std::string> CloseHosts(absl::string_view name, const std::vector<std::string>& hosts);

}  // namespace binnacle::server
