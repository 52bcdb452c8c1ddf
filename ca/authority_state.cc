#include "ca/authority_state.h"

#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "ca/digest.h"

namespace binnacle::ca {
namespace {

constexpr absl::string_view kFirstLine = "binnacle certificate authority 1\nsha256 ";
constexpr size_t kHashCharacters = 64;
constexpr size_t kBytesPerIssuer = 64 << 10;  // more than any has

absl::Status Damaged(absl::string_view reason) { return absl::DataLossError(reason); }

// Appends in a buffer that is large enough from the start: one that grows would
// leave keys behind in the memory that it gives back.
void AppendSection(absl::string_view name, absl::string_view body, std::string* text) {
  absl::StrAppend(text, "[", name, "]\n", body);
  if (!absl::EndsWith(body, "\n") && !body.empty()) *text += '\n';
}

void AppendCertificates(absl::string_view name, const std::vector<Certificate>& certificates,
                        std::string* text) {
  if (certificates.empty()) return;
  AppendSection(name, "", text);
  for (const Certificate& certificate : certificates) *text += certificate.pem();
}

void AppendIssuer(absl::string_view role, const Issuer& issuer, std::string* text) {
  AppendSection(absl::StrCat(role, " key"), issuer.key.ToPem().view(), text);
  AppendSection(absl::StrCat(role, " certificate"), issuer.certificate.pem(), text);
  AppendCertificates(absl::StrCat(role, " intermediates"), issuer.intermediates, text);
  AppendCertificates(absl::StrCat(role, " roots"), issuer.roots, text);
}

size_t SizeFor(const AuthorityState& state) {
  size_t size = 3 * kBytesPerIssuer + 200 * state.past.size();
  for (const Issuer* issuer : {state.signing.get(), state.incoming.get()}) {
    if (issuer == nullptr) continue;
    for (const Certificate& root : issuer->roots) size += root.pem().size();
    for (const Certificate& upper : issuer->intermediates) size += upper.pem().size();
  }
  for (const Certificate& root : state.retiring) size += root.pem().size();
  return size;
}

// The text of each section, in place.
using Sections = absl::flat_hash_map<absl::string_view, absl::string_view>;

std::optional<Sections> SplitSections(absl::string_view text) {
  Sections sections;
  while (!text.empty()) {
    const size_t end = text.find("]\n");
    if (text[0] != '[' || end == absl::string_view::npos) return std::nullopt;
    const absl::string_view name = text.substr(1, end - 1);
    text.remove_prefix(end + 2);
    // No line of PEM, and no other that we write, begins with a bracket.
    const size_t next = absl::StartsWith(text, "[") ? 0 : text.find("\n[");
    const size_t size = next == absl::string_view::npos ? text.size() : next == 0 ? 0 : next + 1;
    if (!sections.emplace(name, text.substr(0, size)).second) return std::nullopt;
    text.remove_prefix(size);
  }
  return sections;
}

absl::string_view Line(const Sections& sections, absl::string_view name) {
  const auto found = sections.find(name);
  return found == sections.end() ? "" : absl::StripAsciiWhitespace(found->second);
}

absl::StatusOr<std::vector<Certificate>> ReadCertificates(const Sections& sections,
                                                          const std::string& name) {
  const auto found = sections.find(name);
  if (found == sections.end()) return std::vector<Certificate>();
  auto certificates = Certificate::ListFromPem(found->second);
  if (!certificates.ok()) {
    return Damaged(absl::StrCat("[", name, "]: ", certificates.status().message()));
  }
  return certificates;
}

absl::StatusOr<std::shared_ptr<const Issuer>> ReadIssuer(const Sections& sections,
                                                         const std::string& role) {
  auto key = PrivateKey::FromPem(Line(sections, absl::StrCat(role, " key")));
  if (!key.ok()) return Damaged(absl::StrCat("[", role, " key]: ", key.status().message()));
  auto certificate = Certificate::FromPem(Line(sections, absl::StrCat(role, " certificate")));
  if (!certificate.ok()) {
    return Damaged(absl::StrCat("[", role, " certificate]: ", certificate.status().message()));
  }
  auto intermediates = ReadCertificates(sections, absl::StrCat(role, " intermediates"));
  if (!intermediates.ok()) return intermediates.status();
  auto roots = ReadCertificates(sections, absl::StrCat(role, " roots"));
  if (!roots.ok()) return roots.status();
  auto issuer = std::make_shared<const Issuer>(Issuer{
      *std::move(key), *std::move(certificate), *std::move(intermediates), *std::move(roots)});
  if (auto fits = CheckFits(*issuer); !fits.ok()) {
    return Damaged(absl::StrCat("[", role, "]: ", fits.message()));
  }
  return issuer;
}

std::optional<RotationPhase> ReadPhase(absl::string_view name) {
  for (const RotationPhase phase :
       {RotationPhase::kSteady, RotationPhase::kIntroducing, RotationPhase::kRetiring}) {
    if (RotationPhaseName(phase) == name) return phase;
  }
  return std::nullopt;
}

absl::StatusOr<std::vector<PastIssuer>> ReadPast(const Sections& sections) {
  std::vector<PastIssuer> past;
  for (const absl::string_view line :
       absl::StrSplit(Line(sections, "past issuers"), '\n', absl::SkipEmpty())) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (words.size() != 2) return Damaged("[past issuers]: not a pair of fingerprints");
    past.push_back({words[0], words[1]});
  }
  return past;
}

absl::StatusOr<absl::string_view> CheckedContent(absl::string_view text) {
  if (text.empty()) return Damaged("it is empty");
  if (!absl::ConsumePrefix(&text, kFirstLine)) return Damaged("it does not begin as it should");
  const absl::string_view hash = text.substr(0, kHashCharacters);
  text.remove_prefix(hash.size());
  if (!absl::ConsumePrefix(&text, "\n") || Sha256Hex(text) != hash) {
    return Damaged("it is cut short or altered: its checksum does not fit");
  }
  return text;
}

}  // namespace

