#include "agent/file_secrets.h"

#include <sys/stat.h>

#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/secret_resource.h"
#include "agent/text_file.h"
#include "ca/certificate.h"
#include "ca/private_key.h"
#include "openssl/x509.h"
#include "spdlog/spdlog.h"

namespace binnacle::agent {
namespace {

constexpr absl::string_view kCertificatePrefix = "file-cert:";
constexpr absl::string_view kRootPrefix = "file-root:";

// Where systems keep the roots that they trust: Debian, Red Hat, Alpine.
constexpr std::array<const char*, 3> kSystemRoots = {
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"};

std::string SystemRoots() {
  for (const char* path : kSystemRoots) {
    struct stat info {};
    if (stat(path, &info) == 0) return path;
  }
  return kSystemRoots.front();
}

absl::Status WithPath(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(path, ": ", status.message()));
}

absl::StatusOr<ca::SecretText> ReadPair(const std::string& name, const std::string& chain_file,
                                        const std::string& key_file) {
  auto chain_text = ReadTextFile(chain_file);
  if (!chain_text.ok()) return chain_text.status();
  auto chain = ca::Certificate::ListFromPem(chain_text->view());
  if (!chain.ok()) return WithPath(chain_file, chain.status());
  auto key_text = ReadTextFile(key_file);
  if (!key_text.ok()) return key_text.status();
  auto key = ca::PrivateKey::FromPem(key_text->view());
  if (!key.ok()) return WithPath(key_file, key.status());
  if (X509_check_private_key(chain->front().x509(), key->get()) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("the key of ", key_file, " is not that of the certificate in ", chain_file));
  }
  return CertificateSecret(name, chain_text->view(), *key_text);
}

absl::StatusOr<ca::SecretText> ReadRoots(const std::string& name, const std::string& file) {
  auto text = ReadTextFile(file);
  if (!text.ok()) return text.status();
  if (auto roots = ca::Certificate::ListFromPem(text->view()); !roots.ok()) {
    return WithPath(file, roots.status());
  }
  return RootsSecret(name, text->view());
}

// Changes when a file does.
std::string Stamp(const std::vector<std::string>& files) {
  std::string stamp;
  for (const std::string& file : files) {
    struct stat info {};
    if (stat(file.c_str(), &info) != 0) {
      absl::StrAppend(&stamp, "none;");
      continue;
    }
    absl::StrAppend(&stamp, info.st_ino, ".", info.st_size, ".", info.st_mtim.tv_sec, ".",
                    info.st_mtim.tv_nsec, ";");
  }
  return stamp;
}

}  // namespace

std::vector<std::string> FilesOf(const std::string& name) {
  absl::string_view rest = name;
  if (absl::ConsumePrefix(&rest, kCertificatePrefix)) {
    std::vector<std::string> files = absl::StrSplit(rest, absl::MaxSplits('~', 1));
    return files.size() == 2 ? files : std::vector<std::string>();
  }
  if (!absl::ConsumePrefix(&rest, kRootPrefix) || rest.empty()) return {};
  if (rest == "system") return {SystemRoots()};
  return {std::string(rest)};
}

absl::StatusOr<ca::SecretText> ReadFileSecret(const std::string& name) {
  const std::vector<std::string> files = FilesOf(name);
  if (files.empty()) return absl::InvalidArgumentError(absl::StrCat(name, " names no files"));
  return files.size() == 2 ? ReadPair(name, files[0], files[1]) : ReadRoots(name, files[0]);
}

FileSecrets::FileSecrets(SecretStore& store, absl::Duration interval)
    : store_(store), interval_(interval), thread_([this] { WatchOn(); }) {}

FileSecrets::~FileSecrets() {
  {
    const absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  thread_.join();
}

void FileSecrets::Want(const std::string& name) {
  if (FilesOf(name).empty()) return;
  const absl::MutexLock lock(&mu_);
  if (++watched_[name].wanted == 1) asked_ = true;
}

void FileSecrets::Release(const std::string& name) {
  const absl::MutexLock lock(&mu_);
  const auto it = watched_.find(name);
  if (it == watched_.end() || --it->second.wanted > 0) return;
  watched_.erase(it);
  store_.Remove(name);
}

void FileSecrets::WatchOn() {
  const auto woken = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return stopping_ || asked_; };
  while (true) {
    std::vector<std::string> names;
    {
      const absl::MutexLock lock(&mu_);
      mu_.AwaitWithTimeout(absl::Condition(&woken), interval_);
      if (stopping_) return;
      asked_ = false;
      for (const auto& [name, watched] : watched_) names.push_back(name);
    }
    for (const std::string& name : names) Look(name);
  }
}

void FileSecrets::Look(const std::string& name) {
  const std::string stamp = Stamp(FilesOf(name));
  {
    const absl::MutexLock lock(&mu_);
    const auto it = watched_.find(name);
    if (it == watched_.end() || (it->second.stamp == stamp && it->second.failed == 0)) return;
  }
  auto secret = ReadFileSecret(name);
  const absl::Status read = secret.status();
  if (read.ok()) store_.Put(name, *std::move(secret));
  Note(name, stamp, read);
}

void FileSecrets::Note(const std::string& name, const std::string& stamp,
                       const absl::Status& status) {
  const absl::MutexLock lock(&mu_);
  const auto it = watched_.find(name);
  if (it == watched_.end()) return store_.Remove(name);  // released while it was read
  Watched& watched = it->second;
  watched.stamp = stamp;
  if (status.ok()) {
    if (!watched.trouble.empty()) spdlog::info("secret {}: good again", name);
    watched.failed = 0;
    watched.trouble.clear();
    return;
  }
  // Two files cannot be replaced at once: what fails only once is not told.
  if (++watched.failed < 2 || watched.trouble == status.message()) return;
  watched.trouble = std::string(status.message());
  spdlog::warn("secret {}: withheld: {}", name, watched.trouble);
}

}  // namespace binnacle::agent
