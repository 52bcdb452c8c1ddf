// ca/openssl.h
//
// Ownership of OpenSSL's objects, and its words when something failed.
//
// Threads  none of its own.
// Spec     OpenSSL 3.0.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "openssl/bio.h"
#include "openssl/evp.h"
#include "openssl/x509.h"
#include "openssl/x509v3.h"

namespace binnacle::ca {

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

using BioPtr = std::unique_ptr<BIO, Freed<&BIO_free_all>>;
using EvpKeyPtr = std::unique_ptr<EVP_PKEY, Freed<&EVP_PKEY_free>>;
using EvpKeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Freed<&EVP_PKEY_CTX_free>>;
using EvpMdPtr = std::unique_ptr<EVP_MD, Freed<&EVP_MD_free>>;
using EvpMdContextPtr = std::unique_ptr<EVP_MD_CTX, Freed<&EVP_MD_CTX_free>>;
using X509Ptr = std::unique_ptr<X509, Freed<&X509_free>>;
using X509RequestPtr = std::unique_ptr<X509_REQ, Freed<&X509_REQ_free>>;
using X509NamePtr = std::unique_ptr<X509_NAME, Freed<&X509_NAME_free>>;
// Of certificates that it does not own.
struct StackFreed {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using X509StackPtr = std::unique_ptr<STACK_OF(X509), StackFreed>;
using X509StorePtr = std::unique_ptr<X509_STORE, Freed<&X509_STORE_free>>;
using X509StoreContextPtr = std::unique_ptr<X509_STORE_CTX, Freed<&X509_STORE_CTX_free>>;
using X509ExtensionPtr = std::unique_ptr<X509_EXTENSION, Freed<&X509_EXTENSION_free>>;

// Reads from `text` without copying it; `text` must outlive the result.
BioPtr ReadBio(absl::string_view text);
BioPtr WriteBio();
std::string TextOf(BIO* bio);

// What OpenSSL has to say of the last failure on this thread; forgets it.
std::string TakeOpenSslErrors();

}  // namespace binnacle::ca
