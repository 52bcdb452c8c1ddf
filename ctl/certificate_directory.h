// ctl/certificate_directory.h
//
// A directory that holds a person's certificate of the mesh: `key.pem`,
// `cert-chain.pem` (the certificate, and what leads to its root) and
// `root-cert.pem`. All are for their owner alone.
//
// Threads  one.
// Errors   Read(): kInvalidArgument, kNotFound, kFailedPrecondition, naming the
//          file; Write(): the system's, with the path.
#pragma once

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "ca/workload_certificate.h"

namespace binnacle::ctl {

class CertificateDirectory {
 public:
  explicit CertificateDirectory(std::string path) : path_(std::move(path)) {}

  std::string key_file() const { return path_ + "/key.pem"; }
  std::string chain_file() const { return path_ + "/cert-chain.pem"; }
  std::string roots_file() const { return path_ + "/root-cert.pem"; }

  // What it holds, if that can still be shown to somebody at `now`.
  absl::StatusOr<ca::WorkloadCertificate> Read(absl::Time now) const;

  // Makes the directory if it is not there. Each file is replaced as a whole, and
  // a key that is the same already not at all: a renewal that is cut short leaves
  // the certificate of before, with its key.
  absl::Status Write(const ca::WorkloadCertificate& certificate) const;

 private:
  std::string path_;
};

}  // namespace binnacle::ctl
