#include "ca/plugged_in.h"

#include <filesystem>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "tests/ca/plugged_in_files.h"
#include "tests/ca/temporary_directory.h"

namespace binnacle::ca {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1732000000);
const absl::Time kBegin = kNow - absl::Hours(1);
const absl::Time kEnd = kNow + absl::Hours(1000);

struct Directory {
  TemporaryDirectory directory;
  ForeignAuthority foreign = MakeForeignAuthority("acme", kNow);

  Directory() { PlugIn(directory.path(), foreign); }

  absl::StatusOr<Issuer> Read(absl::Time now = kNow) const {
    return ReadPluggedIn(directory.path(), "cluster.local", now);
  }
  // The refusal, without the directory's name.
  std::string Refusal(absl::Time now = kNow) const {
    const absl::Status status = Read(now).status();
    CHECK(absl::IsFailedPrecondition(status));
    const std::string message(status.message());
    CHECK(absl::StartsWith(message, directory.path()));
    return message.substr(directory.path().size());
  }
  std::string File(const std::string& name) const { return directory.File(name); }
};

TEST_CASE("an issuer is read with its way to the root, in order") {
  const Directory files;
  const auto issuer = files.Read();
  INFO(issuer.status());
  REQUIRE(issuer.ok());
  CHECK(issuer->certificate == files.foreign.signing.certificate);
  CHECK(issuer->intermediates == std::vector<Certificate>{files.foreign.signing.certificate,
                                                          files.foreign.middle.certificate});
  CHECK(issuer->roots == std::vector<Certificate>{files.foreign.root.certificate});
  CHECK(NotAfterOf(*issuer) == files.foreign.signing.certificate.not_after());
}

TEST_CASE("a chain in another order, with the root or with strangers in it, is the same chain") {
  const Directory files;
  const auto& [root, middle, signing] = files.foreign;
  const Certificate stranger = MakeForeignAuthority("stranger", kNow).middle.certificate;
  PlugIn(files.directory.path(), signing,
         {root.certificate, stranger, middle.certificate, signing.certificate}, {root.certificate});
  REQUIRE(files.Read().ok());
  CHECK(files.Read()->intermediates ==
        std::vector<Certificate>{signing.certificate, middle.certificate});
}

TEST_CASE("a root may sign by itself, with a chain that is missing or empty") {
  const Directory files;
  const Forged& root = files.foreign.root;
  PlugIn(files.directory.path(), root, {}, {root.certificate});
  REQUIRE(files.Read().ok());
  CHECK(files.Read()->intermediates.empty());
  std::filesystem::remove(files.File("cert-chain.pem"));
  CHECK(files.Read().ok());
}

TEST_CASE("a file that is missing is named") {
  for (const char* name : {"/ca-cert.pem", "/ca-key.pem", "/root-cert.pem"}) {
    const Directory files;
    std::filesystem::remove(files.directory.path() + name);
    CHECK(files.Refusal() == std::string(name) + ": there is no such file");
  }
}

TEST_CASE("a key that others may read is refused, with the command that mends it") {
  const Directory files;
  const std::string path = files.File("ca-key.pem");
  REQUIRE(chmod(path.c_str(), 0640) == 0);
  CHECK(files.Refusal() ==
        "/ca-key.pem holds a private key and its mode 0640 lets others at it; run: chmod 600 " +
            path);
}

TEST_CASE("the key of another certificate is refused") {
  const Directory files;
  PutFile(files.File("ca-key.pem"), files.foreign.middle.key.ToPem().text());
  CHECK(files.Refusal() == ": the private key is not that of the certificate");
}

TEST_CASE("a certificate that does not lead to a root is refused") {
  const Directory files;
  const auto& [root, middle, signing] = files.foreign;
  constexpr char kNoWay[] =
      "/ca-cert.pem: it does not lead through cert-chain.pem to a root of root-cert.pem: ";
  PutFile(files.File("cert-chain.pem"), "");
  CHECK(absl::StartsWith(files.Refusal(), kNoWay));
  PlugIn(files.directory.path(), signing, {middle.certificate},
         {MakeForeignAuthority("stranger", kNow).root.certificate});
  CHECK(absl::StartsWith(files.Refusal(), kNoWay));
}

TEST_CASE("an intermediate among the roots is refused, as is a certificate that signs nothing") {
  const Directory files;
  const auto& [root, middle, signing] = files.foreign;
  PlugIn(files.directory.path(), signing, {middle.certificate},
         {root.certificate, middle.certificate});
  CHECK(files.Refusal() == "/root-cert.pem: certificate " + middle.certificate.serial() +
                               " (CN=acme policy) is not a root: an authority that signs itself");
  const Forged leaf = Forge({"leaf", kBegin, kEnd, WorkloadExtensions()}, &root);
  PlugIn(files.directory.path(), leaf, {}, {root.certificate});
  CHECK(absl::StartsWith(files.Refusal(), ": the certificate is not an authority's"));
}

TEST_CASE("an issuer is refused before its time and after it") {
  const Directory files;
  const Certificate& certificate = files.foreign.signing.certificate;
  CHECK(files.Refusal(certificate.not_after()) ==
        "/ca-cert.pem: it expired at 2034-11-16T07:06:40Z");
  CHECK(files.Refusal(certificate.not_before() - absl::Seconds(1)) ==
        "/ca-cert.pem: it is valid from 2024-11-19T06:06:40Z");
}

TEST_CASE("an issuer whose certificates nobody would accept is refused") {
  const Directory files;
  const Forged root =
      Forge({"root", kBegin, kEnd, AuthorityExtensions("critical,CA:TRUE,pathlen:0")});
  const Forged below = Forge({"mesh", kBegin, kEnd, AuthorityExtensions()}, &root);
  PlugIn(files.directory.path(), below, {}, {root.certificate});
  CHECK(absl::StrContains(files.Refusal(), "what it signs would be accepted by nobody"));

  auto constrained = AuthorityExtensions();
  constrained.emplace_back(NID_name_constraints, "critical,permitted;URI:.other.example");
  const Forged elsewhere = Forge({"mesh", kBegin, kEnd, constrained}, &files.foreign.root);
  PlugIn(files.directory.path(), elsewhere, {}, {files.foreign.root.certificate});
  CHECK(absl::StrContains(files.Refusal(), "what it signs would be accepted by nobody"));

  auto for_mail = AuthorityExtensions();
  for_mail.emplace_back(NID_ext_key_usage, "emailProtection");
  const Forged mail = Forge({"mesh", kBegin, kEnd, for_mail}, &files.foreign.root);
  PlugIn(files.directory.path(), mail, {}, {files.foreign.root.certificate});
  CHECK(absl::StrContains(files.Refusal(), "what it signs would be accepted by nobody"));
}

TEST_CASE("a damaged file is named, whichever it is and wherever it is cut") {
  for (const char* name : {"/ca-cert.pem", "/ca-key.pem", "/cert-chain.pem", "/root-cert.pem"}) {
    const Directory files;
    const std::string path = files.directory.path() + name;
    const std::string whole = ReadFile(path);
    for (size_t size = 1; size + 1 < whole.size(); size += 7) {
      CAPTURE(name, size);
      PutFile(path, whole.substr(0, size));
      CHECK(absl::StartsWith(files.Refusal(), std::string(name) + ": "));
    }
  }
}

}  // namespace
}  // namespace binnacle::ca
