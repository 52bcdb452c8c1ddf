// tests/agent/test_authority.h
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

namespace binnacle::agent {

class MemoryStorage final : public ca::Storage {
 public:
  absl::StatusOr<ca::SecretText> Read(const std::string& name) const override {
    const auto it = files_.find(name);
    if (it == files_.end()) return absl::NotFoundError(name);
    return ca::SecretText(it->second);
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
    auto opened = ca::Authority::Open({}, storage_, clock_);
    INFO(opened.status());
    REQUIRE(opened.ok());
    authority_ = *std::move(opened);
  }

  ca::Authority& operator*() { return *authority_; }
  ca::Authority* operator->() { return authority_.get(); }
  const ca::Clock& clock() const { return clock_; }

  // What a control plane answers for this key.
  std::vector<std::string> Issue(const ca::PrivateKey& key, const std::string& account = "web",
                                 absl::Duration lifetime = absl::Hours(1)) {
    const auto id = ca::SpiffeId::Make("cluster.local", "shop", account);
    REQUIRE(id.ok());
    const auto csr = ca::CertificateRequest::Make(key, *id);
    REQUIRE(csr.ok());
    const auto request = ca::CertificateRequest::Parse(*csr);
    REQUIRE(request.ok());
    const auto issued = authority_->IssueSvid(*request, *id, lifetime);
    INFO(issued.status());
    REQUIRE(issued.ok());
    return issued->chain;
  }

 private:
  MemoryStorage storage_;
  ca::SystemClock clock_;
  std::unique_ptr<ca::Authority> authority_;
};

inline ca::PrivateKey NewKey() {
  auto key = ca::PrivateKey::Generate(ca::KeyAlgorithm::kEcP256);
  REQUIRE(key.ok());
  return *std::move(key);
}

}  // namespace binnacle::agent