absl::string_view RotationPhaseName(RotationPhase phase) {
  switch (phase) {
    case RotationPhase::kSteady:
      return "steady";
    case RotationPhase::kIntroducing:
      return "introducing";
    case RotationPhase::kRetiring:
      return "retiring";
  }
  return "unknown";
}

SecretText WriteAuthorityState(const AuthorityState& state) {
  std::string text;
  text.reserve(SizeFor(state));
  absl::StrAppend(&text, kFirstLine, std::string(kHashCharacters, '0'), "\n");
  const size_t content = text.size();
  AppendSection("phase", RotationPhaseName(state.phase), &text);
  AppendSection("since", absl::FormatTime(absl::RFC3339_full, state.since, absl::UTCTimeZone()),
                &text);
  AppendIssuer("signing", *state.signing, &text);
  if (state.incoming != nullptr) AppendIssuer("incoming", *state.incoming, &text);
  AppendCertificates("retiring roots", state.retiring, &text);
  if (!state.past.empty()) AppendSection("past issuers", "", &text);
  for (const PastIssuer& past : state.past) {
    absl::StrAppend(&text, past.fingerprint, " ", past.root_fingerprint, "\n");
  }
  const std::string hash = Sha256Hex(absl::string_view(text).substr(content));
  text.replace(kFirstLine.size(), kHashCharacters, hash);
  return SecretText(std::move(text));
}

absl::StatusOr<AuthorityState> ParseAuthorityState(absl::string_view text) {
  const auto content = CheckedContent(text);
  if (!content.ok()) return content.status();
  const auto sections = SplitSections(*content);
  if (!sections.has_value()) return Damaged("its sections cannot be told apart");

  AuthorityState state;
  const auto phase = ReadPhase(Line(*sections, "phase"));
  std::string error;
  if (!phase.has_value() ||
      !absl::ParseTime(absl::RFC3339_full, Line(*sections, "since"), &state.since, &error)) {
    return Damaged("[phase] or [since] make no sense");
  }
  state.phase = *phase;
  auto signing = ReadIssuer(*sections, "signing");
  if (!signing.ok()) return signing.status();
  state.signing = *std::move(signing);
  if (state.phase == RotationPhase::kIntroducing) {
    auto incoming = ReadIssuer(*sections, "incoming");
    if (!incoming.ok()) return incoming.status();
    state.incoming = *std::move(incoming);
  }
  auto retiring = ReadCertificates(*sections, "retiring roots");
  if (!retiring.ok()) return retiring.status();
  state.retiring = *std::move(retiring);
  auto past = ReadPast(*sections);
  if (!past.ok()) return past.status();
  state.past = *std::move(past);
  return state;
}

}  // namespace binnacle::ca
