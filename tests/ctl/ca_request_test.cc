#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "ca/workload_certificate.h"
#include "tests/ca/certificate_server.h"
#include "tests/ctl/program_run.h"
#include "tests/ctl/scratch_directory.h"

namespace binnacle::ctl {
namespace {

constexpr char kAdmin[] = "spiffe://cluster.local/ns/ops/sa/admin";

std::string Content(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

// A certificate service, its roots, and a token of it.
struct Fixture {
  Fixture() {
    roots = folder.Write("roots.pem", server.mesh.authority->bundle()->pem());
    token = folder.Write("token", server.tokens->Make("ops", "admin", absl::Hours(1))->text());
  }

  ProgramRun Request(std::vector<std::string> more) const {
    std::vector<std::string> words = {"ca",    "request", "--server",
                                      address, "--out",   folder.path() + "/admin"};
    words.insert(words.end(), more.begin(), more.end());
    return Run(words);
  }
  std::string File(const std::string& name) const { return folder.path() + "/admin/" + name; }

  ca::CertificateServer server;
  std::string address = absl::StrCat("127.0.0.1:", server.port);
  ScratchDirectory folder;
  std::string roots;
  std::string token;
};

TEST_CASE("a token becomes a key, its certificate and the roots, for their owner alone") {
  const Fixture f;
  const ProgramRun run = f.Request({"--token-file", f.token, "--roots", f.roots});
  INFO(run.err);
  REQUIRE(run.code == ExitCode::kOk);
  const auto certificate = ca::WorkloadCertificate::Read(
      ca::PrivateKey::FromPem(Content(f.File("key.pem"))).value(),
      {Content(f.File("cert-chain.pem")), Content(f.File("root-cert.pem"))}, absl::Now());
  INFO(certificate.status());
  REQUIRE(certificate.ok());
  CHECK((*certificate)->name() == kAdmin);
  for (const char* name : {"key.pem", "cert-chain.pem", "root-cert.pem"}) {
    struct stat file {};
    REQUIRE(stat(f.File(name).c_str(), &file) == 0);
    CHECK((file.st_mode & 0777U) == 0600);
    CHECK_THAT(run.out, Catch::Contains(f.File(name) + "\n"));
  }
  CHECK_THAT(run.out, Catch::StartsWith(absl::StrCat(kAdmin, "\nvalid until   20")));
}

TEST_CASE("without a token the certificate that is there is renewed, for the same key") {
  const Fixture f;
  REQUIRE(f.Request({"--token-file", f.token, "--roots", f.roots, "--lifetime", "1h"}).code ==
          ExitCode::kOk);
  const std::string key = Content(f.File("key.pem"));
  const std::string chain = Content(f.File("cert-chain.pem"));
  const ProgramRun run = f.Request({});
  INFO(run.err);
  CHECK(run.code == ExitCode::kOk);
  CHECK_THAT(run.out, Catch::StartsWith(kAdmin));
  CHECK(Content(f.File("key.pem")) == key);
  const std::string renewed = Content(f.File("cert-chain.pem"));
  CHECK(renewed != chain);
  CHECK(ca::Certificate::ListFromPem(renewed)->front().not_after() >
        ca::Certificate::ListFromPem(chain)->front().not_after() + absl::Hours(1));
}

TEST_CASE("where there is nothing to renew, a token is asked for") {
  const Fixture f;
  const ProgramRun run = f.Request({"--roots", f.roots});
  CHECK(run.code == ExitCode::kFindings);
  CHECK(run.err == absl::StrCat("binnaclectl: cannot open ", f.File("key.pem"),
                                ": No such file or directory\nWithout a certificate to renew, "
                                "give --token-file.\n"));
}

TEST_CASE("a token that does not hold leaves nothing behind, and is said to be it") {
  const Fixture f;
  const std::string bad = f.folder.Write("bad", "rubbish");
  const ProgramRun run = f.Request({"--token-file", bad, "--roots", f.roots});
  CHECK(run.code == ExitCode::kFindings);
  CHECK_THAT(run.err, Catch::StartsWith("binnaclectl: the server refuses the token in " + bad));
  CHECK(Content(f.File("key.pem")).empty());
}

TEST_CASE("a server under other roots, or of another name, is told nothing") {
  const Fixture f;
  const ca::MeshOfOne other;
  const std::string stranger = f.folder.Write("stranger.pem", other.authority->bundle()->pem());
  const ProgramRun run = f.Request({"--token-file", f.token, "--roots", stranger});
  CHECK(run.code == ExitCode::kUnreachable);
  CHECK_THAT(run.err, Catch::Contains("leads to none of the roots that are trusted here"));
  const ProgramRun named =
      f.Request({"--token-file", f.token, "--roots", f.roots, "--server-name", "mesh.example.com"});
  CHECK(named.code == ExitCode::kUnreachable);
  CHECK_THAT(named.err, Catch::Contains("its certificate is not for mesh.example.com"));
}

TEST_CASE("an address, a lifetime or roots that make no sense are named") {
  const Fixture f;
  CHECK(Run({"ca", "request", "--server", "mesh", "--out", "x"}).err ==
        "binnaclectl: --server \"mesh\" is no HOST:PORT, as mesh.example.com:15012 is\n");
  CHECK(f.Request({"--lifetime", "long"}).err ==
        "binnaclectl: --lifetime \"long\" is no time, as 90s or 12h is\n");
  const ProgramRun run = f.Request({"--token-file", f.token});
  CHECK(run.code == ExitCode::kUsage);
  CHECK_THAT(run.err, Catch::StartsWith("binnaclectl: --roots: whom to trust as the server"));
}

}  // namespace
}  // namespace binnacle::ctl
