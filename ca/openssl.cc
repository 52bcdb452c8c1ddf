#include "ca/openssl.h"

#include "absl/strings/str_cat.h"
#include "openssl/err.h"

namespace binnacle::ca {

BioPtr ReadBio(absl::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

BioPtr WriteBio() { return BioPtr(BIO_new(BIO_s_mem())); }

std::string TextOf(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return size > 0 ? std::string(data, static_cast<size_t>(size)) : std::string();
}

std::string TakeOpenSslErrors() {
  std::string words;
  for (unsigned long code = ERR_get_error(); code != 0; code = ERR_get_error()) {
    char text[256];
    ERR_error_string_n(code, text, sizeof(text));
    absl::StrAppend(&words, words.empty() ? "" : "; ", text);
  }
  return words.empty() ? "OpenSSL gives no reason" : words;
}

}  // namespace binnacle::ca
