#include "ca/authority_state.h"

#include <sys/stat.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ca/authority.h"
#include "ca/root_certificate.h"
#include "catch2/catch.hpp"
#include "tests/ca/faulty_storage.h"
#include "tests/ca/scratch_files.h"
#include "tests/ca/set_clock.h"
#include "tests/ca/temporary_directory.h"

namespace binnacle::ca {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1732000000);

std::shared_ptr<const Issuer> NewRoot() {
  return std::make_shared<const Issuer>(
      *MakeRoot("cluster.local", KeyAlgorithm::kEcP256, absl::Hours(1000), kNow));
}

AuthorityState Introducing() {
  AuthorityState state;
  state.phase = RotationPhase::kIntroducing;
  state.since = kNow + absl::Nanoseconds(1500);
  state.signing = NewRoot();
  state.incoming = NewRoot();
  state.past = {{"aa", "bb"}, {"cc", "dd"}};
  return state;
}

// What a server is told that starts upon this file.
absl::Status StartUpon(const std::string& content, bool expect_state = false) {
  FaultyStorage storage;
  storage.files["authority.state"] = content;
  SetClock clock(kNow);
  AuthorityOptions options;
  options.expect_state = expect_state;
  absl::Status status = Authority::Open(options, storage, clock).status();
  CHECK(storage.files["authority.state"] == content);
  return status;
}

std::string GoodFile() {
  FaultyStorage storage;
  SetClock clock(kNow);
  REQUIRE(Authority::Open({}, storage, clock).ok());
  return storage.files.at("authority.state");
}

TEST_CASE("a state is written down and read back whole") {
  const AuthorityState state = Introducing();
  const auto read = ParseAuthorityState(WriteAuthorityState(state).view());
  REQUIRE(read.ok());
  CHECK(read->phase == RotationPhase::kIntroducing);
  CHECK(read->since == state.since);
  CHECK(read->signing->certificate == state.signing->certificate);
  CHECK(read->signing->roots == state.signing->roots);
  CHECK(read->incoming->certificate == state.incoming->certificate);
  CHECK(EVP_PKEY_eq(read->incoming->key.get(), state.incoming->key.get()) == 1);
  CHECK(read->past == state.past);
  CHECK(read->retiring.empty());
}

TEST_CASE("roots that are retired are written down without their keys") {
  AuthorityState state;
  state.phase = RotationPhase::kRetiring;
  state.since = kNow;
  state.signing = NewRoot();
  const std::shared_ptr<const Issuer> old = NewRoot();
  state.retiring = old->roots;
  const SecretText text = WriteAuthorityState(state);
  CHECK(absl::StrContains(text.view(), old->certificate.pem()));
  CHECK_FALSE(absl::StrContains(text.view(), old->key.ToPem().view()));
  CHECK(ParseAuthorityState(text.view())->retiring == state.retiring);
}

TEST_CASE("openssl can take the key out of the file by itself") {
  const TemporaryDirectory directory;
  PutFile(directory.File("authority.state"), GoodFile());
  CHECK(Run("openssl pkey -noout -check -in " + directory.File("authority.state")).exit_code == 0);
}

TEST_CASE("a file cut short anywhere is a loss, and never a new root") {
  const std::string good = GoodFile();
  for (size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    CHECK(absl::IsDataLoss(StartUpon(good.substr(0, size))));
  }
  CHECK(StartUpon(good).ok());
}

TEST_CASE("a file with any bit flipped is a loss") {
  const std::string good = GoodFile();
  for (size_t at = 0; at < good.size(); ++at) {
    CAPTURE(at);
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
    CHECK(absl::IsDataLoss(StartUpon(changed)));
  }
}

TEST_CASE("the message says what is damaged and what to do") {
  constexpr absl::string_view kAdvice =
      ". Put the file back from a backup. To give this authority up instead, so that every "
      "certificate and token it has made is worthless, move its whole data directory away and "
      "start again";
  CHECK(StartUpon("").message() ==
        absl::StrCat("the certificate authority's state (authority.state) is damaged: it is empty",
                     kAdvice));
  CHECK(absl::StrContains(StartUpon("{}").message(), "it does not begin as it should"));
  CHECK(absl::StrContains(StartUpon(GoodFile() + "\n").message(), "its checksum does not fit"));

  FaultyStorage storage;
  SetClock clock(kNow);
  AuthorityOptions options;
  options.expect_state = true;
  const absl::Status gone = Authority::Open(options, storage, clock).status();
  CHECK(absl::IsDataLoss(gone));
  CHECK(gone.message() == absl::StrCat("the certificate authority's state (authority.state) is "
                                       "gone, although certificates have been issued",
                                       kAdvice));
  CHECK(storage.files.empty());
}

TEST_CASE("parts that do not belong together are a loss, though the checksum fits") {
  const AuthorityState good = Introducing();
  const auto with = [&](const Issuer& issuer) {
    AuthorityState state = good;
    state.signing = std::make_shared<const Issuer>(issuer);
    return ParseAuthorityState(WriteAuthorityState(state).view()).status();
  };
  const auto other = NewRoot();
  const Issuer& own = *good.signing;
  CHECK(with(own).ok());
  CHECK(with({other->key, own.certificate, {}, own.roots}).message() ==
        "[signing]: the private key is not that of the certificate");
  CHECK(with({own.key, own.certificate, {}, other->roots}).message() ==
        "[signing]: the certificate does not lead to any of the roots");
  CHECK(with({own.key, own.certificate, {}, {}}).message() ==
        "[signing]: the certificate does not lead to any of the roots");
}

TEST_CASE("a disk that does not answer is not a loss, and nothing is written over it") {
  SetClock clock(kNow);
  FaultyStorage storage(/*fail_at_step=*/0);
  CHECK(absl::IsUnavailable(Authority::Open({}, storage, clock).status()));
  CHECK(storage.files.empty());
}

TEST_CASE("on a disk the state is its owner's alone, and refused when it is not") {
  const TemporaryDirectory directory;
  auto storage = DirectoryStorage::Open(directory.File("ca"));
  SetClock clock(kNow);
  REQUIRE(Authority::Open({}, *storage, clock).ok());
  const std::string path = directory.File("ca/authority.state");
  struct stat found {};
  REQUIRE(stat(path.c_str(), &found) == 0);
  CHECK((found.st_mode & 07777) == 0600);
  REQUIRE(stat(directory.File("ca").c_str(), &found) == 0);
  CHECK((found.st_mode & 07777) == 0700);

  PutFile(path, ReadFile(path).substr(0, 1000));
  CHECK(absl::StrContains(Authority::Open({}, *storage, clock).status().message(), path));

  const std::string before = ReadFile(path);
  REQUIRE(chmod(path.c_str(), 0640) == 0);
  const absl::Status refused = Authority::Open({}, *storage, clock).status();
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK(absl::EndsWith(refused.message(), "run: chmod 600 " + path));
  CHECK(ReadFile(path) == before);
}

}  // namespace
}  // namespace binnacle::ca
