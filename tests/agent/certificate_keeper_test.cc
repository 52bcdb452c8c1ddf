#include "agent/certificate_keeper.h"

#include <atomic>
#include <catch2/catch.hpp>

#include "tests/agent/eventually.h"
#include "tests/ca/test_authority.h"

namespace binnacle::agent {
namespace {

// Answers with certificates of this lifetime, or not at all.
struct Fixture {
  ca::TestAuthority authority;
  std::atomic<bool> away = false;
  std::atomic<int> asked = 0;
  std::atomic<int> published = 0;
  CertificateKeeper keeper;

  explicit Fixture(absl::Duration lifetime)
      : keeper(
            [this, lifetime](
                const ca::WorkloadCertificate*) -> absl::StatusOr<ca::WorkloadCertificatePtr> {
              ++asked;
              if (away) return absl::UnavailableError("nobody there");
              const ca::PrivateKey key = ca::NewKey();
              return ca::WorkloadCertificate::Read(key, authority.Issue(key, "web", lifetime),
                                                   absl::Now());
            },
            [this](const ca::WorkloadCertificatePtr&) { ++published; }, authority.clock()) {}
};

TEST_CASE("a certificate is renewed before it expires, again and again") {
  Fixture f(absl::Seconds(3));
  f.keeper.Start();
  REQUIRE(f.keeper.WaitForFirst());
  CHECK(f.published == 1);
  bool always_valid = true;
  CHECK(Eventually([&] {
    always_valid = always_valid && f.keeper.state().certificate->ValidAt(absl::Now());
    return f.published >= 3;
  }));
  CHECK(always_valid);
  CHECK(f.keeper.state().issued >= 3);
  CHECK(f.keeper.state().failed == 0);
}

TEST_CASE("while the control plane is away the last certificate is kept, beyond its expiry too") {
  Fixture f(absl::Seconds(2));
  f.keeper.Start();
  REQUIRE(f.keeper.WaitForFirst());
  f.away = true;
  const ca::WorkloadCertificatePtr last = f.keeper.state().certificate;
  CHECK(Eventually([&] { return f.keeper.state().failed >= 3; }));
  CHECK(f.keeper.state().last_error.message() == "nobody there");
  CHECK(Eventually([&] { return !last->ValidAt(absl::Now()); }));
  CHECK(f.keeper.state().certificate == last);
  f.away = false;
  CHECK(Eventually([&] { return f.keeper.state().last_error.ok(); }));
  CHECK(f.keeper.state().certificate != last);
}

TEST_CASE("a first certificate is asked for until it comes") {
  Fixture f(absl::Hours(1));
  f.away = true;
  f.keeper.Start();
  REQUIRE(Eventually([&] { return f.asked >= 2; }));
  CHECK(f.keeper.state().certificate == nullptr);
  f.away = false;
  CHECK(f.keeper.WaitForFirst());
}

TEST_CASE("whoever waits for a first certificate is let go when the end comes") {
  Fixture f(absl::Hours(1));
  f.away = true;
  f.keeper.Start();
  std::thread waiting([&] { CHECK_FALSE(f.keeper.WaitForFirst()); });
  f.keeper.Stop();
  waiting.join();
}

}  // namespace
}  // namespace binnacle::agent
