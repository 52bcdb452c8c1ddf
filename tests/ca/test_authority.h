// tests/ca/test_authority.h
//
// A real authority whose state is in memory.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ca/authority.h"
#include "catch2/catch.hpp"

namespace binnacle::ca {

class MemoryStorage final : public Storage {
 public:
  absl::StatusOr<SecretText> Read(const std::string& name) const override {
    const auto it = files_.find(name);
    if (it == files_.end()) return absl::NotFoundError(name);
    return SecretText(it->second);
  }
  absl::Status Write(const std::string& name, absl::string_view content) override {
    files_[name] = std::string(content);
    return absl::OkStatus();
  }
  absl::Status Remove(const std::string& name) override {
    files_.erase(name);
    return absl::OkStatus();
  }
  bool Exists(const std::string& name) const override { return files_.count(name) != 0; }

 private:
  std::map<std::string, std::string> files_;
};

class TestAuthority {
 public:
  TestAuthority() {
    auto opened = Authority::Open({}, storage_, clock_);
    INFO(opened.status());
    REQUIRE(opened.ok());
    authority_ = *std::move(opened);
  }

  Authority& operator*() { return *authority_; }
  Authority* operator->() { return authority_.get(); }
  const Clock& clock() const { return clock_; }

  // What a control plane answers for this key.
  std::vector<std::string> Issue(const PrivateKey& key, const std::string& account = "web",
                                 absl::Duration lifetime = absl::Hours(1)) {
    const auto id = SpiffeId::Make("cluster.local", "shop", account);
    REQUIRE(id.ok());
    const auto csr = CertificateRequest::Make(key, *id);
    REQUIRE(csr.ok());
    const auto request = CertificateRequest::Parse(*csr);
    REQUIRE(request.ok());
    const auto issued = authority_->IssueSvid(*request, *id, lifetime);
    INFO(issued.status());
    REQUIRE(issued.ok());
    return issued->chain;
  }

 private:
  MemoryStorage storage_;
  SystemClock clock_;
  std::unique_ptr<Authority> authority_;
};

inline PrivateKey NewKey() {
  auto key = PrivateKey::Generate(KeyAlgorithm::kEcP256);
  REQUIRE(key.ok());
  return *std::move(key);
}

}  // namespace binnacle::ca
