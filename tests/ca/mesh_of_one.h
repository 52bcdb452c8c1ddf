// tests/ca/mesh_of_one.h
//
// An authority with a clock and files of its own, and certificates from it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ca/authority.h"
#include "ca/certificate_request.h"
#include "ca/private_key.h"
#include "ca/storage.h"
#include "catch2/catch.hpp"
#include "tests/ca/set_clock.h"
#include "tests/ca/temporary_directory.h"

namespace binnacle::ca {

struct Holder {
  PrivateKey key;
  Issued issued;

  // As one text, leaf first.
  std::string ChainPem() const {
    std::string chain;
    for (const std::string& pem : issued.chain) chain += pem;
    return chain;
  }
};

class MeshOfOne {
 public:
  explicit MeshOfOne(const std::string& trust_domain = "cluster.local",
                     absl::Time now = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now())))
      : clock(now), storage(DirectoryStorage::Open(directory.path()).value()) {
    AuthorityOptions options;
    options.trust_domain = trust_domain;
    auto opened = Authority::Open(options, storage, clock);
    INFO(opened.status());
    REQUIRE(opened.ok());
    authority = *std::move(opened);
  }

  Holder Hold(const std::string& ns, const std::string& account,
              absl::Duration lifetime = absl::Hours(1)) const {
    const auto id = SpiffeId::Make(authority->options().trust_domain, ns, account).value();
    auto key = PrivateKey::Generate(KeyAlgorithm::kEcP256).value();
    const std::string csr = CertificateRequest::Make(key, id).value();
    auto issued =
        authority->IssueSvid(CertificateRequest::Parse(csr).value(), id, lifetime).value();
    return {std::move(key), std::move(issued)};
  }

  TemporaryDirectory directory;
  SetClock clock;
  DirectoryStorage storage;
  std::unique_ptr<Authority> authority;
};

}  // namespace binnacle::ca
