// server/process_metrics.h
//
// What the process costs, by the names that every Prometheus client library
// gives it.
//
// Threads  any.
// Spec     Prometheus: "Writing client libraries", process metrics.
#pragma once

#include <string>

namespace binnacle::server {

// The text format of Prometheus. What the kernel does not tell is left out.
std::string ProcessMetrics();

}  // namespace binnacle::server
