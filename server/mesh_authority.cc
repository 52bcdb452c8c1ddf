#include "server/mesh_authority.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ca/jwt_verifier.h"
#include "ca/mesh_authenticator.h"
#include "ca/verification_keys.h"
#include "server/trust_bundle_secret.h"
#include "spdlog/spdlog.h"

namespace binnacle::server {
namespace {

constexpr absl::Duration kAttendEvery = absl::Seconds(1);
// While a rotation waits for proxies.
constexpr absl::Duration kAttendOften = absl::Milliseconds(200);
constexpr size_t kHoldersNamed = 10;

// Tells of an error once, until it is another or gone.
void Tell(absl::string_view what, const absl::Status& status, std::string& told) {
  const std::string message = status.ok() ? "" : std::string(status.message());
  if (message == told) return;
  if (status.ok()) {
    spdlog::info("{}: in order again", std::string(what));
  } else {
    spdlog::error("{}: {}", std::string(what), message);
  }
  told = message;
}

std::string Names(const std::vector<Holder>& holders) {
  std::vector<std::string> names;
  for (const Holder& holder : holders) {
    if (names.size() == kHoldersNamed) {
      names.push_back(absl::StrCat("and ", holders.size() - kHoldersNamed, " more"));
      break;
    }
    names.push_back(absl::StrCat(
        holder.name, " (until ",
        absl::FormatTime("%Y-%m-%d %H:%M:%S UTC", holder.expires, absl::UTCTimeZone()), ")"));
  }
  return absl::StrJoin(names, ", ");
}

void LogAnswer(const ca::IssuanceEvent& event) {
  if (event.code == grpc::StatusCode::OK) {
    spdlog::debug("certificate {} issued to {} ({})", event.serial, event.identity, event.peer);
    return;
  }
  spdlog::warn("no certificate for {}{}: {}", event.peer,
               event.identity.empty() ? "" : absl::StrCat(" (", event.identity, ")"), event.reason);
}

absl::StatusOr<std::vector<std::shared_ptr<const ca::TokenVerifier>>> Verifiers(
    const MeshAuthorityOptions& options, const ca::TokenIssuer& tokens, const ca::Clock& clock) {
  std::vector<std::shared_ptr<const ca::TokenVerifier>> verifiers;
  const std::string& domain = options.authority.trust_domain;
  auto own = ca::ParseVerificationKeys(tokens.PublicPem());
  if (!own.ok()) return own.status();
  verifiers.push_back(
      ca::NewJwtVerifier({domain, std::string(ca::kTokenIssuer), {std::string(ca::kTokenAudience)}},
                         ca::FixedKeys(*std::move(own)), clock));
  if (options.token_keys.empty()) return verifiers;
  auto keys = ca::KeysFrom(options.token_keys);
  if (!keys.ok()) return keys.status();
  verifiers.push_back(ca::NewJwtVerifier({domain, options.token_issuer, options.token_audiences},
                                         *std::move(keys), clock));
  return verifiers;
}

}  // namespace

struct MeshAuthority::Opened {
  std::unique_ptr<ca::DirectoryStorage> storage;
  std::unique_ptr<ca::IssuanceLog> log;
  std::unique_ptr<ca::Authority> authority;
  std::unique_ptr<ca::TokenIssuer> tokens;
  std::unique_ptr<ca::CallerAuthenticator> authenticator;
};

absl::StatusOr<std::unique_ptr<MeshAuthority>> MeshAuthority::Open(MeshAuthorityOptions options,
                                                                   PushHub& hub) {
  static const ca::SystemClock kClock;
  Opened opened;
  const std::string dir = options.data_dir + "/ca";
  auto storage = ca::DirectoryStorage::Open(dir);
  if (!storage.ok()) return storage.status();
  opened.storage = std::make_unique<ca::DirectoryStorage>(*std::move(storage));
  auto log = ca::IssuanceLog::Open(dir + "/issued.db");
  if (!log.ok()) return log.status();
  opened.log = *std::move(log);
  const auto issued = opened.log->Count();
  if (!issued.ok()) return issued.status();
  options.authority.expect_state = *issued > 0;
  auto authority = ca::Authority::Open(options.authority, *opened.storage, kClock);
  if (!authority.ok()) return authority.status();
  opened.authority = *std::move(authority);
  auto tokens = ca::TokenIssuer::Open(*opened.storage, kClock);
  if (!tokens.ok()) return tokens.status();
  opened.tokens = *std::move(tokens);
  auto verifiers = Verifiers(options, *opened.tokens, kClock);
  if (!verifiers.ok()) return verifiers.status();
  opened.authenticator = ca::NewMeshAuthenticator(
      {options.authority.trust_domain, options.trust_domain_aliases,
       [authority = opened.authority.get()] { return authority->bundle(); }, *verifiers},
      kClock);
  return absl::WrapUnique(new MeshAuthority(std::move(options), hub, std::move(opened)));
}

MeshAuthority::MeshAuthority(MeshAuthorityOptions options, PushHub& hub, Opened opened)
    : options_(std::move(options)),
      hub_(hub),
      storage_(std::move(opened.storage)),
      log_(std::move(opened.log)),
      authority_(std::move(opened.authority)),
      tokens_(std::move(opened.tokens)),
      authenticator_(std::move(opened.authenticator)),
      limit_(options_.limits, clock_),
      serving_(*authority_, *log_, *storage_, clock_, options_.server_names,
               options_.authority.default_lifetime),
      rotation_(*authority_, *log_, clock_),
      service_({*authority_, *authenticator_, *log_, limit_, clock_,
                [this](const ca::IssuanceEvent& event) {
                  metrics_.Answered(event);
                  LogAnswer(event);
                }}) {}

MeshAuthority::~MeshAuthority() { Stop(); }

absl::Status MeshAuthority::Start() {
  if (auto renewed = serving_.Renew(); !renewed.ok()) return renewed;
  Attend();
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void MeshAuthority::Stop() {
  {
    absl::MutexLock lock(&mu_);
    stopped_ = true;
  }
  if (thread_.joinable()) thread_.join();
  service_.Stop();
}

void MeshAuthority::Run() {
  for (;;) {
    const bool steady = authority_->status().phase == ca::RotationPhase::kSteady;
    {
      absl::MutexLock lock(&mu_);
      mu_.AwaitWithTimeout(absl::Condition(&stopped_), steady ? kAttendEvery : kAttendOften);
      if (stopped_) return;
    }
    Attend();
  }
}

void MeshAuthority::Attend() {
  absl::MutexLock lock(&attending_);
  AttendPluggedIn();
  PublishBundle();
  while (AttendRotation()) PublishBundle();
  AttendServing();
}

void MeshAuthority::AttendPluggedIn() {
  attending_.AssertHeld();
  if (options_.authority.plugged_in_dir.empty()) return;
  const auto changed = authority_->ReloadPluggedIn();
  Tell("certificates in " + options_.authority.plugged_in_dir, changed.status(), plugged_in_error_);
  if (changed.ok() && *changed) {
    const ca::AuthorityStatus status = authority_->status();
    spdlog::info("certificates in {} have changed: {}", options_.authority.plugged_in_dir,
                 status.phase == ca::RotationPhase::kIntroducing
                     ? "a new root is being introduced"
                     : absl::StrCat("signing with ", status.issuer.subject()));
  }
}

void MeshAuthority::PublishBundle() {
  attending_.AssertHeld();
  const auto secret = TrustBundleSecret(*authority_->bundle());
  if (secret->version() == published_) return;
  published_ = secret->version();
  hub_.PublishTrustBundle(secret);
  spdlog::info("trust bundle {}: {} root(s)", published_, authority_->bundle()->roots().size());
}

bool MeshAuthority::AttendRotation() {
  attending_.AssertHeld();
  std::vector<StreamReport> reports;
  if (authority_->status().phase != ca::RotationPhase::kSteady) {
    for (const auto& stream : hub_.streams()) reports.push_back(stream->report());
  }
  const auto stepped = rotation_.Advance(reports, published_);
  Tell("root rotation", stepped.status(), rotation_error_);
  if (!stepped.ok() || !*stepped) return false;
  const ca::AuthorityStatus status = authority_->status();
  spdlog::info("root rotation: {}", status.phase == ca::RotationPhase::kRetiring
                                        ? "everybody trusts the new root; signing with it"
                                        : "the old root is no longer needed, and dropped");
  return true;
}

void MeshAuthority::AttendServing() {
  attending_.AssertHeld();
  if (!serving_.Due()) return;
  const absl::Status renewed = serving_.Renew();
  Tell("the server's own certificate cannot be renewed", renewed, serving_error_);
}

absl::Status MeshAuthority::BeginRotation() {
  if (auto begun = authority_->Introduce(); !begun.ok()) return begun;
  spdlog::info("root rotation: a new root is being introduced");
  Attend();
  return absl::OkStatus();
}

absl::Status MeshAuthority::AbandonRotation() {
  if (auto abandoned = authority_->Abandon(); !abandoned.ok()) return abandoned;
  spdlog::info("root rotation: given up");
  Attend();
  return absl::OkStatus();
}

absl::Status MeshAuthority::LeaveOutAbsent() {
  if (authority_->status().phase != ca::RotationPhase::kIntroducing) {
    return absl::FailedPreconditionError("no new root is being introduced");
  }
  rotation_.LeaveOutAbsent();
  Attend();
  return absl::OkStatus();
}

absl::Status MeshAuthority::DropOldRoot() {
  if (authority_->status().phase == ca::RotationPhase::kSteady) {
    return absl::FailedPreconditionError("there is no old root: no rotation is under way");
  }
  Attend();
  switch (authority_->status().phase) {
    case ca::RotationPhase::kSteady:
      return absl::OkStatus();
    case ca::RotationPhase::kIntroducing:
      return absl::FailedPreconditionError(
          absl::StrCat("the old root still signs; the new one is not yet trusted by ",
                       Names(rotation_.waiting())));
    case ca::RotationPhase::kRetiring:
      break;
  }
  return absl::FailedPreconditionError(
      absl::StrCat("certificates under the old root are still valid, and would no longer be "
                   "trusted: ",
                   Names(rotation_.waiting())));
}

absl::Status MeshAuthority::Ready() const {
  if (!serving_.EndsSoon()) return absl::OkStatus();
  const auto certificate = serving_.certificate();
  if (!certificate.has_value()) {
    return absl::FailedPreconditionError("the server has no certificate of its own yet");
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "the server's own certificate ends at ",
      absl::FormatTime(absl::RFC3339_sec, certificate->not_after(), absl::UTCTimeZone()),
      " and could not be renewed"));
}

}  // namespace binnacle::server
