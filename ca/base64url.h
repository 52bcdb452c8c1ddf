// ca/base64url.h
//
// The base64 of JOSE: URL-safe, without padding, and each value written in one
// way only.
//
// Threads  none of its own.
// Spec     RFC 7515, section 2; RFC 4648, section 5.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"

namespace binnacle::ca {

// Nothing if it is not written exactly as an encoder writes it.
inline std::optional<std::string> DecodeBase64Url(absl::string_view text) {
  std::string bytes;
  if (!absl::WebSafeBase64Unescape(text, &bytes)) return std::nullopt;
  if (absl::WebSafeBase64Escape(bytes) != text) return std::nullopt;
  return bytes;
}

}  // namespace binnacle::ca
