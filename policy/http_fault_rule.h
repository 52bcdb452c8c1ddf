// policy/http_fault_rule.h
//
// Delays and aborts that a route may inject, and percentages in general.
//
// Threads  pure.
// Spec     Istio HTTPFaultInjection, Percent.
#pragma once

#include "policy/place.h"
#include "proto/policy/virtual_service.pb.h"

namespace binnacle::policy {

void CheckHttpFault(const v1::HttpFaultInjection& fault, const Place& at);

// 0, or 0.0001 to 100: proxies count in millionths.
void CheckPercent(const v1::Percent& percent, const Place& at);

}  // namespace binnacle::policy
