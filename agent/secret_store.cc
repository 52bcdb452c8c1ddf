#include "agent/secret_store.h"

#include <array>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "openssl/sha.h"

namespace binnacle::agent {
namespace {

constexpr size_t kVersionBytes = 8;

std::string VersionOf(absl::string_view resource) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(resource.data()), resource.size(), digest.data());
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), kVersionBytes));
}

}  // namespace

std::string SecretStore::Put(const std::string& name, ca::SecretText resource) {
  std::string version = VersionOf(resource.view());
  {
    const absl::MutexLock lock(&mu_);
    SecretPtr& secret = secrets_[name];
    if (secret != nullptr && secret->version == version) return version;
    secret = std::make_shared<const Secret>(Secret{name, version, std::move(resource)});
  }
  const absl::MutexLock lock(&watchers_mu_);
  for (const auto& [id, changed] : watchers_) changed();
  return version;
}

void SecretStore::Remove(const std::string& name) {
  const absl::MutexLock lock(&mu_);
  secrets_.erase(name);
}

SecretPtr SecretStore::Find(const std::string& name) const {
  const absl::MutexLock lock(&mu_);
  const auto it = secrets_.find(name);
  return it == secrets_.end() ? nullptr : it->second;
}

uint64_t SecretStore::Watch(std::function<void()> changed) {
  const absl::MutexLock lock(&watchers_mu_);
  watchers_.emplace(++last_watcher_, std::move(changed));
  return last_watcher_;
}

void SecretStore::Unwatch(uint64_t watcher) {
  const absl::MutexLock lock(&watchers_mu_);
  watchers_.erase(watcher);
}

}  // namespace binnacle::agent
