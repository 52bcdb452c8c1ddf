#include "agent/file_secrets.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "envoy/extensions/transport_sockets/tls/v3/secret.pb.h"
#include "tests/agent/eventually.h"
#include "tests/ca/temporary_directory.h"
#include "tests/ca/test_authority.h"

namespace binnacle::agent {
namespace {

// A certificate and its key, as files.
struct Pair {
  ca::PrivateKey key = ca::NewKey();
  std::string chain;

  explicit Pair(ca::TestAuthority& authority) : chain(authority.Issue(key).front()) {}
};

struct Fixture {
  ca::TemporaryDirectory folder;
  ca::TestAuthority authority;
  SecretStore store;
  FileSecrets files{store, absl::Milliseconds(20)};
  const std::string name = "file-cert:" + folder.File("cert.pem") + "~" + folder.File("key.pem");

  void Write(const Pair& pair) const {
    folder.Write("cert.pem", pair.chain);
    folder.Write("key.pem", pair.key.ToPem().text());
  }
  bool Holds(const Pair& pair) const {
    const SecretPtr secret = store.Find(name);
    envoy::extensions::transport_sockets::tls::v3::Secret read;
    return secret != nullptr && read.ParseFromString(secret->resource.text()) &&
           read.tls_certificate().private_key().inline_bytes() == pair.key.ToPem().text();
  }
};

TEST_CASE("a name of files stands for one or two of them, or for the system's roots") {
  CHECK(FilesOf("file-cert:/a/b.pem~/a/c.key") == std::vector<std::string>{"/a/b.pem", "/a/c.key"});
  CHECK(FilesOf("file-root:/a/d.pem") == std::vector<std::string>{"/a/d.pem"});
  CHECK(FilesOf("file-root:system").size() == 1);
  CHECK(FilesOf("file-cert:/a/b.pem").empty());
  CHECK(FilesOf("file-root:").empty());
  CHECK(FilesOf("default").empty());
}

TEST_CASE("a certificate of files is read when asked for and again when it changes") {
  Fixture f;
  const Pair first(f.authority);
  const Pair second(f.authority);
  f.Write(first);
  f.files.Want(f.name);
  CHECK(Eventually([&] { return f.Holds(first); }));
  f.Write(second);
  CHECK(Eventually([&] { return f.Holds(second); }));
}

TEST_CASE("a file that is missing is withheld until it is there") {
  Fixture f;
  f.files.Want(f.name);
  const Pair pair(f.authority);
  f.Write(pair);
  CHECK(Eventually([&] { return f.Holds(pair); }));
}

TEST_CASE("a key that does not fit leaves the pair before it in place") {
  Fixture f;
  const Pair good(f.authority);
  f.Write(good);
  f.files.Want(f.name);
  REQUIRE(Eventually([&] { return f.Holds(good); }));
  f.folder.Write("key.pem", ca::NewKey().ToPem().text());
  CHECK(ReadFileSecret(f.name).status().message() == "the key of " + f.folder.File("key.pem") +
                                                         " is not that of the certificate in " +
                                                         f.folder.File("cert.pem"));
  f.folder.Write("cert.pem", "no PEM");
  CHECK_FALSE(ReadFileSecret(f.name).ok());
  CHECK(f.Holds(good));
}

TEST_CASE("a certificate stays until the last stream lets go of it") {
  Fixture f;
  const Pair first(f.authority);
  f.Write(first);
  f.files.Want(f.name);
  f.files.Want(f.name);
  REQUIRE(Eventually([&] { return f.Holds(first); }));
  f.files.Release(f.name);
  const Pair second(f.authority);
  f.Write(second);
  CHECK(Eventually([&] { return f.Holds(second); }));
  f.files.Release(f.name);
  CHECK(f.store.Find(f.name) == nullptr);
}

TEST_CASE("a file above 1 MiB is refused") {
  Fixture f;
  const std::string name = "file-root:" + f.folder.Write("big.pem", std::string(2 << 20, 'x'));
  CHECK(absl::IsResourceExhausted(ReadFileSecret(name).status()));
}

}  // namespace
}  // namespace binnacle::agent
