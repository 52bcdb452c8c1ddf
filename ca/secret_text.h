// ca/secret_text.h
//
// Text that must not stay behind in memory: private keys and tokens. Zeroed
// when it goes; never logged.
//
// Threads  a value that moves and is not copied by accident.
#pragma once

#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "openssl/crypto.h"

namespace binnacle::ca {

class SecretText {
 public:
  SecretText() = default;
  explicit SecretText(std::string text) : text_(std::move(text)) {}
  SecretText(SecretText&& other) noexcept { *this = std::move(other); }
  SecretText& operator=(SecretText&& other) noexcept {
    if (this == &other) return *this;
    Forget();
    // A moved-from short string keeps its characters.
    text_ = other.text_;
    other.Forget();
    return *this;
  }
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText() { Forget(); }

  SecretText Clone() const { return SecretText(text_); }
  absl::string_view view() const { return text_; }
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  void Forget() {
    OPENSSL_cleanse(text_.data(), text_.capacity());
    text_.clear();
  }

  std::string text_;
};

}  // namespace binnacle::ca
