// tests/ca/plugged_in_files.h
//
// An authority of somebody else's, as its operator plugs it in: a root, one
// certificate in between, and the one that signs.
#pragma once

#include <string>
#include <vector>

#include "tests/ca/certificate_forge.h"
#include "tests/ca/scratch_files.h"

namespace binnacle::ca {

struct ForeignAuthority {
  Forged root;
  Forged middle;
  Forged signing;
};

inline ForeignAuthority MakeForeignAuthority(const std::string& name, absl::Time now,
                                             KeyAlgorithm algorithm = KeyAlgorithm::kEcP256) {
  const absl::Time end = now + absl::Hours(24 * 3650);
  const absl::Time begin = now - absl::Hours(1);
  Forged root = Forge({name + " root", begin, end, AuthorityExtensions(), algorithm});
  Forged middle = Forge({name + " policy", begin, end, AuthorityExtensions(), algorithm}, &root);
  Forged signing = Forge({name + " mesh", begin, end - absl::Hours(24),
                          AuthorityExtensions("critical,CA:TRUE,pathlen:0"), algorithm},
                         &middle);
  return {std::move(root), std::move(middle), std::move(signing)};
}

inline void PlugIn(const std::string& directory, const Forged& signing,
                   const std::vector<Certificate>& chain, const std::vector<Certificate>& roots) {
  const auto text = [](const std::vector<Certificate>& certificates) {
    std::string pem;
    for (const Certificate& certificate : certificates) pem += certificate.pem();
    return pem;
  };
  PutFile(directory + "/ca-cert.pem", signing.certificate.pem(), 0644);
  PutFile(directory + "/ca-key.pem", signing.key.ToPem().text(), 0600);
  PutFile(directory + "/cert-chain.pem", text(chain), 0644);
  PutFile(directory + "/root-cert.pem", text(roots), 0644);
}

inline void PlugIn(const std::string& directory, const ForeignAuthority& authority) {
  PlugIn(directory, authority.signing, {authority.middle.certificate},
         {authority.root.certificate});
}

}  // namespace binnacle::ca
