// agent/file_secrets.h
//
// Secrets that are files beside the agent, put into the store when a stream
// first asks and again when a file changes:
//
//   file-cert:<certificate path>~<key path>   a certificate chain and its key
//   file-root:<path>                          roots
//   file-root:system                          the roots of this system
//
// What is missing or broken is told once and withheld; what was good before
// stays in the store for as long as a stream wants it.
//
// Threads  Want() and Release() from any thread; one thread of its own reads.
// Errors   told in the log, once for each change of what is wrong.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/sds_subscription.h"
#include "agent/secret_store.h"
#include "ca/secret_text.h"

namespace binnacle::agent {

// The files that a name stands for; empty: it is no name of files.
std::vector<std::string> FilesOf(const std::string& name);
// Reads and checks them. Errors: the system's; kInvalidArgument: no certificate
// or key, or they do not fit together.
absl::StatusOr<ca::SecretText> ReadFileSecret(const std::string& name);

class FileSecrets final : public SecretSource {
 public:
  explicit FileSecrets(SecretStore& store, absl::Duration interval = absl::Milliseconds(500));
  ~FileSecrets() override;

  // Names of other secrets do nothing.
  void Want(const std::string& name) override ABSL_LOCKS_EXCLUDED(mu_);
  void Release(const std::string& name) override ABSL_LOCKS_EXCLUDED(mu_);

 private:
  struct Watched {
    int wanted = 0;
    std::string stamp;    // of the files, as last read
    int failed = 0;       // times in a row
    std::string trouble;  // told
  };

  void WatchOn();
  void Look(const std::string& name) ABSL_LOCKS_EXCLUDED(mu_);
  void Note(const std::string& name, const std::string& stamp, const absl::Status& status)
      ABSL_LOCKS_EXCLUDED(mu_);

  SecretStore& store_;
  const absl::Duration interval_;
  absl::Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  bool asked_ ABSL_GUARDED_BY(mu_) = false;  // for something new
  std::map<std::string, Watched> watched_ ABSL_GUARDED_BY(mu_);
  std::thread thread_;
};

}  // namespace binnacle::agent
