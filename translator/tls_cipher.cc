#include "translator/tls_cipher.h"

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace binnacle::translator {
namespace {

constexpr absl::string_view kCiphers[] = {
    "ALL",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-ECDSA-AES256-SHA",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "ECDHE-RSA-AES128-SHA",
    "ECDHE-RSA-AES256-SHA",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
    "AES128-SHA",
    "AES256-SHA",
    "DES-CBC3-SHA",
};

// P-224 and the draft of Kyber are gone from today's BoringSSL.
constexpr absl::string_view kCurves[] = {"P-256", "P-384", "P-521", "X25519", "X25519MLKEM768"};

constexpr absl::string_view kMeshCiphers[] = {
    "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",   "AES256-GCM-SHA384",           "AES128-GCM-SHA256",
};

bool IsCipher(absl::string_view word) { return absl::c_linear_search(kCiphers, word); }

// "[A|B]": A and B are equally welcome.
bool IsGroup(absl::string_view word) {
  if (word.size() < 3 || word.front() != '[' || word.back() != ']') return false;
  return absl::c_all_of(absl::StrSplit(word.substr(1, word.size() - 2), '|'), IsCipher);
}

// "!A", "-A", "+A" and "@STRENGTH" change what other words have named.
bool IsOperator(absl::string_view word) {
  if (word == "@STRENGTH") return true;
  return !word.empty() && absl::StrContains("!-+", word.substr(0, 1)) && IsCipher(word.substr(1));
}

template <typename Known>
std::vector<std::string> DistinctThat(
    const google::protobuf::RepeatedPtrField<std::string>& written, Known known) {
  std::vector<std::string> kept;
  for (const std::string& word : written) {
    if (known(word) && !absl::c_linear_search(kept, word)) kept.push_back(word);
  }
  return kept;
}

}  // namespace

std::vector<std::string> KnownCiphers(
    const google::protobuf::RepeatedPtrField<std::string>& written) {
  auto kept = DistinctThat(written, [](absl::string_view word) {
    return IsCipher(word) || IsGroup(word) || IsOperator(word);
  });
  // Operators alone name nothing, and Envoy takes that for a mistake.
  if (absl::c_all_of(kept, IsOperator)) kept.clear();
  return kept;
}

std::vector<std::string> KnownCurves(
    const google::protobuf::RepeatedPtrField<std::string>& written) {
  return DistinctThat(written,
                      [](absl::string_view word) { return absl::c_linear_search(kCurves, word); });
}

absl::Span<const absl::string_view> MeshCiphers() { return kMeshCiphers; }

}  // namespace binnacle::translator
