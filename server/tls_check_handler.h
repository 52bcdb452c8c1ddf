// server/tls_check_handler.h
//
// Where clients and servers of the mesh disagree on TLS, over HTTP:
//
//   GET /debug/tls-check?proxy=NAME&host=HOST
//
// answers a list of {host, port, status: OK | CONFLICT, server, client,
// authnPolicy, destinationRule, policyOrigin, ruleOrigin, explanation,
// conflictingSubsets}, sorted by host and port. With `proxy`, a connected one,
// rows are as it sees services; without, each service is seen as a plain
// sidecar with an agent in the service's own namespace would see it. `host`
// leaves one service's rows.
//
// 404 {error, known}: no such proxy, or no such service; 503: no policy has
// been read yet.
//
// Threads  handlers run on the HTTP server's threads.
// Spec     design section 4; translator/tls_check.h.
#pragma once

#include "httplib.h"
#include "nlohmann/json.hpp"
#include "server/mesh_owner.h"
#include "server/push_hub.h"
#include "translator/tls_check.h"
#include "translator/translator.h"

namespace binnacle::server {

// All outlive `http`.
void AddTlsCheck(httplib::Server& http, const PushHub& hub, MeshOwner& owner,
                 translator::Translator& translator);

nlohmann::ordered_json TlsCheckJson(const translator::TlsCheck& check);

}  // namespace binnacle::server
