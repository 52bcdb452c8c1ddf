// ca/mesh_authenticator.h
//
// The CallerAuthenticator of a mesh: a certificate that the bundle vouches for,
// or a token that one of the verifiers takes. A certificate that does not hold
// is an error even beside a token that would. Whoever comes with an identity of
// an alias of the trust domain is the same one of the trust domain itself.
//
// Threads  safe to call from any thread. What a certificate was found to be is
//          remembered for the bundle it was checked against, so that a proxy
//          that asks often costs one check of signatures.
// Errors   as caller.h says.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ca/caller.h"
#include "ca/clock.h"
#include "ca/trust_bundle.h"

namespace binnacle::ca {

struct MeshAuthenticatorParts {
  std::string trust_domain;
  std::vector<std::string> trust_domain_aliases;  // identities there are of this mesh too
  std::function<std::shared_ptr<const TrustBundle>()> bundle;
  std::vector<std::shared_ptr<const TokenVerifier>> verifiers;  // tried in order
};

std::unique_ptr<CallerAuthenticator> NewMeshAuthenticator(MeshAuthenticatorParts parts,
                                                          const Clock& clock);

}  // namespace binnacle::ca
