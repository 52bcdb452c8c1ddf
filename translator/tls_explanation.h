// translator/tls_explanation.h
//
// In words: why what a client sends is not taken at a destination, and what to
// change; or, where it is, what there is to know about it.
//
// Threads  belongs to the View's thread.
// Spec     design section 4: authn tls-check.
#pragma once

#include <string>
#include <vector>

#include "mesh/view.h"
#include "translator/destination.h"
#include "translator/tls_accepted.h"
#include "translator/tls_reach.h"
#include "translator/tls_sent.h"

namespace binnacle::translator {

// The whole of what is known of a client and a destination.
struct TlsEncounter {
  mesh::View& view;
  const Destination& destination;
  TlsSent sent;
  std::vector<TlsAccepted> accepted;  // by each endpoint
  std::vector<TlsReach> reach;        // of each of these

  // The first endpoint that is not reached; nullptr if all are.
  const TlsAccepted* Missed() const;
};

TlsEncounter Encounter(mesh::View& view, const ProxyClass& client, const Destination& destination);

// One sentence. `encounter` must miss an endpoint.
std::string ExplainConflict(const TlsEncounter& encounter);

// Remarks, separated by "; "; empty if there is nothing to say.
std::string RemarksOn(const TlsEncounter& encounter);

// "reviews/default", "default/" for a MeshPolicy, and "-" for nullptr.
std::string PolicyName(const policy::Object* policy);
std::string RuleName(const mesh::Rule* rule);

}  // namespace binnacle::translator
