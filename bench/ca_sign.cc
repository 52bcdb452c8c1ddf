// bench/ca_sign.cc
//
// How many certificates the authority signs per second, beside what OpenSSL
// could do at best on the same core at the same time: to sign one CSR costs one
// signature check and one signature.
//
//   ca_sign [SECONDS] [--openssl]     prints one line of JSON
//
// Rounds of each are taken in turn, so that a noisy neighbour slows all of them
// alike. --openssl also runs `openssl speed -seconds 1 ecdsap256` and shows its
// line on standard error.
//
// Bar: 80% of the limit 1 / (1 / signs + 1 / checks) on one core. Measured on a
// 2-core virtual machine: 84% on one thread, 83% on two when nothing else runs
// (9,050 and 18,100 a second; OpenSSL 42,800 signatures and 14,500 checks).

#include <sched.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "ca/authority.h"

namespace binnacle {
namespace {

constexpr int kRounds = 5;

// Nothing here is to be kept.
class MemoryStorage final : public ca::Storage {
 public:
  absl::StatusOr<ca::SecretText> Read(const std::string& name) const override {
    const auto found = files_.find(name);
    if (found == files_.end()) return absl::NotFoundError(name);
    return ca::SecretText(found->second);
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

void StayOn(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  sched_setaffinity(0, sizeof(set), &set);
}

[[noreturn]] void Fail(const std::string& why) {
  std::fprintf(stderr, "ca_sign: %s\n", why.c_str());
  std::exit(1);
}

// Calls per second of `work`, over `seconds`.
double Rate(double seconds, const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const auto end = start + std::chrono::duration<double>(seconds);
  int64_t calls = 0;
  auto now = start;
  for (; now < end; now = Clock::now()) {
    for (int i = 0; i < 32; ++i) work();
    calls += 32;
  }
  return static_cast<double>(calls) / std::chrono::duration<double>(now - start).count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// As `openssl speed` does it: one prepared context, a digest of 32 bytes.
class RawOpenSsl {
 public:
  explicit RawOpenSsl(const ca::PrivateKey& key)
      : signing_(EVP_PKEY_CTX_new(key.get(), nullptr)),
        checking_(EVP_PKEY_CTX_new(key.get(), nullptr)) {
    if (EVP_PKEY_sign_init(signing_.get()) != 1 || EVP_PKEY_verify_init(checking_.get()) != 1) {
      Fail(ca::TakeOpenSslErrors());
    }
    Sign();
  }

  void Sign() {
    size_ = signature_.size();
    if (EVP_PKEY_sign(signing_.get(), signature_.data(), &size_, digest_.data(), digest_.size()) !=
        1) {
      Fail(ca::TakeOpenSslErrors());
    }
  }
  void Verify() {
    if (EVP_PKEY_verify(checking_.get(), signature_.data(), size_, digest_.data(),
                        digest_.size()) != 1) {
      Fail(ca::TakeOpenSslErrors());
    }
  }

 private:
  ca::EvpKeyContextPtr signing_;
  ca::EvpKeyContextPtr checking_;
  std::array<unsigned char, 32> digest_ = {1, 2, 3};
  std::array<unsigned char, 80> signature_ = {};
  size_t size_ = 0;
};

struct Mesh {
  MemoryStorage storage;
  ca::SystemClock clock;
  std::unique_ptr<ca::Authority> authority;
  std::string request;
  ca::SpiffeId id = *ca::SpiffeId::Make("cluster.local", "production", "wordpress");

  Mesh() {
    auto opened = ca::Authority::Open({}, storage, clock);
    if (!opened.ok()) Fail(opened.status().ToString());
    authority = *std::move(opened);
    request =
        *ca::CertificateRequest::Make(*ca::PrivateKey::Generate(ca::KeyAlgorithm::kEcP256), id);
  }

  // What one call costs the authority: text in, checked certificate out.
  void Issue() const {
    const auto parsed = ca::CertificateRequest::Parse(request);
    if (!parsed.ok()) Fail(parsed.status().ToString());
    const auto issued = authority->IssueSvid(*parsed, id, absl::ZeroDuration());
    if (!issued.ok()) Fail(issued.status().ToString());
  }
};

double IssueOnThreads(const Mesh& mesh, int threads, double seconds) {
  std::vector<double> rates(static_cast<size_t>(threads));
  std::vector<std::thread> running;
  running.reserve(rates.size());
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      StayOn(i);
      rates[static_cast<size_t>(i)] = Rate(seconds, [&] { mesh.Issue(); });
    });
  }
  for (std::thread& thread : running) thread.join();
  double sum = 0;
  for (const double rate : rates) sum += rate;
  return sum;
}

void ShowOpenSslSpeed() {
  if (std::system("taskset -c 0 openssl speed -seconds 1 ecdsap256 2>/dev/null | tail -2 >&2") !=
      0) {
    std::fprintf(stderr, "ca_sign: cannot run openssl speed\n");
  }
}

int Run(double seconds, bool openssl) {
  const Mesh mesh;
  RawOpenSsl raw(*ca::PrivateKey::Generate(ca::KeyAlgorithm::kEcP256));
  std::vector<double> signs;
  std::vector<double> checks;
  std::vector<double> issued;
  std::vector<double> ratios;
  StayOn(0);
  for (int round = 0; round < kRounds; ++round) {
    const double each = seconds / kRounds;
    signs.push_back(Rate(each, [&] { raw.Sign(); }));
    checks.push_back(Rate(each, [&] { raw.Verify(); }));
    issued.push_back(IssueOnThreads(mesh, 1, each));
    ratios.push_back(issued.back() * (1 / signs.back() + 1 / checks.back()));
  }
  const double limit = 1 / (1 / Median(signs) + 1 / Median(checks));
  const double two = IssueOnThreads(mesh, 2, seconds);
  std::printf(
      "{\"openssl_signs\": %.0f, \"openssl_checks\": %.0f, \"limit\": %.0f, \"issued\": %.0f, "
      "\"ratio\": %.3f, \"issued_two_threads\": %.0f, \"ratio_two_threads\": %.3f}\n",
      Median(signs), Median(checks), limit, Median(issued), Median(ratios), two, two / (2 * limit));
  if (openssl) ShowOpenSslSpeed();
  return 0;
}

}  // namespace
}  // namespace binnacle

int main(int argc, char** argv) {
  double seconds = 2;
  bool openssl = false;
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--openssl") {
      openssl = true;
    } else if (!absl::SimpleAtod(argv[i], &seconds) || seconds <= 0) {
      std::fprintf(stderr, "usage: ca_sign [SECONDS] [--openssl]\n");
      return 2;
    }
  }
  return binnacle::Run(seconds, openssl);
}
