// server/authority_handlers.h
//
// The authority over HTTP. What only tells is on the admin address:
//
//   GET /debug/ca           its state (authority_json.h)
//   GET /debug/ca/root      the trust bundle, PEM
//   GET /debug/ca/issued    ?identity=&serial=&valid=1&limit=
//
// What mints credentials or changes roots is for the admin socket alone:
//
//   POST /token             {namespace, serviceAccount, lifetime: "1h"} -> {token, expires}
//   POST /ca/rotate         {action: start | abandon | leave-out-absent | drop-old}
//                           -> the state; 409 {error, waitingFor} when refused
//
// Threads  handlers run on the HTTP server's threads.
#pragma once

#include "httplib.h"
#include "server/mesh_authority.h"

namespace binnacle::server {

// Without an authority: says so.
void AddAbsentAuthority(httplib::Server& http);
void AddAuthorityQuestions(httplib::Server& http, const MeshAuthority& authority);
void AddAuthorityOrders(httplib::Server& http, MeshAuthority& authority);

}  // namespace binnacle::server
