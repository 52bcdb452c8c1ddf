// server/authority_json.h
//
// The authority in JSON, as binnaclectl's `ca` commands and proxy-status show
// it.
//
// Threads  pure, on what may be read from any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ca/issuance_log.h"
#include "nlohmann/json.hpp"
#include "server/mesh_authority.h"

namespace binnacle::server {

// {trustDomain, pluggedIn, phase, phaseSince, bundle, certificates: [{role,
// subject, fingerprint, serial, notBefore, notAfter}], waitingFor: [{name,
// identity, connected, certificateUntil}]}. Roles: root, incoming root, retiring
// root, intermediate, issuer, server.
nlohmann::ordered_json AuthorityJson(const MeshAuthority& authority);

// {serial, identity, caller, peer, node, fingerprint, issuer, issuedAt,
// notBefore, notAfter}
nlohmann::ordered_json IssuanceJson(const ca::IssuanceRecord& record);

// The newest certificate of each node that is still valid.
absl::StatusOr<std::map<std::string, ca::IssuanceRecord>> CertificatesByNode(
    const MeshAuthority& authority, absl::Time now);

// When certificates begin and end, for Prometheus: gauges
// binnacle_certificate_{not_before,expiry}_timestamp_seconds, labelled with the
// role (as above, and "proxy") and whose it is.
std::string CertificateMetrics(const MeshAuthority& authority, absl::Time now);

}  // namespace binnacle::server
