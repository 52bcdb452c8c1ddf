#include "ca/request_metadata.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace binnacle::ca {
namespace {

constexpr size_t kMaxNodeBytes = 256;

// Empty if it is not there: agents send what they have no value for as "".
absl::StatusOr<std::string> TextIn(const google::protobuf::Struct& metadata, const char* name) {
  const auto found = metadata.fields().find(name);
  if (found == metadata.fields().end()) return "";
  const google::protobuf::Value& value = found->second;
  if (value.kind_case() == google::protobuf::Value::kNullValue) return "";
  if (value.kind_case() != google::protobuf::Value::kStringValue) {
    return absl::InvalidArgumentError(absl::StrCat("metadata.", name, " must be a string"));
  }
  return value.string_value();
}

std::string Printable(std::string text) {
  if (text.size() > kMaxNodeBytes) text.resize(kMaxNodeBytes);
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return !absl::ascii_isprint(static_cast<unsigned char>(c)); }, '?');
  return text;
}

}  // namespace

absl::StatusOr<RequestMetadata> ReadRequestMetadata(const google::protobuf::Struct& metadata,
                                                    const SpiffeId& caller) {
  const auto other = TextIn(metadata, "ImpersonatedIdentity");
  if (!other.ok()) return other.status();
  if (!other->empty() && *other != caller.ToString()) {
    return absl::PermissionDeniedError(
        "metadata.ImpersonatedIdentity: a certificate is given for the caller's own identity only");
  }
  const auto signer = TextIn(metadata, "CertSigner");
  if (!signer.ok()) return signer.status();
  if (!signer->empty()) {
    return absl::InvalidArgumentError(
        "metadata.CertSigner: this authority signs itself and knows no other signers; leave it "
        "out");
  }
  auto node = TextIn(metadata, "NodeId");
  if (!node.ok()) return node.status();
  return RequestMetadata{Printable(*std::move(node))};
}

}  // namespace binnacle::ca
